//! What the lab must leave as it found it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Each kind of thing, and what there is of it.
#[derive(Debug)]
pub(crate) struct State(Vec<(&'static str, BTreeSet<String>)>);

/// Folders whose entries are counted; what is in a private mount does not show here.
const FOLDERS: &str = "/run /var/lib /etc /root /opt /srv /var/log /var/tmp /run/netns";

/// Settings that change by themselves, or tell of something that goes on.
const RESTLESS: [&str; 10] = [
    "fs.aio-nr",
    "kernel.perf_event_max_sample_rate",
    "fs.quota.",
    "fs.dentry-state",
    "fs.file-nr",
    "fs.inode-",
    "kernel.ns_last_pid",
    "kernel.random",
    "kernel.pty.nr",
    "net.netfilter.nf_conntrack",
];

/// The machine's state now.
pub(crate) fn state() -> State {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    // A mount is told by its place alone: other tests may be reading their own.
    let mounts = read("/proc/self/mountinfo");
    let mounts = mounts.lines().filter_map(|l| l.split(' ').nth(4));
    let sysctls = lines("sysctl -a 2>/dev/null").into_iter();
    let quiet = |l: &String| !RESTLESS.iter().any(|r| l.starts_with(r));
    State(vec![
        ("mount", mounts.map(str::to_owned).collect()),
        ("network interface", lines("ls /sys/class/net")),
        ("hostname", [read("/proc/sys/kernel/hostname")].into()),
        ("sysctl", sysctls.filter(quiet).collect()),
        ("control group", lines("find /sys/fs/cgroup -type d")),
        (
            "file",
            lines(&format!("find {FOLDERS} -maxdepth 1 2>/dev/null")),
        ),
        (
            "user",
            read("/etc/passwd").lines().map(str::to_owned).collect(),
        ),
        (
            "firewall rule",
            lines("iptables-save 2>/dev/null | grep ^-A"),
        ),
    ])
}

fn lines(script: &str) -> BTreeSet<String> {
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(str::to_owned).collect()
}

impl State {
    /// What came and what went since `before`.
    pub(crate) fn since(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for ((kind, now), (_, then)) in self.0.iter().zip(&before.0) {
            let came = now.difference(then).map(|it| format!("{kind} came: {it}"));
            let went = then.difference(now).map(|it| format!("{kind} went: {it}"));
            changes.extend(came);
            // The kernel lets go of an empty group alone: one that went held nobody, and who
            // made it before this run may well have taken it away meanwhile.
            if *kind != "control group" {
                changes.extend(went);
            }
        }
        changes
    }
}

/// Processes below this one that outlived what started them, which become its children.
pub(crate) fn orphans() -> Vec<String> {
    let mine = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").unwrap();
    let stats = entries.filter_map(|e| {
        let path = e.ok()?.path();
        let stat = std::fs::read_to_string(path.join("stat")).ok()?;
        let (_, rest) = stat.rsplit_once(") ")?;
        let mut words = rest.split(' ');
        let state = words.next()?;
        (state != "Z" && words.next()? == mine).then(|| name(&path))
    });
    stats.collect()
}

fn name(process: &Path) -> String {
    let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    format!("process {}: {line}", process.display())
}
