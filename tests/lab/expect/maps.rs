//! Namespaces, id maps, limits and control groups.

use serde_json::{Value, json};

use super::Tally;
use crate::truth::Truth;

pub(super) fn held(tally: &mut Tally, c: &Value, truth: &Truth) {
    let list = c["namespaces"]["namespaces"].as_array();
    for entry in list.into_iter().flatten() {
        let kind = entry["kind"].as_str().unwrap();
        tally.hold(&entry["kind"]);
        match truth.namespace("ns", kind) {
            // gVisor's links have another number at every look.
            Some(inode) if inode < LOWEST => {
                let absent = entry["inode"]["absent"].is_object();
                tally.same(kind, &json!(absent), &json!(true));
            }
            Some(inode) => tally.same(kind, &entry["inode"]["known"], &json!(inode)),
            None => {}
        }
        let (own, first) = (
            truth.namespace("ns", kind),
            truth.namespace("ns of pid 1", kind),
        );
        if let (Some(own), Some(first)) = (own, first.filter(|n| *n >= LOWEST)) {
            tally.same(
                "of pid 1",
                &entry["shared_with_pid1"]["known"],
                &json!(own == first),
            );
        }
    }
    for map in ["uid_map", "gid_map"] {
        let wanted: Vec<Value> = truth.lines(map).map(range).collect();
        tally.same(map, &c["identity"][map]["known"], &json!(wanted));
    }
    if let Some(score) = truth.lines("oom_score_adj").next() {
        let score: i32 = score.parse().unwrap();
        tally.same(
            "oom_score_adj",
            &c["limits"]["oom_score_adj"]["known"],
            &json!(score),
        );
    }
    if let Some(word) = truth.lines("setgroups").next() {
        let allowed = json!(word == "allow");
        tally.same("setgroups", &c["identity"]["setgroups"]["known"], &allowed);
    }
    let rlimits = c["limits"]["rlimits"]["known"].as_array();
    for line in truth.lines("limits").filter(|l| l.starts_with("Max ")) {
        let (name, values) = line.split_at(NAME_COLUMNS);
        let mut values = values.split_whitespace().map(|w| w.parse::<u64>().ok());
        let wanted = json!({
            "name": name.trim(), "soft": values.next().unwrap(), "hard": values.next().unwrap(),
        });
        let mut entries = rlimits.into_iter().flatten();
        let entry = entries.find(|e| e["name"] == wanted["name"]);
        tally.same("limit", entry.unwrap_or(&Value::Null), &wanted);
    }
    let wanted: Vec<Value> = truth.lines("cgroup").map(cgroup).collect();
    if !wanted.is_empty() {
        tally.same("cgroup", &c["cgroup"]["paths"]["known"], &json!(wanted));
        let unified = truth.lines("cgroup").any(|l| l.starts_with("0:"));
        let more = truth.lines("cgroup").any(|l| !l.starts_with("0:"));
        let version = match (unified, more) {
            (true, true) => "hybrid",
            (true, false) => "v2",
            _ => "v1",
        };
        tally.same("cgroup", &c["cgroup"]["version"]["known"], &json!(version));
    }
}

/// Below the numbers of every Linux namespace.
const LOWEST: u64 = 0xefff_fff8;

/// `fs/proc/base.c` pads each limit's name to this.
const NAME_COLUMNS: usize = 26;

fn range(line: &str) -> Value {
    let numbers: Vec<u64> = line
        .split_whitespace()
        .map(|w| w.parse().unwrap())
        .collect();
    json!({"inside": numbers[0], "outside": numbers[1], "count": numbers[2]})
}

fn cgroup(line: &str) -> Value {
    let mut parts = line.splitn(3, ':');
    let mut next = || parts.next().unwrap();
    let hierarchy: u32 = next().parse().unwrap();
    json!({"hierarchy": hierarchy, "controllers": next(), "path": next()})
}
