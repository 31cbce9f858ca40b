//! The report against the truths: each fact counted, each difference said.

use serde_json::{Value, json};

use super::settings::Setting;
use super::truth::Seen;

/// Sandboxes that can be told by name: none may be claimed where another one runs.
const NAMED: [&str; 6] = ["gvisor", "kata", "nspawn", "lxc", "bubblewrap", "firejail"];

#[derive(Default)]
struct Tally {
    facts: usize,
    differences: Vec<String>,
}

impl Tally {
    fn same(&mut self, what: &str, reported: &Value, wanted: &Value) {
        self.facts += 1;
        if reported != wanted {
            self.differences
                .push(format!("{what}: {reported} is not {wanted}"));
        }
    }
}

/// How many facts were held, and those that differ.
pub(crate) fn held(runtime: &str, setting: &Setting, seen: &Seen) -> (usize, Vec<String>) {
    let mut tally = Tally::default();
    status(&mut tally, seen);
    namespaces(&mut tally, seen);
    declared(&mut tally, setting, &seen.report);
    sandbox(&mut tally, runtime, &seen.report);
    (tally.facts, tally.differences)
}

/// The status file, field by field.
fn status(tally: &mut Tally, seen: &Seen) {
    let c = &seen.report["confinement"];
    for (noun, field) in [("uid", "Uid"), ("gid", "Gid")] {
        let ids = seen.status(field).unwrap_or_default();
        let names = ["real", "effective", "saved", "filesystem"];
        for (name, id) in names.into_iter().zip(ids.split_whitespace()) {
            let id: u64 = id.parse().unwrap();
            tally.same(noun, &c["identity"][noun]["known"][name], &json!(id));
        }
    }
    for (set, field) in [
        ("inheritable", "CapInh"),
        ("permitted", "CapPrm"),
        ("effective", "CapEff"),
        ("bounding", "CapBnd"),
        ("ambient", "CapAmb"),
    ] {
        if let Some(raw) = seen.status(field) {
            let reported = &c["capabilities"][set]["known"]["raw"];
            tally.same(set, reported, &json!(raw));
        }
    }
    if let Some(flag) = seen.status("NoNewPrivs") {
        let reported = &c["identity"]["no_new_privs"]["known"];
        tally.same("no_new_privs", reported, &json!(flag == "1"));
    }
    if let Some(mode) = seen.status("Seccomp") {
        let mode = ["disabled", "strict", "filter"][mode.parse::<usize>().unwrap()];
        tally.same("seccomp mode", &c["seccomp"]["mode"]["known"], &json!(mode));
    }
    if let Some(count) = seen.status("Seccomp_filters") {
        let count: u64 = count.parse().unwrap();
        let reported = &c["seccomp"]["filters"]["known"];
        tally.same("seccomp filters", reported, &json!(count));
    }
}

/// Each namespace's inode.
fn namespaces(tally: &mut Tally, seen: &Seen) {
    let list = seen.report["confinement"]["namespaces"]["namespaces"].as_array();
    for entry in list.into_iter().flatten() {
        let kind = entry["kind"].as_str().unwrap();
        if let Some(inode) = seen.namespace(kind) {
            tally.same(kind, &entry["inode"]["known"], &json!(inode));
        }
    }
}

/// What the row itself asks for.
fn declared(tally: &mut Tally, setting: &Setting, report: &Value) {
    let c = &report["confinement"];
    if let Some(read_only) = setting.declared("/root/readonly") {
        let reported = &c["filesystem"]["root"]["known"]["read_only"];
        tally.same("read-only root", reported, &read_only);
    }
    if let Some(flag) = setting.declared("/process/noNewPrivileges") {
        let reported = &c["identity"]["no_new_privs"]["known"];
        tally.same("declared no_new_privs", reported, &flag);
    }
    if let Some(user) = setting.declared("/process/user") {
        let reported = &c["identity"]["uid"]["known"]["effective"];
        tally.same("declared uid", reported, &user["uid"]);
    }
    if let Some(sets) = setting.declared("/process/capabilities") {
        for (set, names) in sets.as_object().unwrap() {
            let reported = &c["capabilities"][set]["known"]["names"];
            tally.same("declared capabilities", reported, names);
        }
    }
    if setting.declared("/linux/seccomp").is_some() {
        let syscalls = c["seccomp"]["abis"][0]["syscalls"].as_array();
        let verdict = |name: &str| {
            let row = syscalls.into_iter().flatten().find(|s| s["name"] == name);
            row.map(|s| s["verdict"].to_string()).unwrap_or_default()
        };
        // What a row's filter does to reboot is the same kind of end, in the tool's words.
        let wanted = match setting.name {
            "seccomp_enosys" => "ENOSYS",
            "seccomp_kill" => "killed",
            _ => "trapped",
        };
        tally.facts += 2;
        if !verdict("reboot").contains(wanted) {
            let said = verdict("reboot");
            tally
                .differences
                .push(format!("reboot: {said} is not {wanted}"));
        }
        if !verdict("getpid").contains("allowed") {
            tally
                .differences
                .push(format!("getpid: {}", verdict("getpid")));
        }
    }
}

/// A sandbox is told rightly, or is said to be unknown; always with what it is told from.
fn sandbox(tally: &mut Tally, runtime: &str, report: &Value) {
    let sandbox = &report["confinement"]["runtime"]["sandbox"];
    tally.facts += 1;
    let name = sandbox["value"].as_str().unwrap_or(runtime);
    let evidence = sandbox["evidence"]
        .as_array()
        .is_some_and(|e| !e.is_empty());
    if NAMED.contains(&name) && name != runtime || !evidence {
        tally.differences.push(format!("sandbox: {sandbox}"));
    }
}
