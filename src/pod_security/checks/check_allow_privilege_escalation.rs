//! No program may gain more privileges than the one that starts it: set-user-ID has no effect.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.allowPrivilegeEscalation`
//!
//! Allowed values: false.
//!
//! Since v1.8, when the field came; since v1.25 a Pod whose `spec.os.name` is
//! `windows` passes, as the field means nothing there.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "allowPrivilegeEscalation",
    level: Level::Restricted,
    revisions: &[
        Revision {
            since: 8,
            check: v1_8,
            overrides: &[],
        },
        Revision {
            since: 25,
            check: v1_25,
            overrides: &[],
        },
    ],
};

fn v1_8(pod: Pod<'_>) -> Option<(String, String)> {
    let bad = pod.containers_where(|c| {
        let allow = c
            .security_context
            .and_then(|s| s.allow_privilege_escalation);
        allow != Some(false)
    });
    (!bad.is_empty()).then(|| {
        (
            "allowPrivilegeEscalation != false".to_owned(),
            format!(
                "{} must set securityContext.allowPrivilegeEscalation=false",
                wording::containers(&bad)
            ),
        )
    })
}

fn v1_25(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.is_windows() { None } else { v1_8(pod) }
}
