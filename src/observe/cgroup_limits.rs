//! The limits that a process's control groups set, v1 and v2.

use super::Observer;
use super::cgroup_hierarchy::{Hierarchy, unmounted};
use super::proc_root::ProcRoot;
use super::read_error::ReadError;
use super::status::number;
use crate::confinement::{CpuQuota, Reading};

/// v1's word for no memory limit: the largest `long`, in whole pages of up to 64 KiB.
const V1_UNLIMITED: u64 = 0x7fff_ffff_ffff_0000;

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
