//! Resource limits and the OOM killer's view.

use procfs::FromRead;
use procfs::process::{Limit, LimitValue, Limits as ProcLimits};

use super::Observer;
use super::status::{lifted_by, malformed};
use crate::confinement::{Limits, Reading, Rlimit};

/// Reads the limits noun.
pub(super) fn limits(o: &Observer<'_>) -> Limits {
    Limits {
        rlimits: match o.pid_dir.read("limits") {
            Ok(bytes) => match ProcLimits::from_read(bytes.as_slice()) {
                Ok(limits) => Reading::Known(rlimits(&limits)),
                Err(_) => malformed(&o.pid_dir.path().join("limits"), "limits file"),
            },
            Err(error) => o.missing_or_denied(
                &error,
                "this kernel has no limits file (since Linux 2.6.24)",
            ),
        },
        oom_score_adj: match o.pid_dir.read("oom_score_adj") {
            Ok(bytes) => match std::str::from_utf8(bytes.trim_ascii()).map(str::parse) {
                Ok(Ok(score)) => Reading::Known(score),
                _ => malformed(&o.pid_dir.path().join("oom_score_adj"), "oom_score_adj"),
            },
            Err(error) if error.is_missing() => o.missing_or_denied(
                &error,
                "this kernel has no oom_score_adj (since Linux 2.6.36)",
            ),
            Err(error) => error.denied(lifted_by(&error)),
        },
    }
}

/// The limits under the words that `fs/proc/base.c` has for them.
fn rlimits(limits: &ProcLimits) -> Vec<Rlimit> {
    [
        ("Max cpu time", limits.max_cpu_time),
        ("Max file size", limits.max_file_size),
        ("Max data size", limits.max_data_size),
        ("Max stack size", limits.max_stack_size),
        ("Max core file size", limits.max_core_file_size),
        ("Max resident set", limits.max_resident_set),
        ("Max processes", limits.max_processes),
        ("Max open files", limits.max_open_files),
        ("Max locked memory", limits.max_locked_memory),
        ("Max address space", limits.max_address_space),
        ("Max file locks", limits.max_file_locks),
        ("Max pending signals", limits.max_pending_signals),
        ("Max msgqueue size", limits.max_msgqueue_size),
        ("Max nice priority", limits.max_nice_priority),
        ("Max realtime priority", limits.max_realtime_priority),
        ("Max realtime timeout", limits.max_realtime_timeout),
    ]
    .into_iter()
    .map(|(name, limit): (_, Limit)| Rlimit {
        name: name.to_owned(),
        soft: value(limit.soft_limit),
        hard: value(limit.hard_limit),
    })
    .collect()
}

fn value(limit: LimitValue) -> Option<u64> {
    match limit {
        LimitValue::Unlimited => None,
        LimitValue::Value(n) => Some(n),
    }
}
