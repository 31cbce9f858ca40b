//! A report that holds something of everything, hostile names included.

use amiconfined::confinement::*;

fn known<T>(value: T) -> Reading<T> {
    Reading::Known(value)
}

fn writable(writable: bool, decided_by: &str) -> Reading<Writable> {
    known(Writable {
        writable,
        decided_by: decided_by.to_owned(),
    })
}

fn ids(id: u32) -> Reading<Ids> {
    known(Ids {
        real: id,
        effective: id,
        saved: id,
        filesystem: id,
    })
}

fn namespaces() -> Namespaces {
    let namespaces = NamespaceKind::ALL
        .into_iter()
        .map(|kind| {
            let initial = matches!(kind, NamespaceKind::User | NamespaceKind::Net);
            Namespace {
                kind,
                inode: match kind {
                    NamespaceKind::Time => Reading::absent("/proc/self/ns/time does not exist"),
                    _ if initial => known(kind.initial_inode()),
                    _ => known(4_026_532_201),
                },
                initial: match kind {
                    NamespaceKind::Time => Reading::absent("/proc/self/ns/time does not exist"),
                    NamespaceKind::Mnt => Reading::denied(
                        "readlinkat",
                        "/proc/1/ns/mnt",
                        Some(Errno::EACCES),
                        "CAP_SYS_PTRACE in the target's user namespace",
                    ),
                    _ => known(Initial {
                        initial,
                        known_by: "its fixed inode".to_owned(),
                    }),
                },
                shared_with_pid1: known(true),
            }
        })
        .collect();
    Namespaces {
        namespaces,
        user_depth: known(0),
        pids: known(vec![1]),
    }
}

fn syscall(number: u32, name: &str, verdict: Verdict, cause: Option<Cause>) -> SyscallVerdict {
    SyscallVerdict {
        number,
        name: name.to_owned(),
        verdict,
        arguments: vec![],
        cause,
        executed: None,
        cases: vec![],
    }
}

fn seccomp() -> Seccomp {
    let socket_arguments = ["AF_ALG", "AF_INET", "AF_VSOCK"]
        .map(|label| ArgumentVerdict {
            label: label.to_owned(),
            verdict: match label {
                "AF_INET" => Verdict::Allowed,
                _ => Verdict::Errno(Errno(97)),
            },
        })
        .to_vec();
    let reboot = Cause::Capability {
        name: "CAP_SYS_BOOT".to_owned(),
        asked: true,
    };
    let eperm = Verdict::Errno(Errno::EPERM);
    Seccomp {
        mode: known(SeccompMode::Filter),
        filters: known(1),
        method: SeccompMethod::Notify {
            allowed_may_be: vec![LetThrough::Logged, LetThrough::Traced],
        },
        abis: vec![AbiVerdicts {
            abi: "x86_64".to_owned(),
            native: true,
            offered: None,
            table: "7.1.5".to_owned(),
            syscalls: vec![
                syscall(0, "read", Verdict::Allowed, None),
                SyscallVerdict {
                    arguments: socket_arguments,
                    ..syscall(41, "socket", Verdict::Allowed, None)
                },
                syscall(165, "mount", eperm, Some(Cause::Seccomp)),
                syscall(169, "reboot", Verdict::Logged, Some(reboot)),
                syscall(170, "sethostname", Verdict::Trapped(7), None),
                syscall(172, "iopl", Verdict::Killed(KillScope::Process), None),
                syscall(335, "uretprobe", Verdict::NeverFiltered, None),
                syscall(435, "clone3", Verdict::Errno(Errno::ENOSYS), None),
                syscall(
                    436,
                    "close_range",
                    Verdict::Inconclusive("a seccomp listener is present".to_owned()),
                    None,
                ),
            ],
            unnamed: vec![VerdictRange {
                first: 470,
                last: 1023,
                verdict: Verdict::Errno(Errno::ENOSYS),
            }],
        }],
        dumped: vec![],
    }
}

fn mount(mount_point: &str, fstype: &str, read_only: bool) -> Mount {
    Mount {
        mount_point: mount_point.into(),
        root: "/".into(),
        fstype: fstype.into(),
        source: "none".into(),
        read_only,
        options: if read_only { "ro" } else { "rw" }.into(),
        super_read_only: false,
        propagation: vec![],
    }
}

fn filesystem() -> Filesystem {
    let protected = |path: &str, state| ProtectedPath {
        path: path.to_owned(),
        state,
    };
    Filesystem {
        root: known(mount("/", "overlay", false)),
        masked: vec![
            protected("/proc/kcore", known(Protection::Masked)),
            protected("/proc/keys", known(Protection::None)),
            protected("/proc/scsi", Reading::absent("no such file")),
        ],
        readonly: vec![protected("/proc/sys", known(Protection::ReadOnly))],
        sensitive: vec![SensitivePath {
            path: "/proc/sysrq-trigger".to_owned(),
            writable: writable(true, "mode 0200 owned by 0"),
            why: "it reboots the machine".to_owned(),
        }],
        host_paths: known(vec![mount("/data/\x1b[31m\u{202e}", "ext4", true)]),
        devices: known(vec![DeviceNode {
            path: "/dev/kvm".into(),
            block: false,
            major: 10,
            minor: 232,
        }]),
        runtime_sockets: vec![RuntimeSocket {
            path: "/run/docker.sock".into(),
            runtime: "docker".to_owned(),
            connectable: writable(true, "mode 0660 owned by 0"),
        }],
        mount_count: known(29),
    }
}

fn cgroup() -> Cgroup {
    Cgroup {
        version: known(CgroupVersion::V1),
        paths: known(vec![CgroupPath {
            hierarchy: 4,
            controllers: "memory".into(),
            path: "/docker/0123".into(),
        }]),
        memory_max: known(Some(256 << 20)),
        cpu_max: known(Some(CpuQuota {
            quota_us: 50_000,
            period_us: 100_000,
        })),
        pids_max: known(None),
        writable: writable(false, "mount is read-only"),
        release_agent_writable: Reading::absent("no v1 hierarchy is mounted"),
    }
}

fn lsm() -> Lsm {
    Lsm {
        active: Reading::denied(
            "openat",
            "/sys/kernel/security/lsm",
            Some(Errno::ENOENT),
            "securityfs mounted",
        ),
        apparmor: known(AppArmor {
            label: "docker-default (enforce)".into(),
            profiles: vec![AppArmorProfile {
                name: "docker-default".into(),
                mode: AppArmorMode::Enforce,
            }],
            read_from: "attr/current".to_owned(),
        }),
        selinux: Reading::absent("/sys/fs/selinux does not exist"),
        selinux_enforcing: Reading::absent("/sys/fs/selinux does not exist"),
        smack: Reading::absent("/sys/fs/smackfs does not exist"),
        landlock_abi: known(7),
        yama_ptrace_scope: known(1),
        lockdown: known("none".into()),
    }
}

fn runtime() -> Runtime {
    let claim = |evidence: &str| vec![evidence.to_owned()];
    Runtime {
        sandbox: Claim {
            value: Some(Sandbox::RuncLike),
            evidence: claim("own namespaces on the machine's kernel"),
        },
        manager: Claim {
            value: Some(Manager::Docker),
            evidence: claim("/.dockerenv"),
        },
        container_id: known("0123".into()),
        kubernetes: Claim {
            value: Some(false),
            evidence: claim("no KUBERNETES_SERVICE_HOST"),
        },
        pod_name: Reading::absent("not in Kubernetes"),
        pod_namespace: Reading::absent("not in Kubernetes"),
        pod_uid: Reading::absent("not in Kubernetes"),
    }
}

/// The report.
pub(crate) fn report() -> Report {
    let docker = CapabilitySet::DOCKER_DEFAULT.with(21).with(41);
    let lacking = CapabilitySet(docker.0 & !1);
    let confinement = Confinement {
        process: Process {
            pid: 1,
            is_self: true,
            comm: known("ev\x1b[2Jil".into()),
            parent: known(0),
            tracer: known(0),
            start_ticks: known(123_456),
        },
        identity: Identity {
            uid: ids(0),
            gid: ids(0),
            groups: known(vec![0, 10]),
            no_new_privs: known(false),
            securebits: known(Securebits { raw: 1 }),
            dumpable: known(Dumpable::Yes),
            umask: known(0o22),
            uid_map: known(vec![IdMapping::IDENTITY]),
            gid_map: known(vec![IdMapping::IDENTITY]),
            setgroups: known(true),
        },
        capabilities: Capabilities {
            effective: known(docker),
            permitted: known(docker),
            inheritable: known(CapabilitySet::EMPTY),
            bounding: known(lacking),
            ambient: known(CapabilitySet::EMPTY),
            last: known(40),
        },
        namespaces: namespaces(),
        lsm: lsm(),
        seccomp: seccomp(),
        filesystem: filesystem(),
        cgroup: cgroup(),
        limits: Limits {
            rlimits: known(vec![Rlimit {
                name: "Max open files".to_owned(),
                soft: Some(1024),
                hard: Some(524_288),
            }]),
            oom_score_adj: known(0),
        },
        runtime: runtime(),
        credentials: Credentials {
            service_account_tokens: known(vec![ServiceAccountToken {
                path: "/var/run/secrets/kubernetes.io/serviceaccount/token".into(),
                audiences: known(vec!["https://kubernetes.default.svc".into()]),
                expires_unix_seconds: known(None),
                namespace: known("web".into()),
                service_account: known("default".into()),
            }]),
        },
        sysctls: Vec::new(),
        kernel: Kernel {
            release: known("6.1.0".into()),
            version: known("#1 SMP".into()),
            machine: known("x86_64".into()),
        },
    };
    Report {
        schema: SCHEMA.to_owned(),
        tool_version: "0.0.0".to_owned(),
        time: "2026-01-02T03:04:05Z".to_owned(),
        node: known("web-1".into()),
        confinement,
    }
}
