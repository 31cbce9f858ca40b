//! The guests: which kernel, with which parameters, and which cells run there.

use super::{Guest, apparmor, execution, kernel, machine, only64, probe, selinux, yama};

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
pub(super) const ALL: &[Guest] = &[
    Guest {
        name: "apparmor",
        parameters: "apparmor=1 security=apparmor",
        prepare: apparmor::load,
        runtimes: "runc cri",
        settings: "apparmor_* book_profiles",
        quick: true,
        ..PLAIN
    },
    Guest {
        name: "apparmor-engines",
        parameters: "apparmor=1 security=apparmor",
        prepare: apparmor::load,
        runtimes: "crun podman docker cri",
        settings: "apparmor_* book_*",
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
        ..KERNEL
    },
    Guest {
        name: "linux-5.10",
        kernel: &kernel::OLDEST,
        ..KERNEL
    },
    Guest {
        name: "linux-6.12",
        kernel: &kernel::TRIXIE,
        ..KERNEL
    },
    Guest {
        name: "linux-newest",
        kernel: &kernel::NEWEST,
        ..KERNEL
    },
    Guest {
        name: "cgroup-v1",
        parameters: "cg=v1",
        runtimes: "runc crun docker",
        settings: "defaults memory pids cpu own_cgroup host_cgroup privileged release_agent*",
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
        name: "yama-0",
        parameters: "lsm=yama,capability sysctl.kernel.yama.ptrace_scope=0",
        wants: &[("/lsm/yama_ptrace_scope/known", "0")],
        ..YAMA
    },
    Guest {
        name: "yama-1",
        parameters: "lsm=yama,capability sysctl.kernel.yama.ptrace_scope=1",
        wants: &[("/lsm/yama_ptrace_scope/known", "1")],
        ..YAMA
    },
    Guest {
        name: "yama-2",
        parameters: "lsm=yama,capability sysctl.kernel.yama.ptrace_scope=2",
        wants: &[("/lsm/yama_ptrace_scope/known", "2")],
        ..YAMA
    },
    // The kernel gives nobody the filters of a process there.
    Guest {
        name: "yama-3",
        parameters: "lsm=yama,capability sysctl.kernel.yama.ptrace_scope=3",
        wants: &[("/lsm/yama_ptrace_scope/known", "3")],
        ..YAMA
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
        kernel: &kernel::TRIXIE,
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
    runtimes: "runc crun podman docker",
    settings: "defaults selinux_*",
    ..PLAIN
};

/// A guest with Yama at one of its scopes.
const YAMA: Guest = Guest {
    prepare: yama::prepare,
    runtimes: "runc",
    settings: "defaults privileged seccomp_eperm",
    ..PLAIN
};

/// Another kernel, with the cells that show most of what a report holds.
const KERNEL: Guest = Guest {
    runtimes: "runc crun podman docker",
    settings: "defaults user no_new_privs ambient read_only_root privileged memory seccomp_e* \
        seccomp_kill_process seccomp_notify user_single host_pid",
    ..PLAIN
};

/// That a file of the kernel's shows what the parameters ask for.
fn holds(file: &str, text: &str) -> Result<(), String> {
    let shown = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    if shown.contains(text) {
        return Ok(());
    }
    Err(format!("{file} has no {text}: {shown}"))
}
