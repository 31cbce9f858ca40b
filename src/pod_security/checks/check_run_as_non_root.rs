//! Containers must be required to run as another user than root, unless in a user namespace.
//!
//! Restricted fields:
//! - `spec.securityContext.runAsNonRoot`
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.runAsNonRoot`
//!
//! Allowed values: true; undefined in a container where the Pod has true; since v1.35
//! any where `spec.hostUsers` is false (KEP-127).

use crate::pod_security::pod::Container;
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "runAsNonRoot",
    level: Level::Restricted,
    revisions: &[
        Revision {
            since: 0,
            check: v1_0,
            overrides: &[],
        },
        Revision {
            since: 35,
            check: v1_35,
            overrides: &[],
        },
    ],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let of_pod = pod.security_context().and_then(|s| s.run_as_non_root);
    let of_container = |c: &Container<'_>| c.security_context.and_then(|s| s.run_as_non_root);
    let explicit = pod.containers_where(|c| of_container(c) == Some(false));
    let implicit = pod.containers_where(|c| of_container(c).is_none() && of_pod != Some(true));
    let detail = if let Some(setters) = wording::setters(of_pod == Some(false), &explicit) {
        format!("{setters} must not set securityContext.runAsNonRoot=false")
    } else if implicit.is_empty() {
        return None;
    } else {
        format!(
            "pod or {} must set securityContext.runAsNonRoot=true",
            wording::containers(&implicit)
        )
    };
    Some(("runAsNonRoot != true".to_owned(), detail))
}

fn v1_35(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.has_user_namespace() {
        None
    } else {
        v1_0(pod)
    }
}
