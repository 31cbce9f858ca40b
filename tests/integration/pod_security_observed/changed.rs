//! One thing changed fails just its controls.

use amiconfined::confinement::{
    AppArmorMode, CapabilitySet, DeviceNode, IdMapping, Initial, Protection, Reading, SeccompMode,
};
use amiconfined::pod_security::{Level, judge_observed};

use super::Change;
use super::fixture::{label, mount, restricted, selinux, user};

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
