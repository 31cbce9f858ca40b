//! No capability may be added beyond those that runtimes give by default; of these, `NET_RAW` neither.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.capabilities.add`
//!
//! Allowed values: undefined, empty, and the names in [`ALLOWED`], spelt exactly so.

use std::collections::BTreeSet;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

pub(super) const CHECK: Check = Check {
    id: "capabilities_baseline",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let forbidden = |name: &&String| !ALLOWED.contains(&name.as_str());
    let bad = pod.containers_where(|c| c.added_capabilities().iter().any(|n| forbidden(&n)));
    let names: BTreeSet<&String> = pod
        .containers()
        .flat_map(|c| c.added_capabilities())
        .filter(forbidden)
        .collect();
    (!bad.is_empty()).then(|| {
        (
            "non-default capabilities".to_owned(),
            format!(
                "{} must not include {} in securityContext.capabilities.add",
                wording::containers(&bad),
                wording::quoted(names)
            ),
        )
    })
}
