//! `config.json` of runc and crun: declared as it is, run with one field changed.

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

/// Runs every row under a runtime, and gives what was found otherwise than it has to be.
fn rows(runtime: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let declared = folder.path().join("config.json");
    let actual = folder.path().join("report.json");
    // A declaration that several rows share is run once.
    let mut reports: BTreeMap<String, String> = BTreeMap::new();
    for row in ROWS {
        let mut config = base();
        apply(&mut config, row.declared);
        let text = serde_json::to_string_pretty(&config).unwrap();
        std::fs::write(&declared, &text).unwrap();
        for (edits, finds) in [(&[][..], &[][..]), (row.changed, row.finds)] {
            let mut config = config.clone();
            apply(&mut config, edits);
            let text = serde_json::to_string(&config).unwrap();
            let report = reports
                .entry(text)
                .or_insert_with(|| report(runtime, row.name, &config));
            std::fs::write(&actual, report).unwrap();
            let (found, told) = compared(&declared, &actual, &[]);
            let wanted: Vec<String> = finds.iter().map(|id| format!("drift {id}")).collect();
            if found != wanted {
                wrong.push(format!(
                    "{runtime} {}: wanted {wanted:?}, found:\n{told}",
                    row.name
                ));
            }
        }
    }
    println!("{runtime}: {} declarations held and changed", ROWS.len());
    wrong
}

#[test]
fn runc_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let wrong = rows("runc");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crun_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["crun", "runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let wrong = rows("crun");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
