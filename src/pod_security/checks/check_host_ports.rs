//! No port of the node may be taken.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].ports[*].hostPort`
//!
//! Allowed values: undefined, 0.

use std::collections::BTreeSet;

use crate::pod_security::pod::Container;
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "hostPorts",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn host_ports(container: Container<'_>) -> impl Iterator<Item = i32> {
    container
        .ports
        .iter()
        .filter_map(|port| port.host_port)
        .filter(|port| *port != 0)
}

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let bad = pod.containers_where(|c| host_ports(*c).next().is_some());
    // Sorted as texts, as upstream does: "443" before "80".
    let ports: BTreeSet<String> = pod
        .containers()
        .flat_map(host_ports)
        .map(|port| port.to_string())
        .collect();
    (!bad.is_empty()).then(|| {
        (
            "hostPort".to_owned(),
            format!(
                "{} {} {} {}",
                wording::containers(&bad),
                wording::plural("uses", "use", bad.len()),
                wording::plural("hostPort", "hostPorts", ports.len()),
                wording::joined(&ports)
            ),
        )
    })
}
