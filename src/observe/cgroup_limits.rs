//! The limits that a process's control groups set, v1 and v2.

use super::Observer;
use super::mountinfo::{Entry, Mounts};
use super::proc_root::ProcRoot;
use super::read_error::ReadError;
use super::status::number;
use crate::confinement::{CgroupPath, CpuQuota, Reading, Text};

/// v1's word for no memory limit: the largest `long`, in whole pages of up to 64 KiB.
const V1_UNLIMITED: u64 = 0x7fff_ffff_ffff_0000;

/// A hierarchy that the process sees mounted, with its own group in it.
#[derive(Debug)]
pub(super) struct Hierarchy {
    /// Whether it is the unified one.
    pub(super) v2: bool,
    /// Where it is mounted.
    pub(super) mount_point: Text,
    /// v1 controllers.
    controllers: Vec<Vec<u8>>,
    /// The process's group below the mount point: empty, or with a leading slash.
    group: Vec<u8>,
    /// Whether it is mounted where the observer sees it, rather than the process.
    observers: bool,
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
    fn levels(&self) -> impl Iterator<Item = Vec<u8>> {
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
    o.mounts
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
    match &o.mounts {
        Err(error) => error.denied(super::status::lifted_by(error)),
        Ok(_) => Reading::denied(
            "none",
            "cgroupfs",
            None,
            "a cgroup file system that holds the process's group, mounted where the process sees it",
        ),
    }
}

/// Memory in bytes: the least of what the group and those above it set.
pub(super) fn memory_max(o: &Observer<'_>, all: &[Hierarchy]) -> Reading<Option<u64>> {
    least(o, all, "memory", |value, v2| {
        let file = if v2 {
            "memory.max"
        } else {
            "memory.limit_in_bytes"
        };
        Ok(amount(&value(file)?).filter(|n| v2 || *n < V1_UNLIMITED))
    })
}

/// Processes and threads.
pub(super) fn pids_max(o: &Observer<'_>, all: &[Hierarchy]) -> Reading<Option<u64>> {
    least(o, all, "pids", |value, _| Ok(amount(&value("pids.max")?)))
}

/// Processor time: the smallest share.
pub(super) fn cpu_max(o: &Observer<'_>, all: &[Hierarchy]) -> Reading<Option<CpuQuota>> {
    least(o, all, "cpu", |value, v2| {
        let (quota, period) = if v2 {
            let line = value("cpu.max")?;
            let mut words = line.split(u8::is_ascii_whitespace);
            let mut next = || words.next().unwrap_or_default().to_vec();
            (next(), next())
        } else {
            (value("cpu.cfs_quota_us")?, value("cpu.cfs_period_us")?)
        };
        Ok(match (amount(&quota), amount(&period)) {
            (Some(quota_us), Some(period_us)) => Some(CpuQuota {
                quota_us,
                period_us,
            }),
            _ => None,
        })
    })
}

/// What limits are compared by.
trait Share: Copy {
    /// Smaller limits more.
    fn share(self) -> f64;
}

impl Share for u64 {
    #[allow(clippy::cast_precision_loss)] // only compared
    fn share(self) -> f64 {
        self as f64
    }
}

impl Share for CpuQuota {
    fn share(self) -> f64 {
        self.quota_us.share() / self.period_us.share()
    }
}

/// What a file of one group says.
type Value<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, ReadError>;

/// Reads one limit at every visible level of the controller's hierarchy.
fn least<T: Share>(
    o: &Observer<'_>,
    all: &[Hierarchy],
    controller: &str,
    read: impl Fn(Value<'_>, bool) -> Result<Option<T>, ReadError>,
) -> Reading<Option<T>> {
    let names = |h: &&Hierarchy| h.controllers.iter().any(|c| c == controller.as_bytes());
    let hierarchy = all.iter().find(names).or_else(|| all.iter().find(|h| h.v2));
    let Some(hierarchy) = hierarchy else {
        return unmounted(o);
    };
    let files = if hierarchy.observers { o.sys } else { &o.files };
    let mut limit: Option<T> = None;
    let mut missing = None;
    let mut read_any = false;
    for (above, dir) in hierarchy.levels().enumerate() {
        let value = |file: &str| {
            let path = [dir.as_slice(), b"/", file.as_bytes()].concat();
            // The groups above are those of many processes.
            let read = if hierarchy.observers && above > 0 {
                files.read_once(path)
            } else {
                files.read(path)
            };
            read.map(|bytes| bytes.trim_ascii().to_vec())
        };
        match read(&value, hierarchy.v2) {
            Ok(here) => {
                read_any = true;
                limit = match (limit, here) {
                    (Some(a), Some(b)) => Some(if b.share() < a.share() { b } else { a }),
                    (a, b) => a.or(b),
                };
            }
            // The root group has no limits, and a group none of controllers that it was not given.
            Err(error) if error.is_missing() => missing = Some(error),
            Err(error) => return error.denied(o.file_lift(&error)),
        }
    }
    match missing {
        Some(error) if !read_any => no_file(o, files, hierarchy, &error),
        _ => Reading::Known(limit),
    }
}

/// No level has the file: no limit where the hierarchy itself is really there.
fn no_file<T>(
    o: &Observer<'_>,
    files: &ProcRoot,
    hierarchy: &Hierarchy,
    error: &ReadError,
) -> Reading<Option<T>> {
    let procs = hierarchy.file("cgroup.procs");
    if o.options.live
        && files
            .stat(procs.strip_prefix(b"/").unwrap_or(&procs))
            .is_ok()
    {
        Reading::Known(None)
    } else {
        error.denied("the cgroup's directory visible to the process")
    }
}

/// A number; `max` and `-1` are none.
fn amount(bytes: &[u8]) -> Option<u64> {
    number(bytes, 10)
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
