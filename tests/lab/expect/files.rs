//! Mounts, masked paths and devices, as mountinfo and the shell's own tests tell them.

use serde_json::{Value, json};

use super::Tally;
use crate::truth::Truth;

pub(super) fn held(tally: &mut Tally, c: &Value, truth: &Truth) {
    let filesystem = &c["filesystem"];
    let mounts = truth.lines("mountinfo").count();
    tally.same(
        "mounts",
        &filesystem["mount_count"]["known"],
        &json!(mounts),
    );
    // The last mount upon / is the one that is seen.
    if let Some(root) = truth.lines("mountinfo").rfind(|l| at(l) == "/") {
        let fields: Vec<&str> = root.split(' ').collect();
        let known = &filesystem["root"]["known"];
        let read_only = fields[5].split(',').any(|o| o == "ro");
        tally.same("root", &known["read_only"], &json!(read_only));
        tally.same("root", &known["options"], &json!(fields[5]));
        let dash = fields.iter().position(|f| *f == "-").unwrap();
        tally.same("root", &known["fstype"], &json!(fields[dash + 1]));
    }
    for list in ["masked", "readonly"] {
        for entry in filesystem[list].as_array().into_iter().flatten() {
            protection(tally, entry, truth);
        }
    }
    if truth.lines("paths").next().is_some() {
        cgroup(tally, c, truth);
        devices(tally, &filesystem["devices"]["known"], truth);
    }
}

fn at(mountinfo: &str) -> &str {
    mountinfo.split(' ').nth(4).unwrap()
}

/// A path is masked by /dev/null or a tmpfs upon it, else as read-only as its mount is.
fn protection(tally: &mut Tally, entry: &Value, truth: &Truth) {
    let path = entry["path"].as_str().unwrap();
    let mut numbers = truth.lines("paths").filter_map(|l| l.split_once(' '));
    let number = numbers.find(|(p, _)| *p == path).map(|(_, n)| n);
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
    let covered = at(mount) == path && beyond.starts_with("tmpfs ");
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

/// Whether a control group's file could be opened for writing: nothing was written.
fn cgroup(tally: &mut Tally, c: &Value, truth: &Truth) {
    let seen = truth.lines("mountinfo").filter_map(|l| l.split_once(" - "));
    if seen
        .into_iter()
        .any(|(_, beyond)| beyond.starts_with("cgroup"))
    {
        let opened = truth.lines("cgroup files").next().is_some();
        let writable = &c["cgroup"]["writable"]["known"]["writable"];
        tally.same("cgroup writable", writable, &json!(opened));
    }
}

/// Nodes that the OCI runtime specification gives to every container, and terminals.
const USUAL: [&str; 8] = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2"];

/// Every node beyond those.
fn devices(tally: &mut Tally, listed: &Value, truth: &Truth) {
    let all = truth.lines("devices").filter_map(|l| l.split_once(' '));
    let terminal = |n: &str| n.starts_with("88:");
    let more = all.filter(|(_, n)| !USUAL.contains(n) && !terminal(n));
    let mut found: Vec<&str> = more.map(|(path, _)| path).collect();
    let listed = listed.as_array().into_iter().flatten();
    let mut listed: Vec<&str> = listed.filter_map(|d| d["path"].as_str()).collect();
    found.sort_unstable();
    listed.sort_unstable();
    tally.same("devices", &json!(listed), &json!(found));
}
