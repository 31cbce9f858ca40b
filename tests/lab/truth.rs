//! What a shell reads in the container, beside the report of the binary there.

use serde_json::Value;

/// Where the truth ends and the report begins.
const MARK: &str = "== report";

/// Run by the container's shell. `exec` keeps pid and namespaces as the truth saw them.
pub(crate) const SCRIPT: &str = "cat /proc/self/status; \
    for n in cgroup ipc mnt net pid time user uts; do echo ns $n $(readlink /proc/self/ns/$n); done; \
    echo == report; exec /amiconfined --format json";

/// One container, seen twice.
pub(crate) struct Seen {
    lines: Vec<String>,
    /// The tool's report.
    pub(crate) report: Value,
}

/// Parts what a container printed. The error is the output as it was.
pub(crate) fn split(output: &str) -> Result<Seen, String> {
    let (truth, report) = output.split_once(MARK).ok_or(output)?;
    let report = serde_json::from_str(report.trim()).map_err(|e| format!("{e}: {report}"))?;
    let lines = truth.lines().map(str::to_owned).collect();
    Ok(Seen { lines, report })
}

impl Seen {
    /// A field of /proc/self/status; none where this kernel does not have it.
    pub(crate) fn status(&self, field: &str) -> Option<&str> {
        self.lines
            .iter()
            .find_map(|l| l.strip_prefix(field)?.strip_prefix(':'))
            .map(str::trim)
    }

    /// The inode of a namespace.
    pub(crate) fn namespace(&self, kind: &str) -> Option<u64> {
        let prefix = format!("ns {kind} ");
        let link = self.lines.iter().find_map(|l| l.strip_prefix(&prefix))?;
        link.split_once('[')?.1.strip_suffix(']')?.parse().ok()
    }
}
