//! Root may not be asked for as the user, unless in a user namespace.
//!
//! Restricted fields:
//! - `spec.securityContext.runAsUser`
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.runAsUser`
//!
//! Allowed values: undefined, any but 0; since v1.35 any where `spec.hostUsers` is false (KEP-127).
//!
//! Since v1.23.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "runAsUser",
    level: Level::Restricted,
    revisions: &[
        Revision {
            since: 23,
            check: v1_23,
            overrides: &[],
        },
        Revision {
            since: 35,
            check: v1_35,
            overrides: &[],
        },
    ],
};

fn v1_23(pod: Pod<'_>) -> Option<(String, String)> {
    let of_pod = pod.security_context().and_then(|s| s.run_as_user);
    let bad = pod.containers_where(|c| c.security_context.and_then(|s| s.run_as_user) == Some(0));
    let setters = wording::setters(of_pod == Some(0), &bad)?;
    Some((
        "runAsUser=0".to_owned(),
        format!("{setters} must not set runAsUser=0"),
    ))
}

fn v1_35(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.has_user_namespace() {
        None
    } else {
        v1_23(pod)
    }
}
