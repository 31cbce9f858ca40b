//! The node's network, pid and IPC namespaces may not be shared.
//!
//! Restricted fields:
//! - `spec.hostNetwork`
//! - `spec.hostPID`
//! - `spec.hostIPC`
//!
//! Allowed values: undefined, false.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "hostNamespaces",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let shared: Vec<&str> = [
        (pod.spec.host_network, "hostNetwork=true"),
        (pod.spec.host_pid, "hostPID=true"),
        (pod.spec.host_ipc, "hostIPC=true"),
    ]
    .into_iter()
    .filter_map(|(field, text)| (field == Some(true)).then_some(text))
    .collect();
    (!shared.is_empty()).then(|| ("host namespaces".to_owned(), wording::joined(shared)))
}
