//! What the runtime masks in /proc must stay masked, unless a user namespace stands before it.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.procMount`
//!
//! Allowed values: undefined, `Default`; since v1.35 any where `spec.hostUsers` is false (KEP-4265).

use std::collections::BTreeSet;

use crate::pod_security::pod::Container;
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "procMount",
    level: Level::Baseline,
    revisions: &[
        Revision {
            since: 0,
            check: unconditional,
            overrides: &[],
        },
        Revision {
            since: 35,
            check: v1_35,
            overrides: &[],
        },
    ],
};

fn forbidden_type(container: Container<'_>) -> Option<&str> {
    container
        .security_context
        .and_then(|s| s.proc_mount.as_deref())
        .filter(|t| *t != "Default")
}

/// The rule without its exception.
pub(super) fn unconditional(pod: Pod<'_>) -> Option<(String, String)> {
    let bad = pod.containers_where(|c| forbidden_type(*c).is_some());
    let types: BTreeSet<&str> = pod.containers().filter_map(forbidden_type).collect();
    (!bad.is_empty()).then(|| {
        (
            "procMount".to_owned(),
            format!(
                "{} must not set securityContext.procMount to {}",
                wording::containers(&bad),
                wording::quoted(types)
            ),
        )
    })
}

fn v1_35(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.has_user_namespace() {
        None
    } else {
        unconditional(pod)
    }
}
