//! Kernel settings of the process's own namespaces.
//!
//! `/proc/sys` shows whoever opens a file the settings of the opener's own namespaces
//! (`net/sysctl_net.c`, `ipc/ipc_sysctl.c`): only this process's own can be read.

use super::{Observer, ProcRoot, ReadError};
use crate::confinement::{Errno, NamespacedSysctl, Reading, Text};

/// Settings that Pods and containers are given: those that Kubernetes calls safe, and those
/// of the ipc and net namespaces that runtimes set besides.
const NAMES: [&str; 34] = [
    "fs.mqueue.msg_default",
    "fs.mqueue.msg_max",
    "fs.mqueue.msgsize_default",
    "fs.mqueue.msgsize_max",
    "fs.mqueue.queues_max",
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shm_rmid_forced",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "net.core.somaxconn",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.all.src_valid_mark",
    "net.ipv4.ip_forward",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
    "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
];

/// Reads them; none for another process, whose namespaces need not be the reader's.
pub(super) fn sysctls(o: &Observer<'_>) -> Vec<NamespacedSysctl> {
    if !o.is_live_self() {
        return Vec::new();
    }
    let sys = o.genuine_sysctls();
    NAMES
        .iter()
        .map(|name| NamespacedSysctl {
            name: (*name).to_owned(),
            value: one(o, sys.as_ref(), name),
        })
        .collect()
}

/// Reads one, of the kernel's own files where it is one of them: those need no look first.
fn one(o: &Observer<'_>, sys: Option<&ProcRoot>, name: &str) -> Reading<Text> {
    let path = name.replace('.', "/");
    let own = sys.map(|sys| sys.read(&path));
    let mounted_over = |error: &ReadError| error.errno == Errno(nix::libc::EXDEV);
    let read = match own {
        Some(read) if !read.as_ref().is_err_and(mounted_over) => read,
        _ => o.proc.read(format!("sys/{path}")),
    };
    match read {
        Ok(bytes) => Reading::Known(bytes.trim_ascii().into()),
        Err(error) => o.sysctl_missing(&error, "or this namespace has none of its own"),
    }
}
