//! The standard on observed values: a container that keeps it, then one thing changed at a time.

use amiconfined::confinement::{
    AppArmor, AppArmorMode, AppArmorProfile, Capabilities, CapabilitySet, Cgroup, Claim,
    Confinement, Credentials, DeviceNode, Errno, Filesystem, IdMapping, Identity, Ids, Initial,
    Kernel, Limits, Lsm, Mount, Namespace, NamespaceKind, Namespaces, Process, ProtectedPath,
    Protection, Reading, Runtime, SeLinux, Seccomp, SeccompMethod, SeccompMode,
};
use amiconfined::pod_security::{Level, Verdict, judge_observed};
use proptest::prelude::*;

fn none<T>() -> Reading<T> {
    Reading::absent("not part of this test")
}

fn denied<T>() -> Reading<T> {
    Reading::denied(
        "openat2",
        "/proc/1/x",
        Some(Errno::EACCES),
        "CAP_SYS_PTRACE",
    )
}

fn protected(paths: &[&str], state: Protection) -> Vec<ProtectedPath> {
    let path = |path: &&str| ProtectedPath {
        path: (*path).to_owned(),
        state: Reading::Known(state),
    };
    paths.iter().map(path).collect()
}

fn user(id: u32) -> Reading<Ids> {
    Reading::Known(Ids {
        real: id,
        effective: id,
        saved: id,
        filesystem: id,
    })
}

fn label(mode: AppArmorMode) -> Reading<AppArmor> {
    Reading::Known(AppArmor {
        label: "cri-containerd.apparmor.d".into(),
        profiles: vec![AppArmorProfile {
            name: "cri-containerd.apparmor.d".into(),
            mode,
        }],
        read_from: "attr/apparmor/current".to_owned(),
    })
}

fn selinux(kind: &str) -> Reading<SeLinux> {
    Reading::Known(SeLinux {
        context: "c".into(),
        user: "system_u".into(),
        role: "system_r".into(),
        kind: kind.into(),
        level: "s0".into(),
    })
}

fn mount(point: &str, root: &str) -> Mount {
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
fn restricted() -> Confinement {
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

#[test]
fn a_restricted_container_keeps_restricted() {
    let judgement = judge_observed(&restricted());
    assert_eq!(
        (judgement.keeps, judgement.may_keep),
        (Level::Restricted, Level::Restricted)
    );
    assert!(judgement.failed(Level::Restricted).next().is_none());
}

type Change = fn(&mut Confinement);
/// Controls with the evidence that is expected of them.
type Failed = &'static [(&'static str, &'static str)];

#[test]
fn one_thing_changed_fails_just_its_controls() {
    let changes: [(Change, Level, Failed); 15] = [
        (
            |c| c.identity.no_new_privs = Reading::Known(false),
            Level::Baseline,
            &[("allowPrivilegeEscalation", "no_new_privs is 0")],
        ),
        (
            |c| c.identity.uid = user(0),
            Level::Baseline,
            &[("runAsNonRoot", "user id is 0")],
        ),
        (
            |c| c.seccomp.mode = Reading::Known(SeccompMode::Disabled),
            Level::Baseline,
            &[(
                "seccompProfile_restricted",
                "no seccomp filter is installed",
            )],
        ),
        (
            |c| c.capabilities.bounding = Reading::Known(CapabilitySet::DOCKER_DEFAULT),
            Level::Baseline,
            &[(
                "capabilities_restricted",
                "the bounding set is 00000000a80425fb: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID and 7 more",
            )],
        ),
        (
            |c| c.capabilities.bounding = Reading::Known(CapabilitySet::EMPTY.with(21)),
            Level::Privileged,
            &[
                (
                    "capabilities_baseline",
                    "the bounding set is 0000000000200000: CAP_SYS_ADMIN",
                ),
                (
                    "capabilities_restricted",
                    "the bounding set is 0000000000200000: CAP_SYS_ADMIN",
                ),
            ],
        ),
        (
            |c| c.lsm.apparmor = label(AppArmorMode::Complain),
            Level::Privileged,
            &[(
                "appArmorProfile",
                "AppArmor label is cri-containerd.apparmor.d",
            )],
        ),
        (
            |c| c.lsm.selinux = selinux("spc_t"),
            Level::Privileged,
            &[("seLinuxOptions", "SELinux type is spc_t")],
        ),
        (
            |c| c.lsm.selinux = selinux("container_t"),
            Level::Restricted,
            &[],
        ),
        (
            |c| {
                c.namespaces.namespaces[4].initial = Reading::Known(Initial {
                    initial: true,
                    known_by: "the fixed inode".to_owned(),
                });
            },
            Level::Privileged,
            &[(
                "hostNamespaces",
                "the pid namespace is the node's: the fixed inode",
            )],
        ),
        (
            |c| c.filesystem.host_paths = Reading::Known(vec![mount("/host\n", "/")]),
            Level::Privileged,
            &[
                (
                    "hostPathVolumes",
                    "/ of the node's ext4 is mounted at /host\\n",
                ),
                (
                    "restrictedVolumes",
                    "/ of the node's ext4 is mounted at /host\\n",
                ),
            ],
        ),
        (
            |c| c.filesystem.host_paths = Reading::absent("the node's own mount namespace"),
            Level::Privileged,
            &[
                (
                    "hostPathVolumes",
                    "the node's whole file tree: the node's own mount namespace",
                ),
                (
                    "restrictedVolumes",
                    "the node's whole file tree: the node's own mount namespace",
                ),
            ],
        ),
        (
            |c| c.filesystem.masked[1].state = Reading::Known(Protection::None),
            Level::Privileged,
            &[
                ("procMount", "/proc/kcore is not protected"),
                ("procMount_restricted", "/proc/kcore is not protected"),
            ],
        ),
        (
            |c| {
                c.filesystem.readonly[3].state = Reading::Known(Protection::None);
                c.namespaces.user_depth = Reading::Known(1);
            },
            Level::Baseline,
            &[("procMount_restricted", "/proc/sys is not protected")],
        ),
        (
            |c| {
                c.identity.uid = user(0);
                c.identity.uid_map = Reading::Known(vec![IdMapping {
                    inside: 0,
                    outside: 65536,
                    count: 65536,
                }]);
            },
            Level::Restricted,
            &[],
        ),
        (
            |c| {
                c.capabilities.bounding = Reading::Known(CapabilitySet::up_to(40));
                c.filesystem.devices = Reading::Known(vec![DeviceNode {
                    path: "/dev/sda".into(),
                    block: true,
                    major: 8,
                    minor: 0,
                }]);
            },
            Level::Privileged,
            &[
                (
                    "capabilities_baseline",
                    "the bounding set is 000001ffffffffff: CAP_DAC_READ_SEARCH, CAP_LINUX_IMMUTABLE, CAP_NET_BROADCAST, CAP_NET_ADMIN, CAP_IPC_LOCK, CAP_IPC_OWNER and 21 more",
                ),
                (
                    "privileged",
                    "every capability is in reach, and of the node's devices 1",
                ),
                (
                    "capabilities_restricted",
                    "the bounding set is 000001ffffffffff: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_KILL and 34 more",
                ),
            ],
        ),
    ];
    for (change, level, failed) in changes {
        let mut confinement = restricted();
        change(&mut confinement);
        let judgement = judge_observed(&confinement);
        let found: Vec<_> = judgement
            .failed(Level::Restricted)
            .map(|c| (c.control, c.evidence.as_str()))
            .collect();
        assert_eq!(found, failed);
        assert_eq!(
            (judgement.keeps, judgement.may_keep),
            (level, level),
            "{failed:?}"
        );
    }
}

#[test]
fn what_could_not_be_read_is_never_kept_and_never_failed() {
    let changes: [(Change, Level, &[&str]); 9] = [
        (
            |c| c.identity.no_new_privs = denied(),
            Level::Baseline,
            &["allowPrivilegeEscalation"],
        ),
        (
            |c| c.identity.uid = denied(),
            Level::Baseline,
            &["runAsNonRoot"],
        ),
        (
            |c| c.seccomp.mode = denied(),
            Level::Privileged,
            &["seccompProfile_baseline", "seccompProfile_restricted"],
        ),
        (
            |c| c.capabilities.ambient = denied(),
            Level::Privileged,
            &["capabilities_baseline", "capabilities_restricted"],
        ),
        (
            |c| c.lsm.apparmor = denied(),
            Level::Privileged,
            &["appArmorProfile"],
        ),
        (
            |c| c.lsm.selinux = denied(),
            Level::Privileged,
            &["seLinuxOptions"],
        ),
        (
            |c| c.namespaces.namespaces.clear(),
            Level::Privileged,
            &["hostNamespaces"],
        ),
        (
            |c| c.filesystem.host_paths = denied(),
            Level::Privileged,
            &["hostPathVolumes", "restrictedVolumes"],
        ),
        (
            |c| c.filesystem.masked[0].state = denied(),
            Level::Privileged,
            &["procMount", "procMount_restricted"],
        ),
    ];
    for (change, keeps, unknown) in changes {
        let mut confinement = restricted();
        change(&mut confinement);
        let judgement = judge_observed(&confinement);
        let found: Vec<_> = judgement
            .unknown(Level::Restricted)
            .map(|c| c.control)
            .collect();
        assert_eq!(found, unknown);
        assert_eq!(
            (judgement.keeps, judgement.may_keep),
            (keeps, Level::Restricted)
        );
        let told = judgement
            .controls
            .iter()
            .filter(|c| c.verdict == Verdict::Unknown);
        assert!(told.into_iter().all(|c| !c.evidence.is_empty()));
    }
}

proptest! {
    #[test]
    fn a_capability_more_never_keeps_more(mask in any::<u64>(), number in 0u8..64) {
        let keeps = |mask: CapabilitySet| {
            let mut confinement = restricted();
            confinement.capabilities.bounding = Reading::Known(mask);
            judge_observed(&confinement).keeps
        };
        let mask = CapabilitySet(mask);
        prop_assert!(keeps(mask.with(number)) <= keeps(mask));
    }
}
