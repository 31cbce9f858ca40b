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

/// A tongue, the beginnings of settings' names, and why they cannot be told in it.
type Reason = (Tongue, &'static [&'static str], &'static str);

const REASONS: &[Reason] = &[
    (
        Tongue::Ctr,
        &[
            "user",
            "groups",
            "ambient",
            "rlimit",
            "pids",
            "oom_score",
            "mask_more",
            "unmasked",
        ],
        "`ctr run` has no option for it, or none that holds with --rootfs",
    ),
    (
        Tongue::Ctr,
        &["host_", "own_cgroup"],
        "`ctr run` shares the network alone, and makes no cgroup namespace",
    ),
    (
        Tongue::Gvisor,
        &[
            "host_",
            "own_",
            "user_",
            "ambient",
            "no_new_privs",
            "unmasked",
            "mask_more",
        ],
        "its kernel has namespaces, ids and masks of its own, or shows none",
    ),
    (
        Tongue::Gvisor,
        &["memory", "cpu", "pids", "rlimit", "oom_score"],
        "it is run with --ignore-cgroups, and limits nothing else",
    ),
    (
        Tongue::Gvisor,
        &[
            "device",
            "socket",
            "host_path",
            "privileged",
            "release_agent",
        ],
        "it gives nothing of the host's but files",
    ),
    (
        Tongue::Gvisor,
        &["seccomp_"],
        "it takes KILL_PROCESS, KILL_THREAD, LOG and NOTIFY for no actions, names that are newer \
        than it for none, and one errno for all: errno_ignored",
    ),
    (
        Tongue::Docker,
        &["ambient", "mask_more", "seccomp_notify"],
        "docker 20.10 has no option for it",
    ),
    (
        Tongue::Docker,
        &["user_"],
        "the daemon decides: docker_remapped",
    ),
    (
        Tongue::Remapped,
        &["ambient", "mask_more", "seccomp_notify"],
        "docker 20.10 has no option for it",
    ),
    (Tongue::Remapped, &["user_"], "the daemon decides: defaults"),
    (
        Tongue::Podman,
        &["user_many"],
        "with two ranges its layers, mapped, are refused as an overlay: EINVAL",
    ),
    (
        Tongue::Rootless,
        &["memory", "cpu", "pids"],
        "a user may not: limits_ignored",
    ),
    (
        Tongue::Rootless,
        &["release_agent"],
        "a user's are never the initial namespace's: release_agent_guarded",
    ),
    (
        Tongue::Rootless,
        &["rlimit", "host_ipc"],
        "a user may neither raise limits nor mount what belongs to the host's ipc namespace",
    ),
    (
        Tongue::Rootless,
        &["user_"],
        "it always has a map of its own: defaults",
    ),
    (
        Tongue::Rootless,
        &["seccomp_notify"],
        "the lab's agent is root's",
    ),
    (
        Tongue::Cri,
        &["ambient", "rlimit", "pids", "host_uts", "user_"],
        "the interface has no field for it in containerd 1.6",
    ),
    (
        Tongue::Cri,
        &["release_agent_read_only"],
        "the lab's words for a Pod have no read-only mount",
    ),
    (
        Tongue::Cri,
        &["host_cgroup", "own_cgroup"],
        "containerd decides by the version of control groups",
    ),
    (
        Tongue::Bubblewrap,
        &[
            "groups",
            "memory",
            "cpu",
            "pids",
            "rlimit",
            "oom_score",
            "privileged",
            "seccomp_notify",
        ],
        "it has no option for it",
    ),
    (
        Tongue::Bubblewrap,
        &["no_new_privs_off"],
        "it always sets it",
    ),
    (Tongue::Bubblewrap, &["unmasked"], "it masks nothing"),
    (Tongue::Bubblewrap, &["user_many"], "it maps one id"),
    (
        Tongue::Nspawn,
        &["memory", "cpu", "pids"],
        "the scope's properties, and with --register=no there is no scope",
    ),
    (
        Tongue::Nspawn,
        &["host_", "own_cgroup"],
        "its ipc, pid, uts and cgroup namespaces are always its own",
    ),
    (
        Tongue::Nspawn,
        &["seccomp_"],
        "it answers EPERM alone and has five filters by itself: defaults, seccomp_deny_list",
    ),
    (Tongue::Nspawn, &["user_many"], "it maps one range"),
    (
        Tongue::Nspawn,
        &["groups"],
        "the container's own user database decides",
    ),
    (
        Tongue::Nspawn,
        &["mask_more"],
        "it mounts nodes that init makes, which is not running",
    ),
    (
        Tongue::Firejail,
        &[
            "ambient",
            "groups",
            "memory",
            "cpu",
            "pids",
            "oom_score",
            "privileged",
            "unmasked",
        ],
        "it has no option for it",
    ),
    (
        Tongue::Firejail,
        &["device", "socket", "host_path"],
        "it runs on the machine's own root and has them all",
    ),
    (
        Tongue::Firejail,
        &["release_agent"],
        "it mounts a /sys of its own, without control groups",
    ),
    (
        Tongue::Firejail,
        &["host_", "own_cgroup"],
        "its pid, ipc and uts namespaces are always its own, and its cgroup namespace the host's",
    ),
    (
        Tongue::Firejail,
        &[
            "seccomp_kill_process",
            "seccomp_trap",
            "seccomp_trace",
            "seccomp_notify",
            "seccomp_socketcall",
        ],
        "its language has no word for it",
    ),
    (Tongue::Firejail, &["user_many"], "it maps the user alone"),
    (
        Tongue::Nsjail,
        &[
            "groups",
            "oom_score",
            "privileged",
            "mask_more",
            "seccomp_notify",
        ],
        "it has no option for it",
    ),
    (Tongue::Nsjail, &["unmasked"], "it masks nothing"),
    (
        Tongue::Nsjail,
        &["seccomp_socketcall"],
        "it kills every call of i386",
    ),
    (
        Tongue::Nsjail,
        &["cpu"],
        "it counts by the second: cpu_per_second",
    ),
    (
        Tongue::Nsjail,
        &["host_pid"],
        "the kernel does not let it mount /proc there",
    ),
    (
        Tongue::Lxc,
        &["ambient", "privileged"],
        "LXC 5.0 has no word for it",
    ),
    (Tongue::Lxc, &["host_pid"], "it always makes its own"),
    (
        Tongue::Lxc,
        &["seccomp_kill_process", "seccomp_log", "seccomp_trace"],
        "its language has no word for it",
    ),
];

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
    let about = |(known, names, _): &&Reason| {
        *known == tongue && names.iter().any(|name| setting.starts_with(name))
    };
    REASONS.iter().find(about).map(|(_, _, why)| *why)
}
