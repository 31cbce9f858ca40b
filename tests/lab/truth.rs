//! What a shell reads in the container, beside the report of the binary there.

use std::collections::BTreeMap;
use std::os::fd::AsRawFd;

use serde_json::Value;

/// Begins each part of what a container prints.
const MARK: &str = "== ";

/// The part after which the container waits.
pub(crate) const DONE: &str = "== done";

/// The files of a process that are read by `cat`.
const FILES: [&str; 10] = [
    "status",
    "uid_map",
    "gid_map",
    "mountinfo",
    "limits",
    "oom_score_adj",
    "cgroup",
    "attr/current",
    "attr/apparmor/current",
    "setgroups",
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

/// Files asked whether they open for writing. Nothing is written, and none is made.
pub(crate) const SENSITIVE: [&str; 10] = [
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hotplug",
    "/proc/sys/fs/binfmt_misc/register",
    "/proc/sys/vm/panic_on_oom",
    "/sys/kernel/uevent_helper",
    "/sys/power/state",
    "/dev/mem",
    "/dev/kmsg",
];

/// Settings of namespaces, asked of `/proc/sys`.
const SYSCTLS: &str = "fs.mqueue.msg_default fs.mqueue.msg_max fs.mqueue.msgsize_default \
    fs.mqueue.msgsize_max fs.mqueue.queues_max kernel.msgmax kernel.msgmnb kernel.msgmni \
    kernel.sem kernel.shm_rmid_forced kernel.shmall kernel.shmmax kernel.shmmni \
    net.core.somaxconn net.ipv4.ip_forward net.ipv4.ip_local_port_range \
    net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.ipv4.tcp_syncookies";

/// Run by the container's shell, which then waits for the end of its input. The binary and
/// the lab's own `ask` are below a folder. What is written is what a `release_agent` holds
/// already: the kernel opens it for many of whom it takes nothing.
pub(crate) fn script(folder: &str) -> String {
    let mut script = String::new();
    for file in FILES {
        script += &format!("echo '== {file}'; cat /proc/self/{file}; echo; ");
    }
    script += "echo '== ns'; for n in cgroup ipc mnt net pid time user uts; do \
        echo $n $(readlink /proc/self/ns/$n); done; \
        echo '== ns of pid 1'; for n in cgroup ipc mnt net pid time user uts; do \
        echo $n $(readlink /proc/1/ns/$n); done; \
        echo '== root'; exec 5</; cat /proc/self/fdinfo/5; exec 5<&-; \
        echo '== uname'; uname -r; uname -v; uname -m; uname -n; \
        echo '== last'; cat /proc/sys/kernel/cap_last_cap; echo '== paths'; for p in";
    for path in PATHS {
        script += &format!(" {path}");
    }
    script += "; do stat -c '%n %t:%T' $p; done; echo '== devices'; \
        find /dev '(' -type c -o -type b ')' -exec stat -c '%n %t:%T %F' {} +; \
        echo '== opens'; for f in";
    for path in SENSITIVE {
        script += &format!(" {path}");
    }
    script += "; do [ -e $f ] && ( : >> $f ) && echo $f; done; echo '== there'; for f in";
    for path in SENSITIVE {
        script += &format!(" {path}");
    }
    script += "; do [ -e $f ] && echo $f; done; echo '== modules'; \
        for f in /sys/kernel/security/lsm /sys/kernel/security/lockdown \
        /proc/sys/kernel/yama/ptrace_scope /sys/fs/selinux/enforce; do \
        [ -r $f ] && echo $f $(cat $f); done; echo '== sysctls'; for n in ";
    script += SYSCTLS;
    script += "; do f=/proc/sys/$(echo $n | tr . /); [ -e $f ] && echo $n $(cat $f); done; \
        echo '== cgroup files'; while IFS=: read -r h c p; do \
        for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs \
        /sys/fs/cgroup$p/cgroup.procs /sys/fs/cgroup/*$p/cgroup.procs; do \
        [ -e $f ] && ( : >> $f ) && echo $f; done; done < /proc/self/cgroup; \
        echo '== release agents'; for f in /sys/fs/cgroup/*/release_agent; do \
        [ -e $f ] && a=$(cat $f) && ( echo \"$a\" > $f ) && echo $f; done; ";
    script
        + &format!(
            "echo '== ask'; {folder}/ask; \
        echo '== report'; {folder}/amiconfined --format json; echo '{DONE}'; read end"
        )
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
    // A descriptor of its root directory tells which of the mounts that is.
    if let Ok(root) = std::fs::File::open(format!("/proc/{pid}/root")) {
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", root.as_raw_fd()));
        let lines = info.unwrap().lines().map(str::to_owned).collect();
        truth.parts.insert("root".to_owned(), lines);
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    truth.parts.insert("stat".to_owned(), vec![stat]);
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

    /// Whether a file system of control groups is mounted.
    pub(crate) fn cgroupfs(&self) -> bool {
        let mut mounts = self.lines("mountinfo").filter_map(|l| l.split_once(" - "));
        mounts.any(|(_, beyond)| beyond.starts_with("cgroup"))
    }

    /// The line of the mount that the root directory is on. gVisor tells no mount of a
    /// descriptor: there it is the last one upon it.
    pub(crate) fn root(&self) -> Option<&str> {
        let id = self.lines("root").find_map(|l| l.strip_prefix("mnt_id:"));
        match id.map(str::trim) {
            Some(id) => self
                .lines("mountinfo")
                .find(|l| l.split(' ').next() == Some(id)),
            None => self
                .lines("mountinfo")
                .rfind(|l| l.split(' ').nth(4) == Some("/")),
        }
    }

    /// A word of a part and what stands after it.
    pub(crate) fn of(&self, part: &str, word: &str) -> Option<&str> {
        self.lines(part)
            .filter_map(|l| l.split_once(' '))
            .find_map(|(name, value)| (name == word).then_some(value))
    }

    /// The inode of a namespace, of the process or of what pid 1 is to it.
    pub(crate) fn namespace(&self, part: &str, kind: &str) -> Option<u64> {
        let link = self.lines(part).find_map(|l| l.strip_prefix(kind))?;
        link.split_once('[')?.1.strip_suffix(']')?.parse().ok()
    }
}
