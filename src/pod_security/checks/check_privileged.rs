//! No container may be privileged: that switches most of its confinement off.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.privileged`
//!
//! Allowed values: undefined, false.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "privileged",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let bad = pod.containers_where(|c| c.security_context.and_then(|s| s.privileged) == Some(true));
    (!bad.is_empty()).then(|| {
        (
            "privileged".to_owned(),
            format!(
                "{} must not set securityContext.privileged=true",
                wording::containers(&bad)
            ),
        )
    })
}
