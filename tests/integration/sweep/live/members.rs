//! Every process of a container, held to what the kernel's files say of it.

use std::fs;

use serde_json::Value;

use super::engines::Told;

/// Lines of `/proc/PID/status`, and what a record calls them.
const LINES: [(&str, &str); 10] = [
    ("Uid", "identity.uid"),
    ("Gid", "identity.gid"),
    ("NoNewPrivs", "identity.no_new_privs"),
    ("CapEff", "capabilities.effective"),
    ("CapPrm", "capabilities.permitted"),
    ("CapInh", "capabilities.inheritable"),
    ("CapBnd", "capabilities.bounding"),
    ("CapAmb", "capabilities.ambient"),
    ("Seccomp", "seccomp.mode"),
    ("Seccomp_filters", "seccomp.filters"),
];

/// The value of a line of a process's status.
pub(super) fn line(pid: u64, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix(":\t"));
    line.unwrap().replace('\t', " ")
}

/// All processes in the pid namespace that this one is in.
fn beside(pid: u64) -> Vec<u64> {
    let namespace = |pid: u64| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let own = namespace(pid);
    assert!(own.is_some(), "{pid}");
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse().ok());
    let mut pids: Vec<u64> = pids.filter(|pid| namespace(*pid) == own).collect();
    pids.sort_unstable();
    pids
}

/// A process that differs from the first: what, there, here.
type Differs = (u64, Vec<(String, String, String)>);

/// Holds a record's processes to those that are in its pid namespace: their number, which
/// is the first, and each that differs from it with all its differences.
pub(super) fn agree(told: &Told, record: &Value) {
    let first = record["confinement"]["process"]["pid"].as_u64().unwrap();
    let number = line(first, "NSpid");
    assert!(number.ends_with(" 1"), "{told:?}: NSpid {number}");
    let all = beside(first);
    assert_eq!(record["processes"], all.len(), "{told:?}: {all:?}");
    let mut expected: Vec<Differs> = Vec::new();
    for here in all.into_iter().filter(|pid| *pid != first) {
        let differ = LINES.iter().filter_map(|(name, what)| {
            let (first, here) = (line(first, name), line(here, name));
            (first != here).then(|| ((*what).to_owned(), first, here))
        });
        let differ: Vec<_> = differ.collect();
        if !differ.is_empty() {
            expected.push((here, differ));
        }
    }
    let rows = record["deviations"].as_array().unwrap().iter().map(|row| {
        let all = row["differences"].as_array().unwrap().iter();
        let field = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
        let all = all.map(|d| (field(d, "what"), field(d, "first"), field(d, "here")));
        (row["pid"].as_u64().unwrap(), all.collect())
    });
    let mut rows: Vec<Differs> = rows.collect();
    rows.sort();
    assert_eq!(rows, expected, "{told:?}");
    // The first process of these is their own, which is not confined as what it starts is.
    let own = ["bwrap", "firejail"].contains(&told.runtime);
    assert_eq!(rows.len(), usize::from(own), "{told:?}: {rows:?}");
}
