//! The SELinux label: by the kernel's own attribute in the container and outside, by `ls -Z`
//! and `ps -Z`, and by config.json; whether it is enforced, by the kernel's file.

use std::process::Command;

use serde_json::{Value, json};

use super::Tally;
use crate::guests::selinux::enforced;
use crate::truth::Truth;

/// What every SELinux user space tool shows of one process.
pub(super) fn of_tools(pid: u32) -> Vec<String> {
    if enforced().is_err() {
        return Vec::new();
    }
    let label = |words: &[&str]| {
        let output = Command::new(words[0]).args(&words[1..]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    // The entry in /proc has the label of the process.
    vec![
        label(&["ls", "-dZ", &format!("/proc/{pid}")]),
        label(&["ps", "-o", "label=", "-p", &pid.to_string()]),
    ]
}

/// Holds the report of a kernel that has SELinux, or says that it has none.
pub(super) fn held(tally: &mut Tally, c: &Value, truth: &Truth) {
    let Ok(enforced) = enforced() else {
        let none = c["lsm"]["selinux"]["known"].is_null();
        tally.same("selinux", &json!(none), &json!(true));
        return;
    };
    let known = &c["lsm"]["selinux"]["known"];
    let label = truth.lines("attr/current").next().unwrap_or_default();
    let label = label.trim_end_matches('\0');
    same(tally, known, label);
    let selinuxfs = truth
        .lines("mountinfo")
        .any(|l| l.contains(" - selinuxfs "));
    let told = &c["lsm"]["selinux_enforcing"];
    if tally.place != "inside" || selinuxfs {
        tally.same("enforcing", &told["known"], &json!(enforced));
    } else {
        // A container has no selinuxfs, and nothing else tells.
        let denied = told["denied"].is_object();
        tally.same("enforcing", &json!(denied), &json!(true));
    }
}

/// The report's label against another's, whole and in its four parts.
pub(super) fn same(tally: &mut Tally, known: &Value, label: &str) {
    tally.same("context", &known["context"], &json!(label));
    let mut parts = label.splitn(4, ':');
    for part in ["user", "role", "type", "level"] {
        let wanted = parts.next().unwrap_or_default();
        tally.same(part, &known[part], &json!(wanted));
    }
}
