//! `resources.limits`, OCI `linux.resources`, `rlimits` and `oomScoreAdj`: held against the
//! control group's limits and `/proc/PID/limits`.

use super::findings::Findings;
use crate::confinement::{Confinement, CpuQuota, Expected, Reading, Rlimit};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    if let Some(expectation) = &expected.memory_max {
        findings.judge(
            "memory-limit",
            expectation,
            bytes(&expectation.value),
            &actual.cgroup.memory_max,
            "memory.max, memory.limit_in_bytes",
            |want, have| same_memory(*want, *have),
            bytes,
        );
    }
    if let Some(expectation) = &expected.cpu_milli {
        findings.judge(
            "cpu-limit",
            expectation,
            format!("{}m", expectation.value),
            &actual.cgroup.cpu_max,
            "cpu.max, cpu.cfs_quota_us",
            |want, have| have.and_then(milli) == Some(*want),
            |have| {
                have.and_then(milli)
                    .map_or_else(|| String::from("none"), |m| format!("{m}m"))
            },
        );
    }
    if let Some(expectation) = &expected.pids_max {
        findings.judge(
            "pids-limit",
            expectation,
            expectation.value.to_string(),
            &actual.cgroup.pids_max,
            "pids.max",
            |want, have| *have == Some(*want),
            |have| have.map_or_else(|| String::from("none"), |n| n.to_string()),
        );
    }
    if let Some(expectation) = &expected.oom_score_adj {
        findings.judge(
            "oom-score-adj",
            expectation,
            expectation.value.to_string(),
            &actual.limits.oom_score_adj,
            "/proc/PID/oom_score_adj",
            |want, have| want == have,
            i32::to_string,
        );
    }
    for expectation in &expected.rlimits {
        let reading = one_rlimit(&actual.limits.rlimits, &expectation.value.name);
        findings.judge(
            "rlimit",
            expectation,
            pair(&expectation.value),
            &reading,
            "/proc/PID/limits",
            |want, have| want.soft == have.soft && want.hard == have.hard,
            pair,
        );
    }
}

/// The kernel rounds a limit down to whole pages, of at most 64 KiB.
fn same_memory(want: Option<u64>, have: Option<u64>) -> bool {
    match (want, have) {
        (Some(want), Some(have)) => have <= want && want - have < 65_536,
        (None, None) => true,
        _ => false,
    }
}

fn milli(quota: CpuQuota) -> Option<u64> {
    quota
        .quota_us
        .checked_mul(1000)?
        .checked_div(quota.period_us)
}

fn one_rlimit(all: &Reading<Vec<Rlimit>>, name: &str) -> Reading<Rlimit> {
    all.clone().and_then(|all| {
        all.into_iter()
            .find(|limit| limit.name == name)
            .map_or_else(
                || Reading::absent(format!("/proc/PID/limits has no {name}")),
                Reading::Known,
            )
    })
}

fn bytes(limit: &Option<u64>) -> String {
    limit.map_or_else(|| String::from("none"), |n| format!("{n} bytes"))
}

fn pair(limit: &Rlimit) -> String {
    let one = |n: Option<u64>| n.map_or_else(|| String::from("unlimited"), |n| n.to_string());
    format!(
        "{} soft {} hard {}",
        limit.name,
        one(limit.soft),
        one(limit.hard)
    )
}
