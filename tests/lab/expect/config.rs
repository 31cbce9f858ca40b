//! The report against the config.json that the low-level runtime was given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Tally;

/// OCI's word for each namespace, and the report's.
const KINDS: [(&str, &str); 7] = [
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("mount", "mnt"),
    ("network", "net"),
    ("pid", "pid"),
    ("user", "user"),
    ("uts", "uts"),
];

/// What any kernel tells of a process.
pub(super) fn process(tally: &mut Tally, c: &Value, config: &Value) {
    let process = &config["process"];
    for noun in ["uid", "gid"] {
        let reported = &c["identity"][noun]["known"]["effective"];
        let id = process["user"][noun].as_u64().unwrap_or(0);
        let map = &config["linux"][format!("{noun}Mappings")];
        let outside = tally.place == "outside";
        if outside && tally.rootless {
            continue; // by the map of the runtime's own namespace, which the kernel tells
        }
        let id = if outside { mapped(map, id) } else { id };
        tally.same(noun, reported, &json!(id));
    }
    if tally.place == "inside" {
        let told = process["user"]["additionalGids"].as_array().into_iter();
        let told: BTreeSet<u64> = told.flatten().filter_map(Value::as_u64).collect();
        let groups = c["identity"]["groups"]["known"].as_array().into_iter();
        let groups: BTreeSet<u64> = groups.flatten().filter_map(Value::as_u64).collect();
        tally.same("additionalGids", &json!(groups), &json!(told));
    }
    let bounding = &c["capabilities"]["bounding"]["known"]["names"];
    let told = &process["capabilities"]["bounding"];
    tally.same("bounding", &sorted(bounding), &sorted(told));
    let read_only = config["root"]["readonly"].as_bool().unwrap_or(false);
    let reported = &c["filesystem"]["root"]["known"]["read_only"];
    tally.same("root.readonly", reported, &json!(read_only));
}

/// What Linux tells of it besides.
pub(super) fn kernel(tally: &mut Tally, c: &Value, config: &Value, cgroupfs: bool) {
    let process = &config["process"];
    let flag = process["noNewPrivileges"].as_bool().unwrap_or(false);
    let reported = &c["identity"]["no_new_privs"]["known"];
    tally.same("noNewPrivileges", reported, &json!(flag));
    namespaces(tally, c, &config["linux"]["namespaces"]);
    paths(tally, c, &config["linux"]);
    if cgroupfs {
        resources(tally, c, &config["linux"]["resources"]);
    }
    for rlimit in process["rlimits"].as_array().into_iter().flatten() {
        if rlimit["type"] == "RLIMIT_NOFILE" {
            let mut entries = c["limits"]["rlimits"]["known"]
                .as_array()
                .into_iter()
                .flatten();
            let files = entries.find(|l| l["name"] == "Max open files");
            let files = files.unwrap_or(&Value::Null);
            let bounds = json!([files["soft"], files["hard"]]);
            tally.same(
                "RLIMIT_NOFILE",
                &bounds,
                &json!([rlimit["soft"], rlimit["hard"]]),
            );
        }
    }
    if let Some(score) = process["oomScoreAdj"].as_i64() {
        tally.same(
            "oomScoreAdj",
            &c["limits"]["oom_score_adj"]["known"],
            &json!(score),
        );
    }
    let label = process["selinuxLabel"].as_str().unwrap_or_default();
    if !label.is_empty() && crate::guests::selinux::enforced().is_ok() {
        super::selinux::same(tally, &c["lsm"]["selinux"]["known"], label);
    }
    let seccomp = config["linux"]["seccomp"].is_object();
    let mode = if seccomp { "filter" } else { "disabled" };
    tally.same("seccomp", &c["seccomp"]["mode"]["known"], &json!(mode));
}

/// An id as the host has it.
fn mapped(map: &Value, id: u64) -> u64 {
    let number = |range: &Value, key: &str| range[key].as_u64().unwrap();
    let mut ranges = map.as_array().into_iter().flatten();
    let range = ranges.find(|r| {
        let first = number(r, "containerID");
        (first..first + number(r, "size")).contains(&id)
    });
    range.map_or(id, |r| id - number(r, "containerID") + number(r, "hostID"))
}

fn sorted(names: &Value) -> Value {
    let mut names: Vec<&str> = strings(names).collect();
    names.sort_unstable();
    names.dedup(); // engines name what is added and a default twice
    json!(names)
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A type without a path is a new namespace; one that is left out is the host's.
fn namespaces(tally: &mut Tally, c: &Value, told: &Value) {
    for (oci, kind) in KINDS {
        let entry = told
            .as_array()
            .into_iter()
            .flatten()
            .find(|n| n["type"] == oci);
        if entry.is_some_and(|n| n["path"].as_str().is_some_and(|p| !p.is_empty())) {
            continue;
        }
        let mut list = c["namespaces"]["namespaces"]
            .as_array()
            .into_iter()
            .flatten();
        let reported = list.find(|n| n["kind"] == kind).unwrap();
        // The lab itself is in network, mount and uts namespaces of its own.
        if entry.is_none() && ["net", "mnt", "uts"].contains(&kind) {
            continue;
        }
        let initial = &reported["initial"]["known"]["initial"];
        let own = entry.is_some() || tally.rootless && kind == "user";
        if tally.place == "inside" && ["net", "mnt"].contains(&kind) && !numbered() {
            let denied = reported["initial"]["denied"].is_object();
            tally.same(kind, &json!(denied), &json!(true));
            continue;
        }
        tally.same(kind, initial, &json!(!own));
    }
}

/// Whether this kernel numbers its initial network and mount namespaces as it does the
/// others, since Linux 6.18; else a container cannot know them.
fn numbered() -> bool {
    let release = nix::sys::utsname::uname().unwrap();
    let release = release.release().to_string_lossy().into_owned();
    let mut numbers = release
        .split(['.', '-', '+'])
        .map(|n| n.parse::<u32>().ok());
    let version = [numbers.next(), numbers.next()].map(Option::flatten);
    version >= [Some(6), Some(18)]
}

fn paths(tally: &mut Tally, c: &Value, linux: &Value) {
    for (list, told) in [("masked", "maskedPaths"), ("readonly", "readonlyPaths")] {
        for entry in c["filesystem"][list].as_array().into_iter().flatten() {
            let path = entry["path"].as_str().unwrap();
            let Some(state) = entry["state"]["known"].as_str() else {
                continue;
            };
            let asked = strings(&linux[told]).any(|p| p == path);
            let masked = strings(&linux["maskedPaths"]).any(|p| p == path);
            if asked {
                let wanted = if list == "masked" || masked {
                    "masked"
                } else {
                    "read_only"
                };
                tally.same(path, &json!(state), &json!(wanted));
            } else if !masked {
                tally.same(path, &json!(state == "masked"), &json!(false));
            }
        }
    }
}

fn resources(tally: &mut Tally, c: &Value, told: &Value) {
    let cgroup = &c["cgroup"];
    if let Some(limit) = told["memory"]["limit"].as_u64() {
        tally.same(
            "memory.limit",
            &cgroup["memory_max"]["known"],
            &json!(limit),
        );
    }
    if let Some(limit) = told["pids"]["limit"].as_u64().filter(|l| *l > 0) {
        tally.same("pids.limit", &cgroup["pids_max"]["known"], &json!(limit));
    }
    if let Some(quota) = told["cpu"]["quota"].as_u64().filter(|q| *q > 0) {
        let reported = &cgroup["cpu_max"]["known"]["quota_us"];
        tally.same("cpu.quota", reported, &json!(quota));
    }
}
