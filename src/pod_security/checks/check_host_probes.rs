//! Probes and lifecycle handlers may not make the kubelet reach out to a host of the Pod's choice.
//!
//! Restricted fields, of every container:
//! - `{livenessProbe,readinessProbe,startupProbe}.{httpGet,tcpSocket}.host`
//! - `lifecycle.{postStart,preStop}.{httpGet,tcpSocket}.host`
//!
//! Allowed values: undefined, empty.
//!
//! Since v1.34 (KEP-4940).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{HTTPGetAction, TCPSocketAction};

use crate::pod_security::pod::Container;
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "hostProbesAndHostLifecycle",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 34,
        check: v1_34,
        overrides: &[],
    }],
};

fn hosts(container: Container<'_>) -> impl Iterator<Item = &str> {
    type Actions<'a> = (Option<&'a HTTPGetAction>, Option<&'a TCPSocketAction>);
    let probes = container.probes.into_iter().flatten();
    let actions = probes
        .map(|p| -> Actions<'_> { (p.http_get.as_ref(), p.tcp_socket.as_ref()) })
        .chain(
            container
                .handlers()
                .map(|h| (h.http_get.as_ref(), h.tcp_socket.as_ref())),
        );
    actions
        .flat_map(|(http, tcp)| {
            [
                http.and_then(|h| h.host.as_deref()),
                tcp.and_then(|t| t.host.as_deref()),
            ]
        })
        .flatten()
        .filter(|host| !host.is_empty())
}

fn v1_34(pod: Pod<'_>) -> Option<(String, String)> {
    // Upstream keeps a set of names here: sorted, and each name once.
    let bad: BTreeSet<&str> = pod
        .containers_where(|c| hosts(*c).next().is_some())
        .into_iter()
        .collect();
    let hosts: BTreeSet<&str> = pod.containers().flat_map(hosts).collect();
    (!bad.is_empty()).then(|| {
        (
            "probe or lifecycle host".to_owned(),
            format!(
                "{} {} {} {} {}",
                wording::plural("container", "containers", bad.len()),
                wording::quoted(&bad),
                wording::plural("uses", "use", bad.len()),
                wording::plural(
                    "probe or lifecycle host",
                    "probe or lifecycle hosts",
                    hosts.len()
                ),
                wording::quoted(&hosts)
            ),
        )
    })
}
