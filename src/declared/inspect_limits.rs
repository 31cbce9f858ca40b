//! Limits and kernel settings in `docker inspect` and `podman inspect`.

use super::oci_limits::rlimit_words;
use super::{Field, InputError};
use crate::confinement::{Expected, Rlimit};

pub(super) fn expect(host: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let memory = host.get("Memory");
    if let Some(bytes) = memory.unsigned()?.filter(|n| *n > 0) {
        expected.memory_max = Some(memory.expects(Some(bytes), "HostConfig.Memory"));
    }
    let cpus = host.get("NanoCpus");
    if let Some(nano) = cpus.unsigned()?.filter(|n| *n > 0) {
        expected.cpu_milli = Some(cpus.expects(nano / 1_000_000, "HostConfig.NanoCpus"));
    }
    let pids = host.get("PidsLimit");
    if let Some(limit) = pids
        .number()?
        .and_then(|n| u64::try_from(n).ok())
        .filter(|n| *n > 0)
    {
        expected.pids_max = Some(pids.expects(limit, "HostConfig.PidsLimit"));
    }
    for item in host.get("Ulimits").items()? {
        let name = item.get("Name").text()?.unwrap_or_default();
        // Docker writes nofile where Podman writes RLIMIT_NOFILE.
        let name = name.to_ascii_uppercase();
        let bare = name.strip_prefix("RLIMIT_").unwrap_or(&name);
        let Some(words) = rlimit_words(&format!("RLIMIT_{bare}")) else {
            continue;
        };
        // Both write unlimited as -1.
        let limit = |key: &str| -> Result<Option<u64>, InputError> {
            Ok(item.get(key).number()?.and_then(|n| u64::try_from(n).ok()))
        };
        let rlimit = Rlimit {
            name: words.to_owned(),
            soft: limit("Soft")?,
            hard: limit("Hard")?,
        };
        let expectation = item.expects(rlimit, "HostConfig.Ulimits");
        expected.rlimits.push(expectation);
    }
    for (name, field) in host.get("Sysctls").entries()? {
        let setting = (name.to_owned(), field.quantity()?.unwrap_or_default());
        let expectation = field.expects(setting, "HostConfig.Sysctls");
        expected.sysctls.push(expectation);
    }
    let oom = host.get("OomScoreAdj");
    if let Some(score) = oom.number()?.and_then(|n| i32::try_from(n).ok()) {
        expected.oom_score_adj = Some(oom.expects(score, "HostConfig.OomScoreAdj"));
    }
    Ok(())
}
