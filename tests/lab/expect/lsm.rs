//! Security modules: the attributes that a shell reads in the container, the kernel's own
//! files, and what `aa-status` says.

use serde_json::{Value, json};

use super::Tally;
use crate::settings::apparmor_active;
use crate::truth::Truth;

pub(super) fn held(tally: &mut Tally, c: &Value, truth: &Truth) {
    let lsm = &c["lsm"];
    let read = |file: &str| std::fs::read_to_string(file).ok();
    if let Some(scope) = read("/proc/sys/kernel/yama/ptrace_scope") {
        let scope: u8 = scope.trim().parse().unwrap();
        tally.same("yama", &lsm["yama_ptrace_scope"]["known"], &json!(scope));
    }
    let host = tally.place != "inside";
    if let Some(active) = read("/sys/kernel/security/lsm") {
        let active: Vec<&str> = active.trim().split(',').collect();
        if host {
            tally.same("modules", &lsm["active"]["known"], &json!(active));
        }
        for module in ["apparmor", "selinux", "smack"] {
            if !active.contains(&module) {
                tally.same(module, &lsm[module]["known"], &Value::Null);
                tally.hold(&lsm[module]);
            }
        }
    }
    if let (true, Some(modes)) = (host, read("/sys/kernel/security/lockdown")) {
        let mode = modes
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'));
        let mode = mode.map(|(mode, _)| mode);
        tally.same("lockdown", &lsm["lockdown"]["known"], &json!(mode));
    }
    apparmor(tally, &lsm["apparmor"], truth);
}

/// `name (mode)`, several names joined by `//&`, or `unconfined`; nothing where a profile
/// forbids to read it.
fn apparmor(tally: &mut Tally, reported: &Value, truth: &Truth) {
    if !apparmor_active() {
        let absent = reported["absent"].is_object();
        tally.same("apparmor", &json!(absent), &json!(true));
        return;
    }
    let Some(label) = truth.lines("attr/current").next() else {
        let errno = &reported["denied"]["errno"]["number"];
        tally.same("apparmor", errno, &json!(nix::libc::EACCES));
        return;
    };
    let known = &reported["known"];
    tally.same("apparmor", &known["label"], &json!(label));
    let own = "attr/apparmor/current";
    let read_from = match truth.lines(own).next() {
        Some(_) => own,
        None => "attr/current",
    };
    tally.same("read from", &known["read_from"], &json!(read_from));
    let (names, mode) = label.rsplit_once(" (").unwrap_or(("", ""));
    let names = names.split("//&").filter(|name| !name.is_empty());
    let mode = mode.trim_end_matches(')');
    let profiles: Vec<Value> = names
        .map(|name| json!({"name": name, "mode": mode}))
        .collect();
    tally.same("apparmor profiles", &known["profiles"], &json!(profiles));
}
