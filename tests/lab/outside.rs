//! What is seen of a container from the host, by the pid of its process there.

use serde_json::Value;

use super::cell::View;
use super::seccomp;
use super::tool::tool;
use super::truth;

/// The filters of a container's process.
pub(crate) struct Filters {
    /// As the kernel keeps them, the oldest first.
    pub(crate) programs: Vec<Vec<u8>>,
    /// What the tool shows of them by the pid.
    pub(crate) shown: Value,
}

/// The report by pid from the host, and the host's own reading.
pub(crate) fn view(pid: u32) -> Result<View, String> {
    let report = tool(&["--pid", &pid.to_string(), "--format", "json"])?;
    let truth = truth::outside(pid);
    Ok(View { truth, report })
}

/// Whether anybody may trace: Yama's last scope lets nobody.
pub(crate) fn traceable() -> bool {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    scope.map_or(true, |scope| scope.trim() != "3")
}

/// The filters as the kernel gives them, and as the tool shows them.
pub(crate) fn filters(pid: u32, tools: &seccomp::Tools) -> Result<Filters, String> {
    let programs = tools.programs(pid)?;
    let pid = pid.to_string();
    let args = ["seccomp", "show", "--pid", &pid, "--format", "json"];
    let mut shown = tool(&args);
    // On a busy machine the process may not come to its stop in the time that is given to it.
    for _ in 0..10 {
        match &shown {
            Err(why) if why.contains("did not stop") => shown = tool(&args),
            _ => break,
        }
    }
    Ok(Filters {
        programs,
        shown: shown?,
    })
}

/// What a sweep says of the container whose first process it is.
pub(crate) fn swept(pid: u32) -> Result<View, String> {
    let sweep = tool(&["sweep", "--format", "json"])?;
    let containers = sweep["containers"].as_array().into_iter().flatten();
    let mut containers = containers.filter(|c| c["confinement"]["process"]["pid"] == pid);
    Ok(View {
        truth: truth::outside(pid),
        report: containers.next().cloned().unwrap_or_default(),
    })
}
