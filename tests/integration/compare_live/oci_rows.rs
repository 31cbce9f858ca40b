//! The configurations of the OCI runtimes: what is declared, what is changed, what is found.

/// One configuration, one change behind its back, and what has to be found then.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// What the declaration has beyond `runc spec`: JSON pointers and values.
    pub(super) declared: &'static [(&'static str, &'static str)],
    /// What the container is started with instead.
    pub(super) changed: &'static [(&'static str, &'static str)],
    /// The ids of the findings.
    pub(super) finds: &'static [&'static str],
}

const fn row(
    name: &'static str,
    declared: &'static [(&'static str, &'static str)],
    changed: &'static [(&'static str, &'static str)],
    finds: &'static [&'static str],
) -> Row {
    Row {
        name,
        declared,
        changed,
        finds,
    }
}

const USER: &str = r#"{"uid":1000,"gid":3000,"additionalGids":[2000]}"#;
const KILL: &str = r#"{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"]}"#;
const KILL_AND_ADMIN: &str = r#"{"bounding":["CAP_KILL","CAP_SYS_ADMIN"],"effective":["CAP_KILL","CAP_SYS_ADMIN"],"permitted":["CAP_KILL","CAP_SYS_ADMIN"]}"#;
const WITHIN: &str =
    r#"{"bounding":["CAP_KILL","CAP_CHOWN"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"]}"#;
const NONE: &str = r#"{"bounding":[],"effective":[],"permitted":[]}"#;
const AMBIENT: &str = r#"{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}"#;
const NO_KEYCTL: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["keyctl"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]}"#;
const NO_KEYCTL_ENOSYS: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["keyctl"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}"#;
const NO_BPF: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["keyctl","bpf"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]}"#;
const DEVICE: &str =
    r#"[{"path":"/dev/ours","type":"c","major":10,"minor":229,"fileMode":432,"uid":0,"gid":0}]"#;
const LOW_LIMITS: &str =
    r#"{"memory":{"limit":67108864},"pids":{"limit":64},"cpu":{"quota":50000,"period":100000}}"#;

/// The rows that both runtimes know.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("cap-more", &[("/process/capabilities", KILL)], &[("/process/capabilities", KILL_AND_ADMIN)], &["capability-extra"]),
    row("cap-less", &[("/process/capabilities", KILL)], &[("/process/capabilities", NONE)], &["capability-missing"]),
    row("cap-ambient", &[("/process/capabilities", KILL), ("/process/user", USER)], &[("/process/capabilities", AMBIENT)], &["capability-extra"]),
    row("cap-within", &[("/process/capabilities", WITHIN)], &[("/root/readonly", "false")], &["root-filesystem"]),
    row("nnp-off", &[], &[("/process/noNewPrivileges", "false")], &["no-new-privs"]),
    row("nnp-on", &[("/process/noNewPrivileges", "false")], &[("/process/noNewPrivileges", "true")], &["no-new-privs"]),
    row("root-writable", &[], &[("/root/readonly", "false")], &["root-filesystem"]),
    row("root-read-only", &[("/root/readonly", "false")], &[("/root/readonly", "true")], &["root-filesystem"]),
    row("host-pid", &[], &[("-namespace", "pid")], &["namespace-pid"]),
    row("host-net", &[], &[("-namespace", "network")], &["namespace-net"]),
    row("host-ipc", &[], &[("-namespace", "ipc")], &["namespace-ipc"]),
    row("host-uts", &[], &[("-namespace", "uts"), ("-hostname", "")], &["namespace-uts"]),
    row("host-cgroup", &[("+namespace", "cgroup")], &[("-namespace", "cgroup")], &["namespace-cgroup"]),
    row("host-user", &[("+user", "")], &[("-user", "")], &["namespace-user"]),
    row("uid", &[("/process/user", USER)], &[("/process/user/uid", "0")], &["uid"]),
    row("gid", &[("/process/user", USER)], &[("/process/user/gid", "0")], &["gid"]),
    row("group-more", &[("/process/user", USER)], &[("/process/user/additionalGids", "[2000,4]")], &["groups"]),
    row("group-less", &[("/process/user", USER)], &[("/process/user/additionalGids", "[]")], &["groups"]),
    row("unmasked", &[], &[("/linux/maskedPaths", "[]")], &["masked-paths"]),
    row("one-unmasked", &[("/linux/maskedPaths", r#"["/proc/timer_list","/proc/keys"]"#)], &[("/linux/maskedPaths", r#"["/proc/keys"]"#)], &["masked-paths"]),
    row("writable-proc-sys", &[], &[( "/linux/readonlyPaths", r#"["/proc/bus","/proc/fs","/proc/irq","/proc/sysrq-trigger"]"#, )], &["readonly-paths"]),
    row("mount-more", &[], &[("+mount", "ro")], &["mount-extra"]),
    row("mount-writable", &[("+mount", "ro")], &[("-mount", ""), ("+mount", "rw")], &["mount-writable"]),
    row("memory", &[("/linux/resources", LOW_LIMITS)], &[("/linux/resources/memory/limit", "134217728")], &["memory-limit"]),
    row("pids", &[("/linux/resources", LOW_LIMITS)], &[("/linux/resources/pids/limit", "128")], &["pids-limit"]),
    row("cpu", &[("/linux/resources", LOW_LIMITS)], &[("/linux/resources/cpu/quota", "100000")], &["cpu-limit"]),
    row("rlimit", &[( "/process/rlimits", r#"[{"type":"RLIMIT_NOFILE","hard":256,"soft":128}]"#, )], &[( "/process/rlimits", r#"[{"type":"RLIMIT_NOFILE","hard":512,"soft":128}]"#, )], &["rlimit"]),
    row("device-more", &[], &[("/linux/devices", DEVICE)], &["device-extra"]),
    row("device-declared", &[("/linux/devices", DEVICE)], &[("/process/noNewPrivileges", "false")], &["no-new-privs"]),
    row("sysctl", &[("/linux/sysctl", r#"{"net.ipv4.ip_local_port_range":"2000 3000","kernel.msgmax":"9000"}"#)], &[("/linux/sysctl/net.ipv4.ip_local_port_range", r#""2000 4000""#)], &["sysctl"]),
    row("sysctl-gone", &[("/linux/sysctl", r#"{"net.ipv4.ip_unprivileged_port_start":"0"}"#)], &[("/linux/sysctl", "{}")], &["sysctl"]),
    row("everything-off", &[("/process/user", USER)], &[("/process/noNewPrivileges", "false"), ("/root/readonly", "false"), ("-namespace", "ipc")], &["namespace-ipc", "no-new-privs", "root-filesystem"]),
    row("oom", &[("/process/oomScoreAdj", "500")], &[("/process/oomScoreAdj", "100")], &["oom-score-adj"]),
    row("seccomp-off", &[("/linux/seccomp", NO_KEYCTL)], &[("-seccomp", "")], &["seccomp-mode"]),
    row("seccomp-on", &[], &[("/linux/seccomp", NO_KEYCTL)], &["seccomp-mode"]),
    row("seccomp-weaker", &[("/linux/seccomp", NO_BPF)], &[("/linux/seccomp", NO_KEYCTL)], &["seccomp-verdicts"]),
    row("seccomp-errno", &[("/linux/seccomp", NO_KEYCTL)], &[("/linux/seccomp", NO_KEYCTL_ENOSYS)], &["seccomp-verdicts"])
];
