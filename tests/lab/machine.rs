//! What the lab must leave as it found it.

use std::collections::BTreeSet;

/// Mounts, network interfaces and the hostname.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    mounts: BTreeSet<String>,
    interfaces: BTreeSet<String>,
    hostname: String,
}

/// The machine's state now. A mount is told by its place alone: other tests may be
/// reading their own.
pub(crate) fn state() -> State {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let mounts = read("/proc/self/mountinfo");
    let interfaces = std::fs::read_dir("/sys/class/net").unwrap();
    State {
        mounts: mounts
            .lines()
            .filter_map(|l| l.split(' ').nth(4).map(str::to_owned))
            .collect(),
        interfaces: interfaces
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect(),
        hostname: read("/proc/sys/kernel/hostname"),
    }
}
