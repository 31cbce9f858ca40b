//! Guests: the lab's cells on other kernels, with security modules that this machine lacks.
//!
//! A guest is a row of [`ALL`]: a kernel, its parameters, what is made ready in it, and
//! which cells of the same table run there. The guest's memory is its disk: an archive of
//! this machine's runtimes, the binary, and this program, which holds the reports there as
//! it does here. It prints to the guest's console, which is shown, and its last line tells
//! how it ended. `GUEST=` chooses guests by name; `RUNTIME=` and `SETTING=` are the guest's
//! then.
//!
//! - **a guest**: a row here. What has to be done in it before cells run is its `prepare`,
//!   and what is packed for that its `files`, both in a file of their own.
//! - **an expectation** that holds of all in a guest: the row's `wants`. Of one setting: the
//!   setting's own, in `tests/lab/settings/`; a row that only some kernels know is made
//!   where the kernel that is running has it.
//! - **a kernel**: a row of `kernel.rs`. **A machine**: a row of `machine.rs`.

mod apparmor;
mod archive;
mod boot;
mod built;
mod contents;
mod execution;
mod kernel;
mod machine;
mod only64;
mod probe;
pub(crate) mod selinux;
mod trace;

use super::choice::{among, wanted};
use archive::Archive;
use kernel::Kernel;
use machine::Machine;

/// Set in a guest, to its name.
const INSIDE: &str = "AMICONFINED_LAB_GUEST";

/// Where a guest has what this machine has made for the lab.
pub(crate) const MADE: &str = "/made";

/// A kernel that is started, and what is done there.
pub(crate) struct Guest {
    /// Its name in the table and in `GUEST=`.
    pub(crate) name: &'static str,
    machine: &'static Machine,
    kernel: &'static Kernel,
    /// Kernel parameters; `cg=v1` is read by `init.sh`.
    parameters: &'static str,
    /// What is packed besides.
    files: fn(&mut Archive) -> Result<(), String>,
    /// What is done in the guest before the first cell.
    prepare: fn() -> Result<(), String>,
    /// Which runtimes and settings run, in the words of `RUNTIME=` and `SETTING=`.
    pub(crate) runtimes: &'static str,
    pub(crate) settings: &'static str,
    /// JSON pointers into `confinement`, and what must be there in every report.
    pub(crate) wants: &'static [(&'static str, &'static str)],
    /// Runs in `make test`.
    quick: bool,
}

/// A guest in which nothing is special.
const PLAIN: Guest = Guest {
    name: "",
    machine: &machine::AMD64,
    kernel: &kernel::BOOKWORM,
    parameters: "",
    files: |_| Ok(()),
    prepare: || Ok(()),
    runtimes: "",
    settings: "",
    wants: &[],
    quick: false,
};

/// Every guest.
const ALL: &[Guest] = &[
    Guest {
        name: "apparmor",
        parameters: "apparmor=1 security=apparmor",
        prepare: apparmor::load,
        runtimes: "runc crun podman docker cri",
        settings: "apparmor_*",
        quick: true,
        ..PLAIN
    },
    Guest {
        name: "apparmor-no-parser",
        parameters: "apparmor=1 security=apparmor",
        prepare: apparmor::without_parser,
        runtimes: "cri",
        settings: "apparmor_runtime_default_ignored",
        ..PLAIN
    },
    Guest {
        name: "linux-6.1",
        runtimes: HOST_RUNTIMES,
        settings: HOST_SETTINGS,
        ..PLAIN
    },
    Guest {
        name: "linux-5.10",
        kernel: &kernel::BULLSEYE,
        runtimes: HOST_RUNTIMES,
        settings: HOST_SETTINGS,
        ..PLAIN
    },
    Guest {
        name: "linux-6.12",
        kernel: &kernel::TRIXIE,
        runtimes: HOST_RUNTIMES,
        settings: HOST_SETTINGS,
        ..PLAIN
    },
    Guest {
        name: "linux-newest",
        kernel: &kernel::BACKPORTS,
        runtimes: HOST_RUNTIMES,
        settings: HOST_SETTINGS,
        ..PLAIN
    },
    Guest {
        name: "cgroup-v1",
        parameters: "cg=v1",
        runtimes: "runc crun docker",
        settings: "defaults memory pids cpu own_cgroup host_cgroup privileged",
        wants: &[("/cgroup/version/known", "\"v1\"")],
        ..PLAIN
    },
    Guest {
        name: "cgroup-v2",
        runtimes: "runc crun podman docker",
        settings: "defaults memory pids cpu own_cgroup host_cgroup privileged",
        wants: &[("/cgroup/version/known", "\"v2\"")],
        ..PLAIN
    },
    Guest {
        name: "yama",
        parameters: "lsm=yama,capability sysctl.kernel.yama.ptrace_scope=2",
        runtimes: "runc",
        settings: "defaults privileged",
        wants: &[("/lsm/yama_ptrace_scope/known", "2")],
        ..PLAIN
    },
    Guest {
        name: "no-yama",
        parameters: "lsm=capability",
        runtimes: "runc",
        settings: "defaults privileged",
        wants: &[(
            "/lsm/yama_ptrace_scope/absent/why",
            "\"this kernel has no /proc/sys/kernel/yama/ptrace_scope \
            (Yama is not active; since Linux 3.4)\"",
        )],
        ..PLAIN
    },
    Guest {
        name: "lockdown-integrity",
        parameters: "lockdown=integrity",
        prepare: || holds("/sys/kernel/security/lockdown", "[integrity]"),
        runtimes: "runc docker",
        settings: "defaults privileged",
        ..PLAIN
    },
    Guest {
        name: "lockdown-confidentiality",
        parameters: "lockdown=confidentiality",
        prepare: || holds("/sys/kernel/security/lockdown", "[confidentiality]"),
        runtimes: "runc docker",
        settings: "defaults privileged",
        ..PLAIN
    },
    Guest {
        name: "aarch64",
        machine: &machine::ARM64,
        runtimes: "runc",
        settings: "defaults user no_new_privs no_capabilities all_capabilities privileged \
            user_many read_only_root seccomp_*",
        ..PLAIN
    },
    Guest {
        name: "aarch64-only",
        machine: &machine::ARM64,
        kernel: &kernel::BACKPORTS,
        parameters: "arm64.no32bit_el0",
        prepare: only64::prepare,
        runtimes: "runc",
        settings: "defaults",
        ..PLAIN
    },
    Guest {
        name: "execution",
        files: execution::files,
        prepare: execution::prepare,
        quick: true,
        ..PLAIN
    },
    Guest {
        name: "probe-oldest",
        kernel: &kernel::OLDEST,
        machine: &machine::COUNTED,
        prepare: probe::prepare,
        ..PLAIN
    },
    Guest {
        name: "probe-6.1",
        machine: &machine::COUNTED,
        prepare: probe::prepare,
        ..PLAIN
    },
    Guest {
        name: "probe-newest",
        kernel: &kernel::NEWEST,
        machine: &machine::COUNTED,
        prepare: probe::prepare,
        ..PLAIN
    },
    Guest {
        name: "selinux",
        parameters: "security=selinux selinux=1 enforcing=1",
        runtimes: "runc crun",
        settings: "selinux_container selinux_privileged",
        quick: true,
        ..SELINUX
    },
    Guest {
        name: "selinux-engines",
        parameters: "security=selinux selinux=1 enforcing=1",
        ..SELINUX
    },
    Guest {
        name: "selinux-permissive",
        parameters: "security=selinux selinux=1",
        ..SELINUX
    },
];

/// A guest with SELinux.
const SELINUX: Guest = Guest {
    files: selinux::files,
    prepare: selinux::prepare,
    runtimes: "runc crun podman",
    settings: "defaults selinux_*",
    ..PLAIN
};

/// The cells that show most of what a report holds, for each kernel.
const HOST_RUNTIMES: &str = "runc crun podman docker";
const HOST_SETTINGS: &str = "defaults user no_new_privs ambient read_only_root privileged memory \
    seccomp_e* seccomp_kill_process seccomp_notify user_single host_pid";

/// That a file of the kernel's shows what the parameters ask for.
fn holds(file: &str, text: &str) -> Result<(), String> {
    let shown = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    if shown.contains(text) {
        return Ok(());
    }
    Err(format!("{file} has no {text}: {shown}"))
}

/// The guest that this program runs in.
pub(crate) fn here() -> Option<&'static Guest> {
    let name = std::env::var(INSIDE).ok()?;
    ALL.iter().find(|guest| guest.name == name)
}

impl Guest {
    /// Makes ready what its cells need, in the guest.
    pub(crate) fn ready(&self) -> Result<(), String> {
        (self.prepare)()
    }
}

/// Runs those that are chosen: whether all is well.
pub(crate) fn run() -> bool {
    let named = wanted("GUEST");
    let cells = wanted("RUNTIME").is_some() || wanted("SETTING").is_some();
    let chosen = |guest: &&Guest| match &named {
        Some(words) => among(words, guest.name),
        None => !cells && (guest.quick || wanted("LAB").is_some()),
    };
    let guests: Vec<&Guest> = ALL.iter().filter(chosen).collect();
    if let (Some(words), true) = (&named, guests.is_empty()) {
        println!("no guest is named {words}");
        return false;
    }
    guests.into_iter().filter(|guest| !one(guest)).count() == 0
}

fn one(guest: &Guest) -> bool {
    println!("guest {}", guest.name);
    let kernel = match guest.kernel.fetched(guest.machine.debian) {
        Ok(kernel) => kernel,
        Err(missing) => {
            println!("{:<14} SKIPPED: {missing}", guest.name);
            return true;
        }
    };
    if let Err(missing) = guest.machine.available() {
        println!("{:<14} SKIPPED: {missing}", guest.name);
        return true;
    }
    let result = contents::pack(guest, &kernel)
        .and_then(|archive| boot::run(guest.machine, &kernel, &archive, guest.parameters))
        .and_then(|file| match wanted("CAPTURE") {
            Some(path) => std::fs::write(path, file).map_err(|e| e.to_string()),
            None => Ok(()),
        });
    result
        .map_err(|why| println!("{}: {why}", guest.name))
        .is_ok()
}
