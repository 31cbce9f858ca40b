//! Every field that config.json decides, against the report; the report is read as JSON
//! and the file by this code alone.

use std::collections::BTreeSet;

use amiconfined::confinement::{CapabilitySet, Confinement, NamespaceKind, Protection, Report};
use serde_json::{Value, json};

use super::profile::strings;

/// Compares and counts.
#[derive(Default)]
struct Held {
    facts: usize,
    differences: Vec<String>,
}

impl Held {
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, here: T, wanted: T) {
        self.facts += 1;
        if here != wanted {
            self.differences
                .push(format!("{what}: {here:?} is not {wanted:?}"));
        }
    }
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().map(|number| u32::try_from(number).unwrap())
}

/// Holds the report against the bundle; tells how many facts agreed.
pub(super) fn as_configured(report: &Report, config: &Value) -> usize {
    let mut held = Held::default();
    let c = &report.confinement;
    process(&mut held, c, &config["process"]);
    namespaces(&mut held, c, &config["linux"]);
    file_tree(&mut held, c, config);
    groups(&mut held, c, &config["linux"]);
    held.same(
        "hostname",
        report.node.known().map(ToString::to_string),
        config["hostname"].as_str().map(str::to_owned),
    );
    assert!(held.differences.is_empty(), "{:#?}", held.differences);
    held.facts
}

fn process(held: &mut Held, c: &Confinement, process: &Value) {
    let user = &process["user"];
    for (what, ids, wanted) in [
        ("uid", &c.identity.uid, &user["uid"]),
        ("gid", &c.identity.gid, &user["gid"]),
    ] {
        let ids = ids.known().unwrap();
        let all = [ids.real, ids.effective, ids.saved, ids.filesystem];
        held.same(what, all, [number(wanted).unwrap(); 4]);
    }
    let groups: Vec<u32> = user["additionalGids"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(number)
        .collect();
    held.same("groups", c.identity.groups.known(), Some(&groups));
    held.same(
        "umask",
        c.identity.umask.known().copied(),
        Some(number(&user["umask"]).unwrap_or(0o22)),
    );
    let nnp = process["noNewPrivileges"] == json!(true);
    held.same(
        "no_new_privs",
        c.identity.no_new_privs.known().copied(),
        Some(nnp),
    );
    for (name, set) in c.capabilities.sets() {
        let wanted = strings(&process["capabilities"][name])
            .iter()
            .fold(CapabilitySet::EMPTY, |set, name| {
                set.with(amiconfined::confinement::capability_number(name).unwrap())
            });
        held.same(name, set.known().copied(), Some(wanted));
    }
    for limit in process["rlimits"].as_array().unwrap() {
        let name = match limit["type"].as_str().unwrap() {
            "RLIMIT_NOFILE" => "Max open files",
            "RLIMIT_CORE" => "Max core file size",
            other => panic!("{other}"),
        };
        let found = c
            .limits
            .rlimits
            .known()
            .unwrap()
            .iter()
            .find(|l| l.name == name)
            .unwrap();
        held.same(
            name,
            (found.soft, found.hard),
            (limit["soft"].as_u64(), limit["hard"].as_u64()),
        );
    }
    let score = process["oomScoreAdj"]
        .as_i64()
        .map(|score| i32::try_from(score).unwrap());
    held.same(
        "oom_score_adj",
        c.limits.oom_score_adj.known().copied(),
        score,
    );
}

fn namespaces(held: &mut Held, c: &Confinement, linux: &Value) {
    let own: BTreeSet<&str> = linux["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| match n["type"].as_str().unwrap() {
            "network" => "net",
            "mount" => "mnt",
            other => other,
        })
        .collect();
    for kind in NamespaceKind::ALL {
        let found = c.namespaces.get(kind).unwrap();
        let initial = found.initial.known().map(|i| i.initial);
        held.same(kind.name(), initial, Some(!own.contains(kind.name())));
        if kind == NamespaceKind::Pid {
            held.same("pid", (c.process.pid, c.process.is_self), (1, true));
        }
    }
    let identity = c.identity.uid_map.known().map(|map| map.len());
    held.same("uid_map", identity, Some(1));
    let mode = if linux["seccomp"].is_null() {
        "disabled"
    } else {
        "filter"
    };
    held.same(
        "seccomp",
        serde_json::to_value(&c.seccomp.mode).unwrap()["known"].clone(),
        json!(mode),
    );
    let filters = u32::from(!linux["seccomp"].is_null());
    held.same("filters", c.seccomp.filters.known().copied(), Some(filters));
}

fn file_tree(held: &mut Held, c: &Confinement, config: &Value) {
    let tree = &c.filesystem;
    let read_only = tree.root.known().map(|root| root.read_only);
    held.same(
        "root.readonly",
        read_only,
        config["root"]["readonly"].as_bool(),
    );
    let mounts = config["mounts"].as_array().unwrap();
    // The sum of what is mounted: the root, each mount, and what hides each path.
    for (list, key) in [
        (&tree.masked, "maskedPaths"),
        (&tree.readonly, "readonlyPaths"),
    ] {
        let wanted = strings(&config["linux"][key]);
        for path in list {
            let protected = matches!(
                path.state.known(),
                Some(Protection::Masked | Protection::ReadOnly)
            );
            // A path that this kernel does not have needs no protection.
            if path.state.known().is_some() {
                let whole_sys = path.path.starts_with("/sys/")
                    && mounts.iter().any(|m| {
                        m["destination"] == "/sys" && strings(&m["options"]).contains(&"ro")
                    });
                let masked_alone = key == "maskedPaths" && !wanted.contains(&path.path.as_str());
                held.same(
                    &path.path,
                    protected,
                    wanted.contains(&path.path.as_str()) || whole_sys && masked_alone,
                );
            }
        }
    }
    let binds: BTreeSet<String> = mounts
        .iter()
        .filter(|m| m["type"] == "bind" || strings(&m["options"]).contains(&"bind"))
        .map(|m| {
            format!(
                "{} {}",
                m["destination"].as_str().unwrap(),
                strings(&m["options"]).contains(&"ro")
            )
        })
        .collect();
    let host: BTreeSet<String> = tree
        .host_paths
        .known()
        .unwrap()
        .iter()
        .map(|mount| format!("{} {}", mount.mount_point, mount.read_only))
        .collect();
    held.same("host paths", host, binds);
    let devices: BTreeSet<String> = tree
        .devices
        .known()
        .unwrap()
        .iter()
        .map(|d| format!("{} {}:{}", d.path, d.major, d.minor))
        .collect();
    let wanted: BTreeSet<String> = config["linux"]["devices"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|d| {
            format!(
                "{} {}:{}",
                d["path"].as_str().unwrap(),
                d["major"],
                d["minor"]
            )
        })
        .collect();
    held.same("devices", devices, wanted);
}

fn groups(held: &mut Held, c: &Confinement, linux: &Value) {
    let resources = &linux["resources"];
    let flat = |limit: Option<&Option<u64>>| limit.copied().flatten();
    held.same(
        "memory",
        flat(c.cgroup.memory_max.known()),
        resources["memory"]["limit"].as_u64(),
    );
    held.same(
        "pids",
        flat(c.cgroup.pids_max.known()),
        resources["pids"]["limit"].as_u64(),
    );
    let cpu = c.cgroup.cpu_max.known().and_then(|cpu| cpu.as_ref());
    held.same(
        "cpu",
        cpu.map(|cpu| cpu.quota_us),
        resources["cpu"]["quota"].as_u64(),
    );
    let path = linux["cgroupsPath"].as_str().unwrap();
    for group in c.cgroup.paths.known().unwrap() {
        let controllers = group.controllers.to_string();
        if ["memory", "pids"].contains(&controllers.as_str()) {
            held.same(&controllers, group.path.to_string(), path.to_owned());
        }
    }
}
