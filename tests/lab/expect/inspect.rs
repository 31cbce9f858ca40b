//! The report against what the engine's `inspect` prints.

use serde_json::{Value, json};

use super::{Tally, selinux};
use crate::settings::{Setting, apparmor_active};

/// Holds what an engine says of a container by itself.
pub(super) fn held(tally: &mut Tally, setting: &Setting, c: &Value, inspected: &Value) {
    let (told, host) = (&inspected[0], &inspected[0]["HostConfig"]);
    if tally.place == "outside" {
        tally.same("State.Pid", &c["process"]["pid"], &told["State"]["Pid"]);
    }
    let id = &c["runtime"]["container_id"]["known"];
    if !id.is_null() {
        tally.same("Id", id, &told["Id"]);
    }
    let root = &c["filesystem"]["root"]["known"]["read_only"];
    tally.same("ReadonlyRootfs", root, &host["ReadonlyRootfs"]);
    for (field, kind) in [("PidMode", 4), ("IpcMode", 1)] {
        let initial = &c["namespaces"]["namespaces"][kind]["initial"]["known"]["initial"];
        // Podman 4.3 writes this of `--ipc=host` as well.
        if host[field] == "shareable" && told["BoundingCaps"].is_array() {
            continue;
        }
        tally.same(field, initial, &json!(host[field] == "host"));
    }
    // Podman tells what came of all the options.
    if let Some(names) = told["BoundingCaps"].as_array() {
        let mut names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        names.sort_unstable();
        let mut said: Vec<&str> = c["capabilities"]["bounding"]["known"]["names"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        said.sort_unstable();
        tally.same("BoundingCaps", &json!(said), &json!(names));
    }
    // What a user may not limit is a row of its own.
    let cgroup = &c["cgroup"];
    for (field, noun) in [("Memory", "memory_max"), ("PidsLimit", "pids_max")] {
        let limit = host[field].as_u64().filter(|limit| *limit > 0);
        if let (Some(limit), false, true) =
            (limit, tally.rootless, cgroup[noun]["denied"].is_null())
        {
            tally.same(field, &cgroup[noun]["known"], &json!(limit));
        }
    }
    modules(tally, setting, c, told);
}

/// What is enforced alone: the rows that are told in vain have their own words.
fn modules(tally: &mut Tally, setting: &Setting, c: &Value, told: &Value) {
    let named = |field: &str| {
        let name = told[field].as_str().unwrap_or_default();
        (!name.is_empty() && name != "unconfined").then(|| name.to_owned())
    };
    let drifts = |id: &str| setting.drifts.contains(&id);
    if let (Some(name), true, false) = (
        named("AppArmorProfile"),
        apparmor_active(),
        drifts("apparmor"),
    ) {
        let profile = &c["lsm"]["apparmor"]["known"]["profiles"][0]["name"];
        // One that hides its own label tells none.
        if !profile.is_null() {
            tally.same("AppArmorProfile", profile, &json!(name));
        }
    }
    if let (Some(label), true) = (
        named("ProcessLabel"),
        crate::guests::selinux::enforced().is_ok(),
    ) {
        selinux::same(tally, &c["lsm"]["selinux"]["known"], &label);
    }
}
