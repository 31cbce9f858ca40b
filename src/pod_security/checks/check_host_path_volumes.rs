//! No part of the node's file tree may be mounted.
//!
//! Restricted fields:
//! - `spec.volumes[*].hostPath`
//!
//! Allowed values: undefined.

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "hostPathVolumes",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let bad: Vec<&str> = pod
        .spec
        .volumes
        .iter()
        .flatten()
        .filter(|volume| volume.host_path.is_some())
        .map(|volume| volume.name.as_str())
        .collect();
    (!bad.is_empty()).then(|| {
        (
            "hostPath volumes".to_owned(),
            format!(
                "{} {}",
                wording::plural("volume", "volumes", bad.len()),
                wording::quoted(&bad)
            ),
        )
    })
}
