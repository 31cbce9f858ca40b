//! systemd-nspawn without a machine registered.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::json;

use super::{Container, Groups, Lab, Runtime, Up};
use crate::cell::Seen;
use crate::seccomp::{Declared, Told};
use crate::settings::{Setting, Tongue};

/// nspawn on a folder.
pub(crate) struct Nspawn;

impl Runtime for Nspawn {
    fn name(&self) -> &'static str {
        "nspawn"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Nspawn
    }

    fn sandbox(&self) -> &'static str {
        "nspawn"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("systemd")
    }

    /// One filter an ABI: what systemd's sets allow, EPERM for all that systemd knows besides,
    /// ENOSYS for the rest. Those on audit sockets let pass what has no arguments.
    fn declared(&self, setting: &Setting, seen: &Seen) -> Option<Declared> {
        let bounding = seen.inside.truth.status("CapBnd")?;
        let bounding = u64::from_str_radix(bounding, 16).unwrap();
        let has = |bit: &u32| bounding >> bit & 1 == 1;
        let more = WITH.iter().filter(|(bit, _)| has(bit));
        let mut allowed: BTreeSet<String> = BTreeSet::new();
        for word in ALLOWED
            .split_whitespace()
            .chain(more.map(|(_, word)| *word))
        {
            add(&mut allowed, word);
        }
        let mut known = BTreeSet::new();
        add(&mut known, "@known");
        if let Some(told) = setting.told(Tongue::Nspawn) {
            let denied = told
                .iter()
                .filter_map(|w| w.strip_prefix("--system-call-filter=~"));
            for name in denied {
                allowed.remove(name);
            }
        }
        let refused: BTreeSet<&String> = known.difference(&allowed).collect();
        let profile = json!({
            "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": nix::libc::ENOSYS,
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            "syscalls": [
                {"names": allowed, "action": "SCMP_ACT_ALLOW"},
                {"names": refused, "action": "SCMP_ACT_ERRNO", "errnoRet": nix::libc::EPERM},
            ],
        });
        Some(Declared {
            filters: vec![Told::plain(profile)],
            by: "systemd-analyze syscall-filter",
        })
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["systemd-nspawn", "systemd-analyze"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        // With `--keep-unit` it makes them below the control group that it is started in.
        let groups = ["payload", "supervisor"].map(Groups::named);
        Ok(Box::new(Ready { groups }))
    }
}

/// The control groups that stay behind.
struct Ready {
    groups: [Groups; 2],
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.groups.iter().for_each(Groups::remove);
    }
}

impl Up for Ready {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = Command::new("systemd-nspawn");
        let (options, variables): (Vec<&str>, Vec<&str>) =
            told.iter().partition(|word| word.starts_with('-'));
        command.envs(variables.iter().filter_map(|v| v.split_once('=')));
        command
            .args(["-q", "--register=no", "--keep-unit", "--as-pid2", "--pipe"])
            .args([
                "--resolv-conf=off",
                "--timezone=off",
                "--link-journal=no",
                "-M",
                "lab",
                "-D",
            ])
            .arg(&lab.rootfs)
            .args(options)
            .args(super::command(setting.entry, id));
        Container::of(command)
    }
}

/// What nspawn 252 allows whatever it is told (`nspawn-seccomp.c`): systemd's sets, and more.
const ALLOWED: &str = "@aio @basic-io @chown @default @file-system @io-event @ipc @mount \
    @network-io @process @resources @setuid @signal @sync @timer brk capget capset \
    copy_file_range fadvise64 fadvise64_64 flock get_mempolicy getcpu getpriority ioctl \
    ioprio_get kcmp madvise mincore mremap name_to_handle_at oldolduname olduname \
    personality readahead readdir remap_file_pages sched_get_priority_max \
    sched_get_priority_min sched_getattr sched_getparam sched_getscheduler \
    sched_rr_get_interval \
    sched_rr_get_interval_time64 seccomp sendfile sendfile64 setdomainname setfsgid setfsgid32 \
    setfsuid setfsuid32 sethostname setpgid setsid splice sysinfo tee umask uname \
    userfaultfd vmsplice";

/// What it allows with a capability, by its number.
const WITH: [(u32, &str); 11] = [
    (25, "@clock"),
    (16, "@module"),
    (17, "@raw-io"),
    (14, "@memlock"),
    (20, "acct"),
    (19, "process_vm_readv"),
    (19, "process_vm_writev"),
    (19, "ptrace"),
    (22, "reboot"),
    (34, "syslog"),
    (26, "vhangup"),
];

/// Adds a syscall, or what systemd says that a set holds.
fn add(names: &mut BTreeSet<String>, word: &str) {
    if !word.starts_with('@') {
        names.insert(word.to_owned());
        return;
    }
    let mut command = Command::new("systemd-analyze");
    let output = command
        .args(["syscall-filter", "--no-pager", word])
        .output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    let lines = text.lines().skip(1).map(str::trim);
    for line in lines.filter(|l| !l.is_empty() && !l.starts_with('#')) {
        add(names, line);
    }
}
