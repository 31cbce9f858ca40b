//! What util-linux' `lsns` and `findmnt`, libcap-ng's `pscap`, on SELinux `ls` and `ps`, and the
//! lab's `ask` say of the process from the host.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Tally, selinux};
use crate::settings::apparmor_active;
use crate::truth::Truth;

/// What they say of one process, as their JSON.
pub(crate) struct Tools {
    lsns: Value,
    findmnt: Value,
    pscap: Option<String>,
    labels: Vec<String>,
    apparmor: Value,
    pid: String,
    depth: Option<u64>,
}

impl Tools {
    /// Asks them.
    pub(crate) fn of(pid: u32, ask: &Path) -> Self {
        let labels = selinux::of_tools(pid);
        let pid = pid.to_string();
        let asked = Command::new(ask).arg(&pid).output().unwrap();
        let columns = "ID,FSTYPE,VFS-OPTIONS";
        Self {
            lsns: json_of(&["lsns", "--json", "--task", &pid, "--output", "TYPE,NS"]),
            depth: String::from_utf8_lossy(&asked.stdout).trim().parse().ok(),
            findmnt: json_of(&["findmnt", "--json", "-N", &pid, "-o", columns, "/"]),
            pscap: pscap(&pid),
            labels,
            apparmor: if apparmor_active() {
                json_of(&["aa-status", "--json"])
            } else {
                Value::Null
            },
            pid,
        }
    }

    pub(super) fn held(&self, tally: &mut Tally, c: &Value, truth: &Truth) {
        if let Some(depth) = self.depth {
            let told = &c["namespaces"]["user_depth"]["known"];
            tally.same("user_depth", told, &json!(depth));
        }
        let spaces = self.lsns["namespaces"].as_array();
        let there = spaces.is_some_and(|all| !all.is_empty());
        tally.same("lsns lists some", &json!(there), &json!(true));
        for space in spaces.into_iter().flatten() {
            let entries = c["namespaces"]["namespaces"].as_array();
            let mut entries = entries.into_iter().flatten();
            let entry = entries.find(|e| e["kind"] == space["type"]);
            let inode = entry.map_or(&Value::Null, |e| &e["inode"]["known"]);
            tally.same("lsns", inode, &json!(number(&space["ns"])));
        }
        self.capable(tally, &c["capabilities"]);
        self.confined(tally, &c["lsm"]["apparmor"]["known"]["profiles"]);
        let root = truth.root().and_then(|line| line.split(' ').next());
        let root = root.and_then(|id| id.parse::<u64>().ok());
        let mounts = self.findmnt["filesystems"].as_array();
        let mut mounts = mounts.into_iter().flatten();
        if let Some(root) = mounts.find(|mount| number(&mount["id"]) == root) {
            let known = &c["filesystem"]["root"]["known"];
            tally.same("findmnt", &known["fstype"], &root["fstype"]);
            tally.same("findmnt", &known["options"], &root["vfs-options"]);
        }
        for label in &self.labels {
            selinux::same(tally, &c["lsm"]["selinux"]["known"], label);
        }
    }
}

impl Tools {
    /// `pscap` lists who has any permitted capability, with a mark for ambient ones.
    fn capable(&self, tally: &mut Tally, c: &Value) {
        let told = self.pscap.as_deref().unwrap_or_default();
        let permitted = &c["permitted"]["known"];
        if told.split([' ', ',']).any(|word| word == "full") {
            let last = c["last"]["known"].as_u64().unwrap_or_default();
            let all = format!("{:016x}", u64::MAX >> (u64::from(u64::BITS) - 1 - last));
            tally.same("pscap", &permitted["raw"], &json!(all));
        } else {
            let words = told.split([' ', ',']);
            let names = words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
            let names: Vec<String> = names
                .map(|name| format!("CAP_{}", name.to_uppercase()))
                .collect();
            tally.same("pscap", &permitted["names"], &json!(names));
        }
        if !told.is_empty() {
            let ambient = c["ambient"]["known"]["names"].as_array();
            let ambient = ambient.is_some_and(|names| !names.is_empty());
            tally.same("pscap @", &json!(ambient), &json!(told.contains('@')));
        }
    }

    /// `aa-status` names the profile and the mode of each process that has one.
    fn confined(&self, tally: &mut Tally, reported: &Value) {
        let programs = self.apparmor["processes"].as_object();
        let mut processes = programs
            .into_iter()
            .flat_map(|all| all.values())
            .flat_map(|list| list.as_array().into_iter().flatten());
        if programs.is_none() {
            return;
        }
        let told = processes.find(|process| process["pid"] == json!(self.pid));
        let told = told.map(|process| json!([process["profile"], process["status"]]));
        let reported = reported.as_array().into_iter().flatten();
        let names: Vec<&str> = reported
            .clone()
            .filter_map(|p| p["name"].as_str())
            .collect();
        let mode = reported.clone().find_map(|p| p["mode"].as_str());
        let reported = mode.map(|mode| json!([names.join("//&"), mode]));
        tally.same("aa-status", &json!(reported), &json!(told));
    }
}

/// Older releases write numbers as texts.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What stands in the line of a process behind the name of its program; none where it has no
/// line, which is for those without capabilities.
fn pscap(pid: &str) -> Option<String> {
    let output = Command::new("pscap").arg("-a").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.get(1) == Some(&pid)).then(|| words[4..].join(" "))
    })
}

/// What a tool prints. On a machine on which processes come and go `lsns` 2.38 at times does
/// not end: then it is asked again.
fn json_of(words: &[&str]) -> Value {
    for _ in 0..8 {
        let mut timeout = Command::new("timeout");
        let output = timeout.arg("10").args(words).output().unwrap();
        if let Ok(value) = serde_json::from_slice(&output.stdout) {
            return value;
        }
    }
    Value::Null
}
