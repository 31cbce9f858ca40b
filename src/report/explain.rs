//! Why each line of a report matters.

/// Key of a line, and why it matters. A key without its own entry has its group's.
const WHY: &[(&str, &str)] = &[
    (
        "layers",
        "each layer stops what the others let through; one that is off leaves the rest to do its work",
    ),
    (
        "stands_out",
        "computed from the facts below, most serious first",
    ),
    (
        "process",
        "which process the report is about; pid and start time together name it for good",
    ),
    (
        "process.tracer",
        "a tracer sees and changes everything that the process does",
    ),
    (
        "identity.uid",
        "files and many kernel checks go by the effective and the filesystem uid; uid 0 regains capabilities at execve",
    ),
    (
        "identity.gid",
        "group ids open files as uids do; gid 0 owns many of root's files",
    ),
    (
        "identity.groups",
        "supplementary groups such as docker or disk are as good as root",
    ),
    (
        "identity.no_new_privs",
        "when on, no execve can raise privileges, by set-uid, set-gid or file capabilities",
    ),
    (
        "identity.securebits",
        "noroot takes from uid 0 the capabilities that execve would give it",
    ),
    (
        "identity.dumpable",
        "a dumpable process can be traced and its memory read by others of the same uid",
    ),
    (
        "identity.umask",
        "the permission bits that new files are denied",
    ),
    (
        "identity.id_map",
        "ids inside that map to unprivileged ids outside make root here nobody on the machine",
    ),
    (
        "identity.setgroups",
        "where allowed, a group can be dropped whose permissions deny access",
    ),
    (
        "capabilities",
        "capabilities are root's power in pieces; what is not in the bounding set can never be gained",
    ),
    (
        "capabilities.docker",
        "Docker's and containerd's default fourteen are what an ordinary container has",
    ),
    (
        "namespaces",
        "in a namespace of its own the process sees and changes only what is in it; in the machine's, all of the machine's",
    ),
    (
        "namespaces.pid1",
        "whether pid 1 of the process's pid namespace is in the same ones tells a process that joined or left some; it cannot be told of these",
    ),
    (
        "namespaces.depth",
        "capabilities count only over what the own user namespace, or one below it, owns",
    ),
    (
        "lsm",
        "security modules judge by policy what uid and capabilities alone would allow",
    ),
    (
        "lsm.yama",
        "1 and above forbids tracing processes that are not descendants",
    ),
    (
        "lsm.lockdown",
        "integrity forbids root to change the running kernel; confidentiality also to read it",
    ),
    (
        "lsm.landlock",
        "the version tells which accesses a program can forbid itself",
    ),
    (
        "seccomp",
        "filters decide, before the kernel does anything, which syscalls exist for the process",
    ),
    (
        "seccomp.verdict",
        "the filter's own answer; the syscalls themselves are never run",
    ),
    (
        "seccomp.arguments",
        "filters look at arguments: the same syscall is let through with some and stopped with others",
    ),
    (
        "seccomp.cause",
        "let through by seccomp, and yet of no use: another layer stops it",
    ),
    (
        "seccomp.unnamed",
        "newer kernels bring new syscalls; a filter that does not stop unknown numbers lets them through on the day of the update",
    ),
    (
        "syscall",
        "what the filters and the other layers make of one syscall, in each ABI",
    ),
    (
        "filesystem.root",
        "on a read-only root an intruder cannot leave a program behind",
    ),
    (
        "filesystem.masked",
        "runtimes cover these: they tell of the machine or change it",
    ),
    (
        "filesystem.readonly",
        "runtimes make these read-only: writing them changes the machine's kernel",
    ),
    (
        "filesystem.sensitive",
        "writing any of these runs code or changes settings outside the container",
    ),
    (
        "filesystem.host_paths",
        "the machine's own files: what is written there is read outside",
    ),
    (
        "filesystem.devices",
        "a device node reaches hardware past every file permission inside",
    ),
    (
        "filesystem.sockets",
        "a runtime's socket starts privileged containers for whoever may connect",
    ),
    (
        "cgroup",
        "control groups limit what the process can take of the machine",
    ),
    (
        "cgroup.writable",
        "a process that writes its own cgroup can lift its limits",
    ),
    (
        "cgroup.release_agent",
        "the kernel runs the release agent as root on the machine",
    ),
    (
        "limits",
        "resource limits are per process or user and hold where no cgroup does",
    ),
    (
        "runtime",
        "what made the sandbox tells which defaults to expect; the evidence is given beside it",
    ),
    (
        "credentials",
        "a token speaks to the cluster in the Pod's name; its claims are shown, never the token",
    ),
    (
        "kernel",
        "the kernel confines: its version decides which layers there are",
    ),
];

/// Why the line named `key` matters; its group's reason where it has none of its own.
///
/// ```
/// assert!(amiconfined::report::explain("identity.uid").is_some());
/// assert_eq!(amiconfined::report::explain("nothing"), None);
/// ```
pub fn explain(key: &str) -> Option<&'static str> {
    let of = |wanted: &str| {
        WHY.iter()
            .find(|(key, _)| *key == wanted)
            .map(|(_, why)| *why)
    };
    of(key).or_else(|| of(key.split('.').next()?))
}

/// Every key that has a reason, with it.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    WHY.iter().copied()
}
