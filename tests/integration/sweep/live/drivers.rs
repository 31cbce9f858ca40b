//! Containers where each cgroup driver puts them, under the hierarchies that the machine has
//! and under version 2 alone.

use std::process::Command;

use serde_json::{Value, json};

use super::arena::{Arena, must, sweep};
use super::engines::{bundle, run};

const TEST: &str = "sweep::live::drivers::a_container_is_named_where_each_driver_puts_it";

/// Below this group, as all of a node in a container is below one.
const TOP: &str = "sweep-drivers";

const UID: &str = "6860f1f5-c2e2-4a71-9d3c-0a1b2c3d4e5f";

/// Where a driver puts container `ID` of Pod `UID`, whose systemd name has `_` for `-`; its
/// manager, and whether it is a Pod's.
const LAYOUTS: [(&str, Option<&str>, bool); 7] = [
    ("docker/ID", Some("docker"), false),
    ("system.slice/docker-ID.scope", Some("docker"), false),
    ("kubepods/burstable/podUID/ID", None, true),
    ("kubepods/besteffort/podUID/crio-ID", Some("crio"), true),
    (
        "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podNAME.slice/cri-containerd-ID.scope",
        Some("containerd"),
        true,
    ),
    (
        "kubepods.slice/kubepods-podNAME.slice/crio-ID.scope",
        Some("crio"),
        true,
    ),
    ("machine.slice/libpod-ID.scope", Some("podman"), false),
];

/// Starts one of each, sweeps, and ends them.
fn held(arena: &Arena, version: u8) {
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let mut started = Vec::new();
    for (at, (layout, manager, in_pod)) in LAYOUTS.iter().enumerate() {
        let id = format!("{version}{:063x}", at + 1);
        let path = layout
            .replace("NAME", &UID.replace('-', "_"))
            .replace("UID", UID)
            .replace("ID", &id);
        let dir = bundle(arena, &id, &sleep, |config| {
            config["linux"]["cgroupsPath"] = json!(format!("/{TOP}/{path}"));
            config["linux"]["resources"] = json!({});
        });
        let state = run("runc", &dir, &id).unwrap();
        started.push((id, state["pid"].clone(), *manager, *in_pod));
    }
    let records = sweep(&[]);
    assert_eq!(records.len(), LAYOUTS.len(), "{:?}", super::ids(&records));
    for (id, pid, manager, in_pod) in started {
        let mut of = records
            .iter()
            .filter(|r| r["identity"]["id"] == id.as_str());
        let record = of.next().unwrap_or_else(|| panic!("{version}: no {id}"));
        assert_eq!(record["confinement"]["process"]["pid"], pid, "{id}");
        let identity = &record["identity"];
        assert_eq!(identity["manager"].as_str(), manager, "{identity}");
        let uid = if in_pod { json!(UID) } else { Value::Null };
        assert_eq!(identity["pod_uid"]["known"], uid, "{identity}");
        assert_eq!(record["half_seen"], json!([]), "{identity}");
        must(Command::new("runc").args(["delete", "--force", &id])).unwrap();
    }
    let remove =
        format!("find /sys/fs/cgroup -depth -path '*/{TOP}*' -type d -exec rmdir {{}} ';'");
    // Groups of others go while it looks for these.
    let _ = Command::new("sh").args(["-c", &remove]).output();
}

#[test]
fn a_container_is_named_where_each_driver_puts_it() {
    let Some(arena) = Arena::enter(TEST, &["runc"]) else {
        return;
    };
    held(&arena, 1);
    let mount = ["-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"];
    must(Command::new("mount").args(mount)).unwrap();
    held(&arena, 2);
}
