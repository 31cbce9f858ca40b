//! The control group hierarchies that are mounted, and a process's group in each.

use super::Observer;
use super::mountinfo::{Entry, Mounts};
use crate::confinement::{CgroupPath, Reading, Text};

/// A hierarchy that the process sees mounted, with its own group in it.
#[derive(Debug)]
pub(super) struct Hierarchy {
    /// Whether it is the unified one.
    pub(super) v2: bool,
    /// Where it is mounted.
    pub(super) mount_point: Text,
    /// v1 controllers.
    pub(super) controllers: Vec<Vec<u8>>,
    /// The process's group below the mount point: empty, or with a leading slash.
    group: Vec<u8>,
    /// Whether it is mounted where the observer sees it, rather than the process.
    pub(super) observers: bool,
}

impl Hierarchy {
    /// The absolute path of a file of the process's own group.
    pub(super) fn file(&self, name: &str) -> Vec<u8> {
        [
            self.mount_point.as_bytes(),
            &self.group,
            b"/",
            name.as_bytes(),
        ]
        .concat()
    }

    /// The group itself and each one above it that is visible, innermost first.
    pub(super) fn levels(&self) -> impl Iterator<Item = Vec<u8>> {
        let mut group = Some(self.group.clone());
        let base = self.mount_point.as_bytes().to_vec();
        std::iter::from_fn(move || {
            let now = group.take()?;
            group = now
                .iter()
                .rposition(|b| *b == b'/')
                .map(|at| now.get(..at).unwrap_or_default().to_vec());
            Some([base.as_slice(), &now].concat())
        })
    }
}

/// The hierarchies that are mounted where the process sees them.
pub(super) fn hierarchies(o: &Observer<'_>, paths: &[CgroupPath]) -> Vec<Hierarchy> {
    o.mounts()
        .as_ref()
        .map(|mounts| mounted(mounts, paths, false))
        .unwrap_or_default()
}

/// The hierarchies that the observer itself sees, for a process that sees none: its limits
/// hold all the same.
pub(super) fn observers(o: &Observer<'_>, paths: &[CgroupPath]) -> Vec<Hierarchy> {
    if !o.options.live || o.options.target.is_self {
        return Vec::new();
    }
    match o.proc.read_once("self/mountinfo") {
        Ok(bytes) => {
            // A host has many mounts of other kinds.
            let lines = bytes.split_inclusive(|b| *b == b'\n');
            let of_cgroups = |line: &&[u8]| line.windows(9).any(|w| w == b" - cgroup");
            let lines: Vec<&[u8]> = lines.filter(of_cgroups).collect();
            mounted(&Mounts::parse(&lines.concat()), paths, true)
        }
        Err(_) => Vec::new(),
    }
}

fn mounted(mounts: &Mounts, paths: &[CgroupPath], observers: bool) -> Vec<Hierarchy> {
    let mut found = Vec::new();
    for entry in mounts.iter() {
        let v2 = match entry.mount.fstype.as_bytes() {
            b"cgroup2" => true,
            b"cgroup" => false,
            _ => continue,
        };
        let path = paths.iter().find(|p| {
            let mut names = p.controllers.as_bytes().split(|b| *b == b',');
            if v2 {
                p.hierarchy == 0
            } else {
                names.any(|n| !n.is_empty() && entry.has_super_option(n))
            }
        });
        let Some(path) = path else { continue };
        if let Some(group) = group(entry, path.path.as_bytes()) {
            found.push(Hierarchy {
                v2,
                mount_point: entry.mount.mount_point.clone(),
                controllers: path
                    .controllers
                    .as_bytes()
                    .split(|b| *b == b',')
                    .map(<[u8]>::to_vec)
                    .collect(),
                group,
                observers,
            });
        }
    }
    found
}

/// The group's path below the mount; the mount's root is a group itself. `None` where
/// the group is outside what is mounted.
fn group(entry: &Entry, path: &[u8]) -> Option<Vec<u8>> {
    let root = entry.mount.root.as_bytes();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    let below = path.strip_prefix(root)?;
    let below = below.strip_suffix(b"/").unwrap_or(below);
    let inside = below.is_empty() || below.starts_with(b"/");
    let climbs = below.split(|b| *b == b'/').any(|c| c == b"..");
    (inside && !climbs).then(|| below.to_vec())
}

/// There is no hierarchy to read limits from.
pub(super) fn unmounted<T>(o: &Observer<'_>) -> Reading<T> {
    match o.mounts() {
        Err(error) => error.denied(super::status::lifted_by(error)),
        Ok(_) => Reading::denied(
            "none",
            "cgroupfs",
            None,
            "a cgroup file system that holds the process's group, mounted where the process sees it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_go_up_to_the_mount() {
        let hierarchy = Hierarchy {
            v2: true,
            mount_point: "/sys/fs/cgroup".into(),
            controllers: vec![],
            group: b"/a/b".to_vec(),
            observers: false,
        };
        let levels: Vec<_> = hierarchy.levels().collect();
        assert_eq!(
            levels,
            [
                &b"/sys/fs/cgroup/a/b"[..],
                b"/sys/fs/cgroup/a",
                b"/sys/fs/cgroup"
            ]
        );
    }
}
