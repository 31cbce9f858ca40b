//! `linux.resources`, `process.rlimits`, `process.oomScoreAdj` and `linux.sysctl` of a `config.json`.

use super::{Field, InputError};
use crate::confinement::{DeviceRule, Expected, Rlimit, Text};

pub(super) fn expect(
    process: &Field<'_>,
    linux: &Field<'_>,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let memory = linux.go(&["resources", "memory", "limit"]);
    if let Some(limit) = memory.number()? {
        let limit = u64::try_from(limit).ok().filter(|n| *n > 0);
        expected.memory_max = Some(memory.expects(limit, "linux.resources.memory.limit"));
    }
    let cpu = linux.go(&["resources", "cpu"]);
    let quota = cpu
        .get("quota")
        .number()?
        .and_then(|n| u64::try_from(n).ok());
    let period = cpu.get("period").unsigned()?.filter(|n| *n > 0);
    if let (Some(quota), Some(period)) = (quota.filter(|n| *n > 0), period) {
        let milli = quota.saturating_mul(1000) / period;
        expected.cpu_milli = Some(cpu.get("quota").expects(milli, "quota by period"));
    }
    let pids = linux.go(&["resources", "pids", "limit"]);
    if let Some(limit) = pids
        .number()?
        .and_then(|n| u64::try_from(n).ok())
        .filter(|n| *n > 0)
    {
        expected.pids_max = Some(pids.expects(limit, "linux.resources.pids.limit"));
    }
    let oom = process.get("oomScoreAdj");
    if let Some(score) = oom.number()?.and_then(|n| i32::try_from(n).ok()) {
        expected.oom_score_adj = Some(oom.expects(score, "process.oomScoreAdj"));
    }
    for item in process.get("rlimits").items()? {
        let Some(name) = item.get("type").text()?.and_then(rlimit_words) else {
            continue;
        };
        let limit = |key: &str| -> Result<Option<u64>, InputError> {
            // RLIM_INFINITY is written as the greatest number.
            Ok(item.get(key).unsigned()?.filter(|n| *n != u64::MAX))
        };
        let rlimit = Rlimit {
            name: name.to_owned(),
            soft: limit("soft")?,
            hard: limit("hard")?,
        };
        expected
            .rlimits
            .push(item.expects(rlimit, "process.rlimits"));
    }
    let devices = linux.get("devices");
    let mut declared = Vec::new();
    for item in devices.items()? {
        declared.extend(item.get("path").text()?.map(Text::from));
    }
    expected.devices = Some(devices.expects(DeviceRule { declared }, "linux.devices"));
    for (name, field) in linux.get("sysctl").entries()? {
        let setting = (name.to_owned(), field.quantity()?.unwrap_or_default());
        expected
            .sysctls
            .push(field.expects(setting, "linux.sysctl"));
    }
    Ok(())
}

/// The words that `/proc/PID/limits` has for a resource, `fs/proc/base.c`.
pub(super) fn rlimit_words(name: &str) -> Option<&'static str> {
    Some(match name {
        "RLIMIT_CPU" => "Max cpu time",
        "RLIMIT_FSIZE" => "Max file size",
        "RLIMIT_DATA" => "Max data size",
        "RLIMIT_STACK" => "Max stack size",
        "RLIMIT_CORE" => "Max core file size",
        "RLIMIT_RSS" => "Max resident set",
        "RLIMIT_NPROC" => "Max processes",
        "RLIMIT_NOFILE" => "Max open files",
        "RLIMIT_MEMLOCK" => "Max locked memory",
        "RLIMIT_AS" => "Max address space",
        "RLIMIT_LOCKS" => "Max file locks",
        "RLIMIT_SIGPENDING" => "Max pending signals",
        "RLIMIT_MSGQUEUE" => "Max msgqueue size",
        "RLIMIT_NICE" => "Max nice priority",
        "RLIMIT_RTPRIO" => "Max realtime priority",
        "RLIMIT_RTTIME" => "Max realtime timeout",
        _ => return None,
    })
}
