//! Only kernel settings that the Pod's namespaces keep from other Pods and the node may be changed.
//!
//! Restricted fields:
//! - `spec.securityContext.sysctls[*].name`
//!
//! Allowed values: the names in [`ALLOWED`], each from its version on.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

/// The settings that are allowed, each with the first version 1.N that has it.
const ALLOWED: [(&str, u64); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

const fn revision<const SINCE: u64>() -> Revision {
    Revision {
        since: SINCE,
        check: |pod| check(pod, SINCE),
        overrides: &[],
    }
}

pub(super) const CHECK: Check = Check {
    id: "sysctls",
    level: Level::Baseline,
    revisions: &[
        revision::<0>(),
        revision::<27>(),
        revision::<29>(),
        revision::<32>(),
        revision::<37>(),
    ],
};

fn check(pod: Pod<'_>, version: u64) -> Option<(String, String)> {
    let is_allowed = |name: &str| {
        ALLOWED
            .iter()
            .any(|(allowed, since)| *allowed == name && *since <= version)
    };
    let forbidden: Vec<&str> = pod
        .security_context()
        .and_then(|s| s.sysctls.as_deref())
        .unwrap_or_default()
        .iter()
        .map(|sysctl| sysctl.name.as_str())
        .filter(|name| !is_allowed(name))
        .collect();
    (!forbidden.is_empty()).then(|| ("forbidden sysctls".to_owned(), wording::joined(forbidden)))
}
