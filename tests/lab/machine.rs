//! What the lab must leave as it found it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

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

/// How often it is looked, a second apart: what others do meanwhile comes and goes.
const LOOKS: u32 = 10;

/// The machine's state now.
pub(crate) fn state() -> State {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    // A mount is told by its place, and whether all of it can be written: other tests may be
    // reading their own.
    let mountinfo = read("/proc/self/mountinfo");
    let mounts = mountinfo.lines().filter_map(|line| {
        let whole = line.rsplit(' ').next()?.split(',').next()?;
        Some(format!("{} {whole}", line.split(' ').nth(4)?))
    });
    let sysctls = lines("sysctl -a 2>/dev/null").into_iter();
    let quiet = |l: &String| !RESTLESS.iter().any(|r| l.starts_with(r));
    State(vec![
        ("mount", mounts.collect()),
        ("namespace", namespaces(&mountinfo)),
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

/// What a namespace lives by besides processes: this program's own and its descriptors, and
/// mounts.
fn namespaces(mountinfo: &str) -> BTreeSet<String> {
    let mounted = mountinfo.lines().filter(|l| l.contains(" - nsfs "));
    let mounted = mounted.filter_map(|l| l.split(' ').nth(3));
    let mut all: BTreeSet<String> = mounted.map(str::to_owned).collect();
    for folder in ["/proc/self/ns", "/proc/self/fd"] {
        let entries = std::fs::read_dir(folder).unwrap();
        let links = entries.filter_map(|e| std::fs::read_link(e.ok()?.path()).ok());
        let links = links.map(|link| link.display().to_string());
        all.extend(links.filter(|link| link.contains(":[4026")));
    }
    all
}

fn lines(script: &str) -> BTreeSet<String> {
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(str::to_owned).collect()
}

impl State {
    /// What came and what went since, and which processes are left of what this program
    /// started: every one, as what outlives its parent becomes this program's child.
    pub(crate) fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        for look in 0..LOOKS {
            std::thread::sleep(Duration::from_secs(u64::from(look.min(1))));
            changes = left();
            changes.extend(state().since(self));
            if changes.is_empty() {
                break;
            }
        }
        changes
    }

    fn since(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for ((kind, now), (_, then)) in self.0.iter().zip(&before.0) {
            let group = *kind == "control group";
            let came: Vec<&String> = now.difference(then).collect();
            let held = if group { held(&came) } else { BTreeSet::new() };
            let came = came.into_iter().filter(|it| !held.contains(Path::new(it)));
            changes.extend(came.map(|it| format!("{kind} came: {it}")));
            let went = then.difference(now).map(|it| format!("{kind} went: {it}"));
            // The kernel lets go of an empty group alone: one that went held nobody, and who
            // made it before this run may well have taken it away meanwhile.
            if !group {
                changes.extend(went);
            }
        }
        changes
    }
}

/// Control groups with a process in them or below them: another program's, as nobody is left
/// of this one's.
fn held<'a>(groups: &[&'a String]) -> BTreeSet<&'a Path> {
    let somebody = |group: &Path| {
        let procs = std::fs::read_to_string(group.join("cgroup.procs"));
        procs.is_ok_and(|pids| !pids.is_empty())
    };
    let groups = groups.iter().map(|group| Path::new(group.as_str()));
    let full = groups.filter(|group| somebody(group));
    full.flat_map(Path::ancestors).collect()
}

/// The processes below this one, and those of their namespaces that are not this one's.
fn left() -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let mut all: Vec<(String, String)> = entries
        .filter_map(|e| {
            let path = e.ok()?.path();
            let stat = std::fs::read_to_string(path.join("stat")).ok()?;
            let (_, rest) = stat.rsplit_once(") ")?;
            let mut words = rest.split(' ');
            let ended = words.next()? == "Z";
            let parent = words.next()?.to_owned();
            (!ended).then(|| {
                (
                    path.file_name().unwrap().to_str().unwrap().to_owned(),
                    parent,
                )
            })
        })
        .collect();
    let mut below = vec![std::process::id().to_string()];
    loop {
        let (found, others): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|(_, parent)| below.contains(parent));
        if found.is_empty() {
            break;
        }
        below.extend(found.into_iter().map(|(pid, _)| pid));
        all = others;
    }
    let processes = below.iter().skip(1);
    processes
        .map(|pid| name(&Path::new("/proc").join(pid)))
        .collect()
}

fn name(process: &Path) -> String {
    let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    let own = std::fs::read_dir("/proc/self/ns").unwrap();
    let spaces = own.filter_map(|kind| {
        let kind = kind.ok()?;
        let link = std::fs::read_link(process.join("ns").join(kind.file_name())).ok()?;
        (std::fs::read_link(kind.path()).ok()? != link).then(|| link.display().to_string())
    });
    let spaces: Vec<String> = spaces.collect();
    format!(
        "process left: {}: {line} {}",
        process.display(),
        spaces.join(" ")
    )
}
