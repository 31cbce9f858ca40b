//! Mounts, masked paths and devices, as mountinfo and the shell's own tests tell them.

use serde_json::{Value, json};

use super::Tally;
use crate::truth::Truth;

pub(super) fn held(tally: &mut Tally, report: &Value, truth: &Truth) {
    let c = &report["confinement"];
    let filesystem = &c["filesystem"];
    let mounts = truth.lines("mountinfo").count();
    tally.same(
        "mounts",
        &filesystem["mount_count"]["known"],
        &json!(mounts),
    );
    if let Some(line) = truth.root() {
        for (key, wanted) in fields(line) {
            tally.same("root", &filesystem["root"]["known"][key], &wanted);
        }
    }
    for told in filesystem["host_paths"]["known"]
        .as_array()
        .into_iter()
        .flatten()
    {
        // One may lie upon another of the same place.
        let mut lines = truth.lines("mountinfo");
        let same = lines.any(|line| fields(line).iter().all(|(key, v)| told[*key] == *v));
        tally.same("host path", &json!(same), &json!(true));
        tally.hold(told);
    }
    for told in filesystem["runtime_sockets"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let path = told["path"].as_str().unwrap();
        if truth.lines("paths").next().is_some() && path == "/run/docker.sock" {
            let opens = truth.of("ask", "connects") == Some("1");
            let connectable = &told["connectable"]["known"]["writable"];
            tally.same("connectable", connectable, &json!(opens));
            tally.same("runtime", &told["runtime"], &json!("docker"));
        }
    }
    for list in ["masked", "readonly"] {
        for entry in filesystem[list].as_array().into_iter().flatten() {
            protection(tally, entry, truth);
        }
    }
    if truth.lines("paths").next().is_some() {
        cgroup(tally, report, truth);
        devices(tally, &filesystem["devices"]["known"], truth);
        for entry in filesystem["sensitive"].as_array().into_iter().flatten() {
            opens(tally, entry, truth);
        }
    }
}

/// What a line says of its mount, by the report's names.
fn fields(line: &str) -> [(&'static str, Value); 8] {
    let fields: Vec<&str> = line.split(' ').collect();
    let dash = fields.iter().position(|f| *f == "-").unwrap();
    let read_only = |options: &str| json!(options.split(',').any(|o| o == "ro"));
    [
        ("root", json!(fields[3])),
        ("mount_point", json!(fields[4])),
        ("options", json!(fields[5])),
        ("read_only", read_only(fields[5])),
        ("propagation", json!(fields[6..dash])),
        ("fstype", json!(fields[dash + 1])),
        ("source", json!(fields[dash + 2])),
        ("super_read_only", read_only(fields[dash + 3])),
    ]
}

fn at(mountinfo: &str) -> &str {
    mountinfo.split(' ').nth(4).unwrap()
}

/// A path is masked by /dev/null or a tmpfs upon it, else as read-only as its mount is.
fn protection(tally: &mut Tally, entry: &Value, truth: &Truth) {
    let path = entry["path"].as_str().unwrap();
    let mut numbers = truth.lines("paths").filter_map(|l| l.split_once(' '));
    let number = numbers.find(|(p, _)| *p == path).map(|(_, n)| n);
    tally.hold(&entry["path"]);
    if truth.lines("paths").next().is_some() && number.is_none() {
        let absent = entry["state"]["absent"].is_object();
        tally.same(path, &json!(absent), &json!(true));
        return;
    }
    if entry["state"]["known"].is_null() {
        return;
    }
    let below = |l: &&str| {
        let rest = path.strip_prefix(at(l));
        rest.is_some_and(|r| r.is_empty() || r.starts_with('/') || at(l) == "/")
    };
    let over = truth.lines("mountinfo").filter(below);
    let Some(mount) = over.max_by_key(|l| at(l).len()) else {
        return;
    };
    let (own, beyond) = mount.split_once(" - ").unwrap();
    let options = [own.split(' ').nth(5), beyond.split(' ').nth(2)];
    let mut options = options.into_iter().flatten().flat_map(|o| o.split(','));
    let read_only = options.any(|o| o == "ro");
    let kernels = ["proc ", "sysfs "].iter().any(|f| beyond.starts_with(f));
    let covered = at(mount) == path && !kernels;
    let null = at(mount) == path && own.contains("/null ");
    let wanted = if number == Some("1:3") || null || covered && read_only {
        "masked"
    } else if covered {
        "masked_writable"
    } else if read_only {
        "read_only"
    } else {
        "none"
    };
    tally.same(path, &entry["state"]["known"], &json!(wanted));
}

/// Whether a control group's file could be opened for writing, and a `release_agent` be set.
fn cgroup(tally: &mut Tally, report: &Value, truth: &Truth) {
    let c = &report["confinement"];
    if truth.cgroupfs() {
        let opened = truth.lines("cgroup files").next().is_some();
        let told = &c["cgroup"]["writable"];
        // What is mounted may begin above the process's own namespace of them: then where its
        // own group is in it cannot be known.
        let mut mounted = truth.lines("mountinfo").filter(|l| l.contains(" - cgroup"));
        if mounted.all(|l| {
            l.split(' ')
                .nth(3)
                .is_some_and(|root| root.starts_with("/.."))
        }) {
            let denied = told["denied"].is_object();
            tally.same("cgroup writable", &json!(denied), &json!(true));
        } else {
            let writable = &told["known"]["writable"];
            tally.same("cgroup writable", writable, &json!(opened));
        }
        let agent = &c["cgroup"]["release_agent_writable"];
        if agent["known"].is_object() {
            let opened = truth.lines("release agents").next().is_some();
            let writable = &agent["known"]["writable"];
            tally.same("release_agent", writable, &json!(opened));
            let stands_out = report["summary"]["stands_out"].as_array();
            let said = stands_out.into_iter().flatten();
            let said = said.filter(|line| line["id"] == "release_agent").count();
            tally.same("stands out", &json!(said == 1), &json!(opened));
        }
    }
}

/// Whether it could be opened for writing: nothing was written.
fn opens(tally: &mut Tally, entry: &Value, truth: &Truth) {
    let path = entry["path"].as_str().unwrap();
    if !crate::truth::SENSITIVE.contains(&path) {
        return;
    }
    let there = truth.lines("there").any(|l| l == path);
    if !there {
        tally.hold(&entry["writable"]["absent"]);
        tally.same(
            path,
            &json!(entry["writable"]["known"].is_object()),
            &json!(false),
        );
    } else if entry["writable"]["known"].is_object() {
        let opened = truth.lines("opens").any(|l| l == path);
        tally.same(
            path,
            &entry["writable"]["known"]["writable"],
            &json!(opened),
        );
        tally.hold(&entry["path"]);
    }
}

/// Nodes that the OCI runtime specification gives to every container, and terminals.
const USUAL: [&str; 8] = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2"];

/// Every node beyond those.
fn devices(tally: &mut Tally, listed: &Value, truth: &Truth) {
    let all = truth.lines("devices").filter_map(|l| {
        let mut words = l.splitn(3, ' ');
        Some((words.next()?, words.next()?, words.next()?))
    });
    let terminal = |n: &str| n.starts_with("88:");
    let more = all.filter(|(_, n, _)| !USUAL.contains(n) && !terminal(n));
    let hex = |text: &str| u32::from_str_radix(text, 16).unwrap();
    let mut found: Vec<Value> = more
        .map(|(path, number, kind)| {
            let (major, minor) = number.split_once(':').unwrap();
            let block = kind.starts_with("block");
            json!({"path": path, "block": block, "major": hex(major), "minor": hex(minor)})
        })
        .collect();
    let path = |device: &Value| device["path"].as_str().unwrap().to_owned();
    found.sort_by_key(path);
    let mut sorted = listed.as_array().cloned().unwrap_or_default();
    sorted.sort_by_key(path);
    tally.same("devices", &json!(sorted), &json!(found));
    tally.hold(listed);
}
