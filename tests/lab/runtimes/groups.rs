//! Control groups that runtimes make for their containers and leave.

use std::path::PathBuf;
use std::process::Command;

/// Those of one name.
pub(super) struct Groups {
    name: &'static str,
    before: Vec<PathBuf>,
}

impl Groups {
    /// Those of this name and what is in them, as they are before the runtime starts.
    pub(super) fn named(name: &'static str) -> Self {
        let before = below(name);
        Self { name, before }
    }

    /// Removes the new ones, the deepest first; those that hold somebody stay.
    pub(super) fn remove(&self) {
        for folder in below(self.name) {
            if !self.before.contains(&folder) {
                let _ = std::fs::remove_dir(folder);
            }
        }
    }
}

/// Those of a name and what is in them, the deepest first.
fn below(name: &str) -> Vec<PathBuf> {
    let folders = found(name);
    if folders.is_empty() {
        return Vec::new();
    }
    let mut command = Command::new("find");
    command.args(folders).args(["-depth", "-type", "d"]);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(PathBuf::from).collect()
}

/// Those of a name: at the top of each hierarchy, and where this program is in it.
fn found(name: &str) -> Vec<PathBuf> {
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    let own: Vec<&str> = own
        .lines()
        .filter_map(|l| l.splitn(3, ':').nth(2))
        .collect();
    let top = PathBuf::from("/sys/fs/cgroup");
    let hierarchies = std::fs::read_dir(&top).unwrap();
    let hierarchies = hierarchies.filter_map(|e| Some(e.ok()?.path()));
    let mut folders = Vec::new();
    for hierarchy in hierarchies.chain([top.clone()]) {
        folders.push(hierarchy.join(name));
        for path in &own {
            folders.push(hierarchy.join(path.trim_start_matches('/')).join(name));
        }
    }
    folders.sort();
    folders.dedup();
    folders.retain(|folder| folder.is_dir());
    folders
}
