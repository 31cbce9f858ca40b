//! A seccomp profile must be asked for.
//!
//! Restricted fields:
//! - `spec.securityContext.seccompProfile.type`
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.seccompProfile.type`
//!
//! Allowed values: `RuntimeDefault`, `Localhost`; undefined in a container where the Pod has one.
//!
//! Since v1.19; since v1.25 a Pod whose `spec.os.name` is `windows` passes.

use super::check_seccomp_profile_baseline::{
    is_allowed, type_of_container, type_of_pod, v1_19 as baseline,
};
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "seccompProfile_restricted",
    level: Level::Restricted,
    revisions: &[
        Revision {
            since: 19,
            check: v1_19,
            overrides: &["seccompProfile_baseline"],
        },
        Revision {
            since: 25,
            check: v1_25,
            overrides: &["seccompProfile_baseline"],
        },
    ],
};

fn v1_19(pod: Pod<'_>) -> Option<(String, String)> {
    if let Some(violation) = baseline(pod) {
        return Some(violation);
    }
    let set_for_all = type_of_pod(pod).is_some_and(is_allowed);
    let bad = pod.containers_where(|c| !set_for_all && type_of_container(c).is_none());
    (!bad.is_empty()).then(|| {
        (
            "seccompProfile".to_owned(),
            format!(
                "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
                wording::containers(&bad)
            ),
        )
    })
}

fn v1_25(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.is_windows() { None } else { v1_19(pod) }
}
