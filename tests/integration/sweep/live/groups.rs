//! The control groups of an arena: they are not private, and outlive what was in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::arena::until;

const MOUNTED: &str = "/sys/fs/cgroup";

/// Which part of a second each heart may compute for with real-time priority, in µs.
const SHARE: u64 = 60_000;

/// The file of a group under version 1 that says how much of a second is for real time.
const REAL_TIME: &str = "cpu.rt_runtime_us";

/// All groups that there are, each with its share of real time.
pub(super) struct Before(BTreeMap<PathBuf, Option<u64>>);

impl Before {
    pub(super) fn now() -> Self {
        let found = Command::new("find")
            .args([MOUNTED, "-type", "d"])
            .output()
            .unwrap();
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        let groups = found.lines().map(PathBuf::from);
        Self(groups.map(|group| (group.clone(), share(&group))).collect())
    }

    /// Removes what has come since of these groups and those above, empty by now, and gives
    /// the others the share back that they had: once all is removed, since what is in a group
    /// holds a part of its share.
    pub(super) fn restore(&self, groups: &str) {
        let groups = || groups.lines().map(Path::new);
        for group in groups().filter(|group| !self.0.contains_key(*group)) {
            // What was in it may take a moment to end.
            until("a group to be empty", || remove(group)).unwrap();
            let mut above = group.ancestors().skip(1);
            while let Some(new) = above.next().filter(|above| !self.0.contains_key(*above)) {
                let _ = remove(new); // Others may be in it.
            }
        }
        for kept in groups().flat_map(Path::ancestors) {
            let Some(had) = self.0.get(kept).copied().flatten() else {
                continue;
            };
            let given_back = until("the share of real time", || {
                if share(kept) == Some(had) {
                    return Some(());
                }
                // What was removed has its part of it for a moment more.
                let _ = fs::write(kept.join(REAL_TIME), had.to_string());
                None
            });
            given_back
                .map_err(|why| format!("{why}: {} had {had} µs", kept.display()))
                .unwrap();
        }
    }
}

/// Removes a group with those in it; `None` where it is still there.
fn remove(group: &Path) -> Option<()> {
    let mut remove = Command::new("find");
    remove.arg(group).args(["-depth", "-type", "d"]);
    let _ = remove.args(["-exec", "rmdir", "{}", ";"]).output();
    (!group.exists()).then_some(())
}

fn share(group: &Path) -> Option<u64> {
    let text = fs::read_to_string(group.join(REAL_TIME)).ok()?;
    text.trim().parse().ok()
}

/// The groups of one process, each in its hierarchy.
fn of(pid: u32) -> Vec<PathBuf> {
    let lines = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let groups = lines.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let name = controllers.strip_prefix("name=").unwrap_or(controllers);
        Some(
            Path::new(MOUNTED)
                .join(name)
                .join(path.trim_start_matches('/')),
        )
    });
    groups.filter(|group| group.is_dir()).collect()
}

/// The groups of all processes that are seen, a line each.
pub(super) fn of_all() -> String {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let groups: BTreeSet<PathBuf> = pids.flat_map(of).collect();
    let lines = groups.iter().map(|group| format!("{}\n", group.display()));
    lines.collect()
}

/// Gives a process's group under version 1 a share of real time, and those above what all
/// in them have together; without one the kernel refuses the priority.
pub(super) fn real_time(pid: u32) {
    let top = Path::new(MOUNTED).join("cpu");
    let Some(own) = of(pid).into_iter().find(|group| group.starts_with(&top)) else {
        return;
    };
    let mut wanted = Vec::new();
    let mut below: Option<(&Path, u64)> = None;
    for group in own.ancestors().take_while(|group| **group != top) {
        let needed = below.map_or(SHARE, |(one, share)| beside(one) + share);
        let needed = needed.max(share(group).unwrap_or(0));
        wanted.push((group, needed));
        below = Some((group, needed));
    }
    for (group, needed) in wanted.into_iter().rev() {
        let _ = fs::write(group.join(REAL_TIME), needed.to_string());
    }
}

/// What the other groups in the same one have together.
fn beside(group: &Path) -> u64 {
    let all = fs::read_dir(group.parent().unwrap()).unwrap();
    let others = all.filter_map(|entry| Some(entry.ok()?.path()));
    let others = others.filter(|other| other != group);
    others.filter_map(|other| share(&other)).sum()
}
