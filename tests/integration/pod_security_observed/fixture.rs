//! What the kernel shows of a container that was declared restricted, and its parts.

use amiconfined::confinement::{
    AppArmor, AppArmorMode, AppArmorProfile, Capabilities, CapabilitySet, Cgroup, Claim,
    Confinement, Credentials, Errno, Filesystem, IdMapping, Identity, Ids, Initial, Kernel, Limits,
    Lsm, Mount, Namespace, NamespaceKind, Namespaces, Process, ProtectedPath, Protection, Reading,
    Runtime, SeLinux, Seccomp, SeccompMethod, SeccompMode,
};

pub(super) fn none<T>() -> Reading<T> {
    Reading::absent("not part of this test")
}

pub(super) fn denied<T>() -> Reading<T> {
    Reading::denied(
        "openat2",
        "/proc/1/x",
        Some(Errno::EACCES),
        "CAP_SYS_PTRACE",
    )
}

pub(super) fn protected(paths: &[&str], state: Protection) -> Vec<ProtectedPath> {
    let path = |path: &&str| ProtectedPath {
        path: (*path).to_owned(),
        state: Reading::Known(state),
    };
    paths.iter().map(path).collect()
}

pub(super) fn user(id: u32) -> Reading<Ids> {
    Reading::Known(Ids {
        real: id,
        effective: id,
        saved: id,
        filesystem: id,
    })
}

pub(super) fn label(mode: AppArmorMode) -> Reading<AppArmor> {
    Reading::Known(AppArmor {
        label: "cri-containerd.apparmor.d".into(),
        profiles: vec![AppArmorProfile {
            name: "cri-containerd.apparmor.d".into(),
            mode,
        }],
        read_from: "attr/apparmor/current".to_owned(),
    })
}

pub(super) fn selinux(kind: &str) -> Reading<SeLinux> {
    Reading::Known(SeLinux {
        context: "c".into(),
        user: "system_u".into(),
        role: "system_r".into(),
        kind: kind.into(),
        level: "s0".into(),
    })
}

pub(super) fn mount(point: &str, root: &str) -> Mount {
    Mount {
        mount_point: point.into(),
        root: root.into(),
        fstype: "ext4".into(),
        source: "/dev/sda1".into(),
        read_only: false,
        options: "rw".into(),
        super_read_only: false,
        propagation: vec![],
    }
}

/// What the kernel shows of a container that was declared restricted.
pub(super) fn restricted() -> Confinement {
    let empty = || Reading::Known(CapabilitySet::EMPTY);
    let namespace = |kind| Namespace {
        kind,
        inode: Reading::Known(4_026_532_500),
        initial: Reading::Known(Initial {
            initial: false,
            known_by: "inode".to_owned(),
        }),
        shared_with_pid1: none(),
    };
    Confinement {
        process: Process {
            pid: 1,
            is_self: true,
            comm: none(),
            parent: none(),
            tracer: none(),
            start_ticks: none(),
        },
        identity: Identity {
            uid: user(1000),
            gid: user(1000),
            groups: none(),
            no_new_privs: Reading::Known(true),
            securebits: none(),
            dumpable: none(),
            umask: none(),
            uid_map: Reading::Known(vec![IdMapping::IDENTITY]),
            gid_map: Reading::Known(vec![IdMapping::IDENTITY]),
            setgroups: none(),
        },
        capabilities: Capabilities {
            effective: empty(),
            permitted: empty(),
            inheritable: empty(),
            bounding: empty(),
            ambient: empty(),
            last: Reading::Known(40),
        },
        namespaces: Namespaces {
            namespaces: NamespaceKind::ALL.map(namespace).to_vec(),
            user_depth: Reading::Known(0),
            pids: none(),
        },
        lsm: Lsm {
            active: none(),
            apparmor: label(AppArmorMode::Enforce),
            selinux: none(),
            selinux_enforcing: none(),
            smack: none(),
            landlock_abi: none(),
            yama_ptrace_scope: none(),
            lockdown: none(),
        },
        seccomp: Seccomp {
            mode: Reading::Known(SeccompMode::Filter),
            filters: Reading::Known(1),
            method: SeccompMethod::NotProbed { why: String::new() },
            abis: vec![],
            dumped: vec![],
        },
        filesystem: Filesystem {
            root: none(),
            masked: protected(
                &[
                    "/proc/acpi",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/proc/scsi",
                    "/sys/firmware",
                ],
                Protection::Masked,
            ),
            readonly: protected(
                &[
                    "/proc/bus",
                    "/proc/fs",
                    "/proc/irq",
                    "/proc/sys",
                    "/proc/sysrq-trigger",
                ],
                Protection::ReadOnly,
            ),
            sensitive: vec![],
            host_paths: Reading::Known(vec![
                mount("/etc/hosts", "/var/lib/kubelet/pods/u/etc-hosts"),
                mount(
                    "/data",
                    "/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/d",
                ),
            ]),
            devices: Reading::Known(vec![]),
            runtime_sockets: vec![],
            runtime_sockets_denied: None,
            mount_count: none(),
        },
        cgroup: Cgroup {
            version: none(),
            paths: none(),
            memory_max: none(),
            cpu_max: none(),
            pids_max: none(),
            writable: none(),
            release_agent_writable: none(),
        },
        limits: Limits {
            rlimits: none(),
            oom_score_adj: none(),
        },
        runtime: Runtime {
            sandbox: Claim {
                value: None,
                evidence: vec![],
            },
            manager: Claim {
                value: None,
                evidence: vec![],
            },
            container_id: none(),
            kubernetes: Claim {
                value: None,
                evidence: vec![],
            },
            pod_name: none(),
            pod_namespace: none(),
            pod_uid: none(),
        },
        credentials: Credentials {
            service_account_tokens: none(),
        },
        sysctls: Vec::new(),
        kernel: Kernel {
            release: none(),
            version: none(),
            machine: none(),
        },
    }
}
