//! `config.json` of the OCI runtimes: declared as it is, run with one field changed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bundle::{base, report};
use super::oci_rows::ROWS;
use super::{compared, missing};

pub(super) fn apply(config: &mut Value, edits: &[(&str, &str)]) {
    for (pointer, text) in edits {
        let spaces = "/linux/namespaces";
        match *pointer {
            "-namespace" => {
                let list = config.pointer_mut(spaces).unwrap().as_array_mut().unwrap();
                list.retain(|n| n["type"] != *text);
            }
            "+namespace" => {
                let list = config.pointer_mut(spaces).unwrap().as_array_mut().unwrap();
                list.retain(|n| n["type"] != *text);
                list.push(json!({ "type": text }));
            }
            "-hostname" => {
                config.as_object_mut().unwrap().remove("hostname");
            }
            "-seccomp" => {
                config["linux"].as_object_mut().unwrap().remove("seccomp");
            }
            "+user" => {
                apply(config, &[("+namespace", "user")]);
                let map = json!([{"containerID": 0, "hostID": 100_000, "size": 65_536}]);
                config["linux"]["uidMappings"] = map.clone();
                config["linux"]["gidMappings"] = map;
            }
            "-user" => {
                apply(config, &[("-namespace", "user")]);
                let linux = config["linux"].as_object_mut().unwrap();
                linux.remove("uidMappings");
                linux.remove("gidMappings");
            }
            "+mount" => config["mounts"].as_array_mut().unwrap().push(json!({
                "destination": "/mnt", "type": "bind", "source": env!("CARGO_MANIFEST_DIR"),
                "options": ["bind", text],
            })),
            "-mount" => {
                let list = config["mounts"].as_array_mut().unwrap();
                list.retain(|m| m["destination"] != "/mnt");
            }
            pointer => {
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                let value = serde_json::from_str(text).unwrap();
                config.pointer_mut(parent).unwrap()[key] = value;
            }
        }
    }
}

/// How a runtime is started, and what it makes otherwise.
pub(super) struct Runtime<'a> {
    pub(super) name: &'static str,
    /// The command; the container's name follows.
    pub(super) run: &'a [&'a str],
    /// What its declarations have beyond the rows'.
    pub(super) base: &'static [(&'static str, &'static str)],
    /// Rows that it has no word of, or that leave no trace.
    pub(super) without: &'static [&'static str],
    /// Ids of what cannot be observed in any of its containers.
    pub(super) unobserved: &'static [&'static str],
    /// Whether of a profile's verdicts only those are told that stop a call.
    pub(super) half_told: bool,
}

impl Runtime<'_> {
    /// Runs every row, and gives what was found otherwise than it has to be.
    pub(super) fn rows(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let folder = tempfile::tempdir().unwrap();
        let declared = folder.path().join("config.json");
        let actual = folder.path().join("report.json");
        // A declaration that several rows share is run once.
        let mut reports: BTreeMap<String, String> = BTreeMap::new();
        let rows = ROWS.iter().filter(|row| !self.without.contains(&row.name));
        for row in rows.clone() {
            let mut config = base();
            apply(&mut config, self.base);
            apply(&mut config, row.declared);
            let text = serde_json::to_string_pretty(&config).unwrap();
            std::fs::write(&declared, &text).unwrap();
            for (edits, finds) in [(&[][..], &[][..]), (row.changed, row.finds)] {
                let mut config = config.clone();
                apply(&mut config, edits);
                let text = serde_json::to_string(&config).unwrap();
                let report = reports
                    .entry(text)
                    .or_insert_with(|| report(self.run, row.name, &config));
                std::fs::write(&actual, report).unwrap();
                let (mut found, told) = compared(&declared, &actual, &[]);
                found.retain(|f| !(self.half_told && f == "unobserved seccomp-verdicts"));
                let drifts = finds.iter().map(|id| format!("drift {id}"));
                let gaps = self.unobserved.iter().map(|id| format!("unobserved {id}"));
                let wanted: Vec<String> = drifts.chain(gaps).collect();
                if found != wanted {
                    wrong.push(format!(
                        "{} {}: wanted {wanted:?}, found:\n{told}",
                        self.name, row.name
                    ));
                }
            }
        }
        println!(
            "{}: {} declarations held and changed",
            self.name,
            rows.count()
        );
        wrong
    }
}

#[test]
fn runc_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let runc = Runtime {
        name: "runc",
        run: &["runc", "run"],
        base: &[],
        without: &[],
        unobserved: &[],
        half_told: false,
    };
    let wrong = runc.rows();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crun_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["crun", "runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let crun = Runtime {
        name: "crun",
        run: &["crun", "run"],
        base: &[],
        without: &[],
        unobserved: &[],
        half_told: false,
    };
    let wrong = crun.rows();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A probe takes what is logged or traced for what is let through: that is not known to differ.
#[test]
fn what_is_declared_logged_or_traced_is_unobserved_and_no_drift() {
    if let Some(what) = missing(&["runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (declared, actual) = (folder.path().join("c.json"), folder.path().join("r.json"));
    for action in ["SCMP_ACT_LOG", "SCMP_ACT_TRACE"] {
        let mut config = base();
        config["linux"]["seccomp"] = json!({
            "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
            "syscalls": [{"names": ["mkdir"], "action": action}],
        });
        std::fs::write(&declared, config.to_string()).unwrap();
        std::fs::write(&actual, report(&["runc", "run"], "alike", &config)).unwrap();
        let (found, told) = compared(&declared, &actual, &[]);
        assert_eq!(found, ["unobserved seccomp-verdicts"], "{action}: {told}");
    }
}
