//! Every capability must be dropped; only `NET_BIND_SERVICE` may be added.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.capabilities.drop`:
//!   must have `ALL`, spelt exactly so;
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.capabilities.add`:
//!   allowed are undefined, empty and `NET_BIND_SERVICE`.
//!
//! Since v1.22; since v1.25 a Pod whose `spec.os.name` is `windows` passes.

use std::collections::BTreeSet;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "capabilities_restricted",
    level: Level::Restricted,
    revisions: &[
        Revision {
            since: 22,
            check: v1_22,
            overrides: &["capabilities_baseline"],
        },
        Revision {
            since: 25,
            check: v1_25,
            overrides: &["capabilities_baseline"],
        },
    ],
};

fn v1_22(pod: Pod<'_>) -> Option<(String, String)> {
    let keep_some =
        pod.containers_where(|c| !c.dropped_capabilities().iter().any(|name| name == "ALL"));
    let forbidden = |name: &&String| name.as_str() != "NET_BIND_SERVICE";
    let add_some = pod.containers_where(|c| c.added_capabilities().iter().any(|n| forbidden(&n)));
    let names: BTreeSet<&String> = pod
        .containers()
        .flat_map(|c| c.added_capabilities())
        .filter(forbidden)
        .collect();

    let mut details = Vec::new();
    if !keep_some.is_empty() {
        details.push(format!(
            "{} must set securityContext.capabilities.drop=[\"ALL\"]",
            wording::containers(&keep_some)
        ));
    }
    if !add_some.is_empty() {
        details.push(format!(
            "{} must not include {} in securityContext.capabilities.add",
            wording::containers(&add_some),
            wording::quoted(names)
        ));
    }
    (!details.is_empty()).then(|| ("unrestricted capabilities".to_owned(), details.join("; ")))
}

fn v1_25(pod: Pod<'_>) -> Option<(String, String)> {
    if pod.is_windows() { None } else { v1_22(pod) }
}
