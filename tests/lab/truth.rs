//! What a shell reads in the container, beside the report of the binary there.

use std::collections::BTreeMap;

use serde_json::Value;

/// Begins each part of what a container prints.
const MARK: &str = "== ";

/// The part after which the container waits.
pub(crate) const DONE: &str = "== done";

/// The files of a process that are read by `cat`.
const FILES: [&str; 8] = [
    "status",
    "uid_map",
    "gid_map",
    "mountinfo",
    "limits",
    "oom_score_adj",
    "cgroup",
    "attr/current",
];

/// Paths asked for what they are: the device number of each that there is.
pub(crate) const PATHS: [&str; 17] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// Run by the container's shell, which then waits for the end of its input.
pub(crate) fn script(binary: &str) -> String {
    let mut script = String::new();
    for file in FILES {
        script += &format!("echo '== {file}'; cat /proc/self/{file}; echo; ");
    }
    script += "echo '== ns'; for n in cgroup ipc mnt net pid time user uts; do \
        echo $n $(readlink /proc/self/ns/$n); done; echo '== paths'; for p in";
    for path in PATHS {
        script += &format!(" {path}");
    }
    script += "; do stat -c '%n %t:%T' $p; done; echo '== devices'; \
        find /dev '(' -type c -o -type b ')' -exec stat -c '%n %t:%T' {} +; \
        echo '== cgroup files'; for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; \
        do [ -e $f ] && ( : >> $f ) && echo $f; done; ";
    script + &format!("echo '== report'; {binary} --format json; echo '{DONE}'; read end")
}

/// One process, seen by others than the tool.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    parts: BTreeMap<String, Vec<String>>,
}

/// Parts what a container printed into the truth and the report. The error is the output.
pub(crate) fn split(output: &str) -> Result<(Truth, Value), String> {
    let mut truth = Truth::default();
    let mut part = String::new();
    for line in output.lines() {
        match line.strip_prefix(MARK) {
            Some(name) => part = name.to_owned(),
            None => {
                let lines = truth.parts.entry(part.clone()).or_default();
                lines.push(line.to_owned());
            }
        }
    }
    let report = truth.parts.remove("report").unwrap_or_default().join("\n");
    let report = serde_json::from_str(&report).map_err(|e| format!("{e}: {output}"))?;
    Ok((truth, report))
}

/// The same files, read from outside by this program.
pub(crate) fn outside(pid: u32) -> Truth {
    let mut truth = Truth::default();
    for file in FILES {
        let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().map(str::to_owned).collect();
        truth.parts.insert(file.to_owned(), lines);
    }
    let names = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
    let link = |n: &str| std::fs::read_link(format!("/proc/{pid}/ns/{n}"));
    let lines = names.iter().filter_map(|n| {
        let link = link(n).ok()?;
        Some(format!("{n} {}", link.display()))
    });
    truth.parts.insert("ns".to_owned(), lines.collect());
    truth
}

impl Truth {
    /// The lines of a part; empty ones left out.
    pub(crate) fn lines(&self, part: &str) -> impl DoubleEndedIterator<Item = &str> {
        let lines = self.parts.get(part).into_iter().flatten();
        lines.map(String::as_str).filter(|l| !l.is_empty())
    }

    /// A field of /proc/self/status; none where this kernel does not have it.
    pub(crate) fn status(&self, field: &str) -> Option<&str> {
        self.lines("status")
            .find_map(|l| l.strip_prefix(field)?.strip_prefix(':'))
            .map(str::trim)
    }

    /// The inode of a namespace.
    pub(crate) fn namespace(&self, kind: &str) -> Option<u64> {
        let link = self.lines("ns").find_map(|l| l.strip_prefix(kind))?;
        link.split_once('[')?.1.strip_suffix(']')?.parse().ok()
    }
}
