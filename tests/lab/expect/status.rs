//! /proc/PID/status, field by field, and the names that `capsh` gives to a mask.

use std::process::Command;

use serde_json::{Value, json};

use super::Tally;
use crate::truth::Truth;

pub(super) fn held(tally: &mut Tally, c: &Value, truth: &Truth) {
    for (noun, field) in [("uid", "Uid"), ("gid", "Gid")] {
        let ids = truth.status(field).unwrap_or_default();
        let names = ["real", "effective", "saved", "filesystem"];
        for (name, id) in names.into_iter().zip(numbers(ids)) {
            tally.same(noun, &c["identity"][noun]["known"][name], &json!(id));
        }
    }
    let groups = numbers(truth.status("Groups").unwrap_or_default());
    tally.same("groups", &c["identity"]["groups"]["known"], &json!(groups));
    for (set, field) in [
        ("inheritable", "CapInh"),
        ("permitted", "CapPrm"),
        ("effective", "CapEff"),
        ("bounding", "CapBnd"),
        ("ambient", "CapAmb"),
    ] {
        if let Some(raw) = truth.status(field) {
            let reported = &c["capabilities"][set]["known"];
            tally.same(set, &reported["raw"], &json!(raw));
            tally.same(set, &reported["names"], &names(raw));
        }
    }
    if let Some(flag) = truth.status("NoNewPrivs") {
        let reported = &c["identity"]["no_new_privs"]["known"];
        tally.same("no_new_privs", reported, &json!(flag == "1"));
    }
    if let Some(mode) = truth.status("Seccomp") {
        let mode = ["disabled", "strict", "filter"][mode.parse::<usize>().unwrap()];
        tally.same("seccomp mode", &c["seccomp"]["mode"]["known"], &json!(mode));
    }
    if let Some(count) = truth.status("Seccomp_filters") {
        let reported = &c["seccomp"]["filters"]["known"];
        tally.same("seccomp filters", reported, &json!(numbers(count)[0]));
    }
    if let Some(umask) = truth.status("Umask") {
        let umask = u32::from_str_radix(umask, 8).unwrap();
        tally.same("umask", &c["identity"]["umask"]["known"], &json!(umask));
    }
}

fn numbers(text: &str) -> Vec<u64> {
    let words = text.split_whitespace();
    words.map(|w| w.parse().unwrap()).collect()
}

/// libcap's names of a mask: `0x…=cap_chown,cap_kill`.
pub(super) fn names(raw: &str) -> Value {
    let output = Command::new("/usr/sbin/capsh")
        .arg(format!("--decode={raw}"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).to_uppercase();
    let (_, names) = text.trim().split_once('=').unwrap();
    names.split(',').filter(|n| !n.is_empty()).collect()
}
