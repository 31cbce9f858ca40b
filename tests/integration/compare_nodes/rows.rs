//! The Pods: what is declared, what the node makes of it, and the gaps between.

use super::enforced::{ALL, CONTAINERD, CRIO, Enforced, Node};

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) runtime: Node,
    /// The Pod's spec without its container, as the API server keeps it.
    pub(super) spec: &'static str,
    /// The container, likewise.
    pub(super) container: &'static str,
    /// Both as they were applied, where the API server dropped something.
    pub(super) applied: Option<(&'static str, &'static str)>,
    /// What differs from a Pod that declares nothing.
    pub(super) enforced: fn(&mut Enforced),
    /// Ids and hops.
    pub(super) gaps: &'static [(&'static str, &'static str)],
}

type Gaps = &'static [(&'static str, &'static str)];

const fn row(
    name: &'static str,
    runtime: Node,
    spec: &'static str,
    container: &'static str,
    enforced: fn(&mut Enforced),
    gaps: Gaps,
) -> Row {
    Row {
        name,
        runtime,
        spec,
        container,
        applied: None,
        enforced,
        gaps,
    }
}

const fn dropped(
    name: &'static str,
    applied: (&'static str, &'static str),
    enforced: fn(&mut Enforced),
    gaps: Gaps,
) -> Row {
    Row {
        name,
        runtime: Node::Containerd,
        spec: "{}",
        container: "{}",
        applied: Some(applied),
        enforced,
        gaps,
    }
}

use Node::{Containerd, Crio};

const NONE: Gaps = &[];
const LATE: &str = "admitted -> enforced";
const EARLY: &str = "declared -> admitted";
const NET_ADMIN: u64 = 1 << 12;
const NET_RAW: u64 = 1 << 13;
const NET_BIND_SERVICE: u64 = 1 << 10;
const SYS_ADMIN: u64 = 1 << 21;
const KILL: u64 = 1 << 5;

fn same(_: &mut Enforced) {}

fn hold(e: &mut Enforced, capabilities: u64) {
    e.bounding = capabilities;
    e.effective = capabilities;
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("plain", Containerd, "{}", "{}", same, NONE),
    row("plain", Crio, "{}", "{}", same, NONE),
    // Capabilities.
    row("drop-prefixed", Containerd, "{}", "{securityContext: {capabilities: {drop: [CAP_NET_RAW]}}}", same, &[("capability-ignored", LATE)]),
    row("drop-prefixed", Crio, "{}", "{securityContext: {capabilities: {drop: [CAP_KILL]}}}", |e| hold(e, CRIO & !KILL), NONE),
    row("drop-cap-all", Containerd, "{}", "{securityContext: {capabilities: {drop: [CAP_ALL]}}}", same, &[("capability-ignored", LATE)]),
    row("add-prefixed", Containerd, "{}", "{securityContext: {capabilities: {add: [CAP_NET_ADMIN]}}}", same, &[("capability-ignored", LATE)]),
    row("add-prefixed", Crio, "{}", "{securityContext: {capabilities: {add: [CAP_NET_ADMIN]}}}", |e| hold(e, CRIO | NET_ADMIN), NONE),
    row("add-prefixed-nonroot", Containerd, "{}", "{securityContext: {runAsUser: 1000, capabilities: {add: [CAP_NET_ADMIN]}}}", |e| e.user(1000), &[("capability-ignored", LATE)]),
    row("add-lower", Containerd, "{}", "{securityContext: {capabilities: {add: [net_admin]}}}", |e| hold(e, CONTAINERD | NET_ADMIN), NONE),
    row("add-unknown", Containerd, "{}", "{securityContext: {capabilities: {add: [BOGUS]}}}", same, &[("capability-unknown", LATE)]),
    row("drop-unknown", Containerd, "{}", "{securityContext: {capabilities: {drop: [BOGUS, ALL]}}}", |e| hold(e, 0), &[("capability-unknown", LATE)]),
    row("add-all", Containerd, "{}", "{securityContext: {capabilities: {add: [ALL]}}}", |e| hold(e, ALL), NONE),
    row("add-all", Crio, "{}", "{securityContext: {capabilities: {add: [all]}}}", |e| hold(e, ALL), NONE),
    row("add-all-drop-one", Containerd, "{}", "{securityContext: {capabilities: {add: [ALL], drop: [NET_RAW]}}}", |e| hold(e, ALL & !NET_RAW), NONE),
    row("drop-all-add-all", Containerd, "{}", "{securityContext: {capabilities: {add: [ALL], drop: [ALL]}}}", |e| hold(e, 0), NONE),
    row("drop-all-add-one", Containerd, "{}", "{securityContext: {capabilities: {add: [NET_BIND_SERVICE], drop: [all]}}}", |e| hold(e, NET_BIND_SERVICE), NONE),
    row("drop-wins", Containerd, "{}", "{securityContext: {capabilities: {add: [NET_ADMIN], drop: [NET_ADMIN]}}}", same, NONE),
    row("nonroot-add", Containerd, "{}", "{securityContext: {runAsUser: 1000, capabilities: {add: [NET_ADMIN]}}}", |e| { e.user(1000); e.bounding |= NET_ADMIN; }, NONE),
    row("a-capability-more", Containerd, "{}", "{securityContext: {capabilities: {drop: [ALL]}}}", |e| hold(e, NET_RAW), &[("capability-ignored", LATE)]),
    row("default-capabilities-more", Crio, "{}", "{}", |e| hold(e, CRIO | SYS_ADMIN), &[("capability-extra", LATE)]),
    // Privileged.
    row("privileged", Containerd, "{}", "{securityContext: {privileged: true}}", Enforced::privileged, NONE),
    row("privileged-drop", Containerd, "{}", "{securityContext: {privileged: true, capabilities: {drop: [ALL]}}}", Enforced::privileged, &[("capability-ignored", LATE)]),
    row("privileged-nonroot", Containerd, "{}", "{securityContext: {privileged: true, runAsUser: 1000}}", |e| { e.privileged(); e.user(1000); }, &[("privileged-non-root", LATE)]),
    row("privileged-nonroot", Crio, "{}", "{securityContext: {privileged: true, runAsUser: 1000}}", |e| { e.privileged(); e.uid = 1000; e.ambient = ALL; }, &[("privileged-non-root", LATE)]),
    row("privileged-read-only", Containerd, "{}", "{securityContext: {privileged: true, readOnlyRootFilesystem: true}}", |e| { e.privileged(); e.root_read_only = true; }, NONE),
    row("privileged-profile", Containerd, "{securityContext: {seccompProfile: {type: RuntimeDefault}}}", "{securityContext: {privileged: true}}", Enforced::privileged, &[("seccomp-mode", LATE)]),
    row("privileged-profile-unconfined", Containerd, "{securityContext: {seccompProfile: {type: RuntimeDefault}}}", "{securityContext: {privileged: true, seccompProfile: {type: Unconfined}}}", Enforced::privileged, NONE),
    // Identity.
    row("user-over-pod", Containerd, "{securityContext: {runAsUser: 2000, runAsGroup: 3000}}", "{securityContext: {runAsUser: 1000}}", |e| { e.user(1000); e.gid = 3000; }, NONE),
    row("user-of-pod-ignored", Containerd, "{securityContext: {runAsUser: 2000}}", "{securityContext: {runAsUser: 1000}}", |e| e.user(2000), &[("uid", LATE)]),
    row("non-root", Containerd, "{}", "{securityContext: {runAsNonRoot: true}}", |e| e.user(65_532), NONE),
    row("non-root-as-root", Containerd, "{}", "{securityContext: {runAsNonRoot: true}}", same, &[("non-root", LATE)]),
    row("groups-merged", Containerd, "{securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}}", "{}", |e| { e.user(1000); e.gid = 3000; e.groups = vec![2000, 3000, 4000, 5555]; }, NONE),
    row("groups-strict", Containerd, "{securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000], supplementalGroupsPolicy: Strict}}", "{}", |e| { e.user(1000); e.gid = 3000; e.groups = vec![2000, 3000, 4000]; }, NONE),
    row("groups-strict-merged", Containerd, "{securityContext: {runAsUser: 1000, supplementalGroups: [4000], supplementalGroupsPolicy: Strict}}", "{}", |e| { e.user(1000); e.gid = 1000; e.groups = vec![1000, 4000, 5555]; }, &[("groups", LATE)]),
    row("fs-group-missing", Crio, "{securityContext: {fsGroup: 2000}}", "{}", same, &[("groups", LATE)]),
    // no_new_privs.
    row("no-new-privs", Containerd, "{}", "{securityContext: {allowPrivilegeEscalation: false}}", |e| e.no_new_privs = true, NONE),
    row("no-new-privs-off", Containerd, "{}", "{securityContext: {allowPrivilegeEscalation: false}}", same, &[("no-new-privs", LATE)]),
    row("no-new-privs-unset", Containerd, "{}", "{securityContext: {}}", |e| e.no_new_privs = true, NONE),
    row("no-new-privs-sys-admin", Containerd, "{}", "{securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN]}}}", |e| { hold(e, CONTAINERD | SYS_ADMIN); e.no_new_privs = true; }, &[("no-new-privs-with-sys-admin", LATE)]),
    row("no-new-privs-sys-admin-nonroot", Containerd, "{}", "{securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN]}}}", |e| { e.user(1000); e.bounding |= SYS_ADMIN; e.no_new_privs = true; }, NONE),
    // Seccomp.
    row("seccomp-unset", Containerd, "{}", "{}", |e| e.filters = 1, NONE),
    row("seccomp-default", Containerd, "{}", "{securityContext: {seccompProfile: {type: RuntimeDefault}}}", |e| e.filters = 1, NONE),
    row("seccomp-default-missing", Crio, "{securityContext: {seccompProfile: {type: RuntimeDefault}}}", "{}", same, &[("seccomp-mode", LATE)]),
    row("seccomp-container-over-pod", Containerd, "{securityContext: {seccompProfile: {type: RuntimeDefault}}}", "{securityContext: {seccompProfile: {type: Unconfined}}}", same, NONE),
    row("seccomp-unconfined-filtered", Containerd, "{}", "{securityContext: {seccompProfile: {type: Unconfined}}}", |e| e.filters = 1, &[("seccomp-mode", LATE)]),
    row("seccomp-localhost-missing", Containerd, "{}", "{securityContext: {seccompProfile: {type: Localhost, localhostProfile: p.json}}}", same, &[("seccomp-mode", LATE)]),
    // AppArmor and SELinux.
    row("apparmor-without", Crio, "{}", "{securityContext: {appArmorProfile: {type: RuntimeDefault}}}", same, &[("apparmor", LATE)]),
    row("apparmor-unconfined-without", Containerd, "{}", "{securityContext: {appArmorProfile: {type: Unconfined}}}", same, NONE),
    row("apparmor-unset", Containerd, "{}", "{}", |e| e.label = Some(("capability,apparmor", "cri-containerd.apparmor.d (enforce)")), NONE),
    row("apparmor-unset-unconfined", Containerd, "{}", "{}", |e| e.label = Some(("capability,apparmor", "unconfined")), &[("apparmor", LATE)]),
    row("apparmor-unset-privileged", Containerd, "{}", "{securityContext: {privileged: true}}", |e| { e.privileged(); e.label = Some(("capability,apparmor", "unconfined")); }, NONE),
    row("apparmor-default", Crio, "{securityContext: {appArmorProfile: {type: RuntimeDefault}}}", "{}", |e| e.label = Some(("capability,apparmor", "crio-default (enforce)")), NONE),
    row("apparmor-localhost", Containerd, "{}", "{securityContext: {appArmorProfile: {type: Localhost, localhostProfile: mine}}}", |e| e.label = Some(("capability,apparmor", "mine (enforce)")), NONE),
    row("apparmor-localhost-complain", Containerd, "{}", "{securityContext: {appArmorProfile: {type: Localhost, localhostProfile: mine}}}", |e| e.label = Some(("capability,apparmor", "mine (complain)")), &[("apparmor", LATE)]),
    row("apparmor-container-over-pod", Containerd, "{securityContext: {appArmorProfile: {type: RuntimeDefault}}}", "{securityContext: {appArmorProfile: {type: Unconfined}}}", |e| e.label = Some(("capability,apparmor", "unconfined")), NONE),
    row("selinux-without", Containerd, "{}", "{securityContext: {seLinuxOptions: {level: 's0:c1,c2'}}}", same, &[("selinux", LATE)]),
    row("selinux", Crio, "{securityContext: {seLinuxOptions: {type: container_t, level: 's0:c1,c2'}}}", "{}", |e| e.label = Some(("capability,selinux", "system_u:system_r:container_t:s0:c1,c2")), NONE),
    row("selinux-other-level", Crio, "{securityContext: {seLinuxOptions: {level: 's0:c1,c2'}}}", "{}", |e| e.label = Some(("capability,selinux", "system_u:system_r:container_t:s0:c3,c4")), &[("selinux", LATE)]),
    // The file tree.
    row("read-only", Crio, "{}", "{securityContext: {readOnlyRootFilesystem: true}}", |e| e.root_read_only = true, NONE),
    row("read-only-writable", Crio, "{}", "{securityContext: {readOnlyRootFilesystem: true}}", same, &[("root-filesystem", LATE)]),
    row("proc-mount-unmasked", Containerd, "{hostUsers: false}", "{securityContext: {procMount: Unmasked}}", |e| { e.paths_protected = false; e.user_namespace = Some(65_536); e.of_node = vec!["cgroup", "time"]; }, NONE),
    row("host-path", Containerd, "{volumes: [{name: h, hostPath: {path: /opt}}]}", "{volumeMounts: [{name: h, mountPath: /h, readOnly: true}]}", |e| { e.token = false; e.mounts = vec!["254:0 /opt /h ro,relatime - ext4 /dev/vda rw"]; }, NONE),
    row("host-path-writable", Containerd, "{volumes: [{name: h, hostPath: {path: /opt}}]}", "{volumeMounts: [{name: h, mountPath: /h, readOnly: true}]}", |e| { e.token = false; e.mounts = vec!["254:0 /opt /h rw,relatime - ext4 /dev/vda rw"]; }, &[("mount-writable", LATE)]),
    row("host-path-undeclared", Containerd, "{}", "{}", |e| e.mounts = vec!["254:0 / /host rw,relatime - ext4 /dev/vda rw"], &[("mount-extra", LATE)]),
    row("token-refused", Containerd, "{automountServiceAccountToken: false}", "{}", |e| e.token = false, NONE),
    row("token-all-the-same", Containerd, "{automountServiceAccountToken: false}", "{}", same, &[("service-account-token", LATE)]),
    row("token-missing", Containerd, "{}", "{}", |e| e.token = false, &[("service-account-token", LATE)]),
    // Namespaces.
    row("host-namespaces", Containerd, "{hostPID: true, hostIPC: true, hostNetwork: true}", "{}", |e| { e.of_node = vec!["cgroup", "time", "user", "pid", "ipc", "net", "uts"]; e.numbers = "7"; }, NONE),
    row("host-namespaces", Crio, "{hostPID: true, hostIPC: true, hostNetwork: true}", "{}", |e| { e.of_node = vec!["cgroup", "time", "user", "pid", "ipc", "net"]; e.numbers = "7"; }, NONE),
    row("host-pid-undeclared", Crio, "{}", "{}", |e| { e.of_node.push("pid"); e.numbers = "7"; }, &[("namespace-pid", LATE)]),
    row("host-network-undeclared", Containerd, "{hostPID: true}", "{}", |e| { e.of_node = vec!["cgroup", "time", "user", "pid", "net"]; e.numbers = "7"; }, &[("namespace-net", LATE)]),
    row("user-namespace", Containerd, "{hostUsers: false}", "{securityContext: {runAsUser: 1000}}", |e| { e.user(1000); e.user_namespace = Some(131_072); e.of_node = vec!["cgroup", "time"]; }, NONE),
    row("user-namespace-missing", Crio, "{hostUsers: false}", "{}", same, &[("namespace-user", LATE)]),
    row("shared-pids-not", Containerd, "{shareProcessNamespace: true}", "{}", same, &[("shared-pid-namespace", LATE)]),
    row("shared-pids", Containerd, "{shareProcessNamespace: true}", "{}", |e| e.numbers = "7\t8", NONE),
    // What an old API server drops without a word.
    dropped("drops-host-users", ("{hostUsers: false}", "{}"), same, &[("namespace-user", EARLY)]),
    dropped("drops-groups-policy", ("{securityContext: {supplementalGroupsPolicy: Strict}}", "{}"), |e| e.groups = vec![0, 10], &[("groups", EARLY)]),
    dropped("drops-groups-policy-to-no-effect", ("{securityContext: {supplementalGroupsPolicy: Strict}}", "{}"), same, NONE),
    dropped("drops-apparmor", ("{}", "{securityContext: {appArmorProfile: {type: Localhost, localhostProfile: mine}}}"), |e| e.label = Some(("capability,apparmor", "cri-containerd.apparmor.d (enforce)")), &[("apparmor", EARLY)]),
    dropped("mutated-root", ("{}", "{securityContext: {readOnlyRootFilesystem: true}}"), same, &[("root-filesystem", EARLY)]),
];
