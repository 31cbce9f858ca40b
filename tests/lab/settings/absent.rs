//! Why a runtime has no cell of a setting.

use super::Tongue;

/// Rows about what some runtime does by itself or does wrongly, and what it does otherwise.
const SPECIAL: [&str; 19] = [
    "ambient_not_inheritable",
    "apparmor_ignored",
    "blocked_by_libseccomp",
    "cgroup_mounts_writable",
    "cpu_per_second",
    "errno_ignored",
    "host_user",
    "label_ignored",
    "lacks_facts",
    "limits_ignored",
    "own_ipc",
    "own_net",
    "privileged_lacks_newest",
    "process_label_ignored",
    "profile_ignored",
    "seccomp_default",
    "seccomp_deny_list",
    "seccomp_docker",
    "seccomp_unconfined",
];

/// The beginnings of settings' names, with spaces between them, and why a tongue has no word
/// for them.
type Reason = (&'static str, &'static str);

fn reasons(tongue: Tongue) -> &'static [Reason] {
    match tongue {
        Tongue::Oci => &[],
        Tongue::Ctr => &[
            (
                "user groups ambient rlimit pids oom_score mask_more unmasked",
                "`ctr run` has no option for it, or none that holds with --rootfs",
            ),
            (
                "host_ own_cgroup",
                "`ctr run` shares the network alone, and makes no cgroup namespace",
            ),
        ],
        Tongue::Gvisor => &[
            (
                "host_ own_ user_ ambient no_new_privs unmasked mask_more",
                "its kernel has namespaces, ids and masks of its own, or shows none",
            ),
            (
                "memory cpu pids rlimit oom_score",
                "it is run with --ignore-cgroups, and limits nothing else",
            ),
            (
                "device socket host_path privileged release_agent",
                "it gives nothing of the host's but files",
            ),
            (
                "seccomp_",
                "it takes KILL_PROCESS, KILL_THREAD, LOG and NOTIFY for no actions, names that \
                are newer than it for none, and one errno for all: errno_ignored",
            ),
        ],
        Tongue::Docker => &[
            (
                "ambient mask_more seccomp_notify",
                "docker 20.10 has no option for it",
            ),
            ("user_", "the daemon decides: docker_remapped"),
        ],
        Tongue::Remapped => &[
            (
                "ambient mask_more seccomp_notify",
                "docker 20.10 has no option for it",
            ),
            ("user_", "the daemon decides: defaults"),
        ],
        Tongue::Podman => &[(
            "user_many",
            "with two ranges its layers, mapped, are refused as an overlay: EINVAL",
        )],
        Tongue::Rootless => &[
            ("memory cpu pids", "a user may not: limits_ignored"),
            (
                "release_agent",
                "a user's are never the initial namespace's: release_agent_guarded",
            ),
            (
                "rlimit host_ipc",
                "a user may neither raise limits nor mount what belongs to the host's ipc namespace",
            ),
            ("user_", "it always has a map of its own: defaults"),
            ("seccomp_notify", "the lab's agent is root's"),
        ],
        Tongue::Cri => &[
            (
                "ambient rlimit pids host_uts user_",
                "the interface has no field for it in containerd 1.6",
            ),
            (
                "release_agent_read_only",
                "the lab's words for a Pod have no read-only mount",
            ),
            (
                "host_cgroup own_cgroup",
                "containerd decides by the version of control groups",
            ),
        ],
        Tongue::Bubblewrap => &[
            (
                "groups memory cpu pids rlimit oom_score privileged seccomp_notify",
                "it has no option for it",
            ),
            ("no_new_privs_off", "it always sets it"),
            ("unmasked", "it masks nothing"),
            ("user_many", "it maps one id"),
        ],
        Tongue::Nspawn => &[
            (
                "memory cpu pids",
                "the scope's properties, and with --register=no there is no scope",
            ),
            (
                "host_ own_cgroup",
                "its ipc, pid, uts and cgroup namespaces are always its own",
            ),
            (
                "seccomp_",
                "it answers EPERM alone and has five filters by itself: defaults, seccomp_deny_list",
            ),
            ("user_many", "it maps one range"),
            ("groups", "the container's own user database decides"),
            (
                "mask_more",
                "it mounts nodes that init makes, which is not running",
            ),
        ],
        Tongue::Firejail => &[
            (
                "ambient groups memory cpu pids oom_score privileged unmasked",
                "it has no option for it",
            ),
            (
                "device socket host_path",
                "it runs on the machine's own root and has them all",
            ),
            (
                "release_agent",
                "it mounts a /sys of its own, without control groups",
            ),
            (
                "host_ own_cgroup",
                "its pid, ipc and uts namespaces are always its own, and its cgroup namespace the host's",
            ),
            (
                "seccomp_kill_process seccomp_trap seccomp_trace seccomp_notify seccomp_socketcall",
                "its language has no word for it",
            ),
            ("user_many", "it maps the user alone"),
        ],
        Tongue::Nsjail => &[
            (
                "groups oom_score privileged mask_more seccomp_notify",
                "it has no option for it",
            ),
            ("unmasked", "it masks nothing"),
            ("seccomp_socketcall", "it kills every call of i386"),
            ("cpu", "it counts by the second: cpu_per_second"),
            ("host_pid", "the kernel does not let it mount /proc there"),
        ],
        Tongue::Lxc => &[
            ("ambient privileged", "LXC 5.0 has no word for it"),
            ("host_pid", "it always makes its own"),
            (
                "seccomp_kill_process seccomp_log seccomp_trace",
                "its language has no word for it",
            ),
        ],
    }
}

/// Filters that the runtime itself stacks; those of an entrypoint are in another row.
const STACKED: [&str; 2] = ["seccomp_two_filters", "seccomp_five_filters"];

/// The reason; none where one is owed.
pub(crate) fn why(tongue: Tongue, setting: &str) -> Option<&'static str> {
    if SPECIAL.contains(&setting) {
        return Some("about what other runtimes do by themselves");
    }
    if setting.starts_with("book_") || setting.starts_with("ignored_") {
        return Some("a Pod, which the kubelet starts through the CRI alone");
    }
    if STACKED.contains(&setting) {
        return Some("one profile is one filter: the entrypoint adds others in seccomp_*_stacked");
    }
    // Which capabilities a release refuses is told where the rows are made.
    if setting.starts_with("add_") || setting.starts_with("drop_") {
        return Some("a name that this release refuses, or nothing to drop it from");
    }
    let about = |(names, _): &&Reason| names.split(' ').any(|name| setting.starts_with(name));
    reasons(tongue).iter().find(about).map(|(_, why)| *why)
}
