//! What annotations and labels say of who a container is.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::json;
use crate::confinement::{ContainerIdentity, ContainerKind, Manager, Reading, Text};

#[derive(Deserialize)]
struct Bundle {
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// Reads the annotations of a `config.json`.
pub(super) fn from_bundle(identity: &mut ContainerIdentity, bytes: &[u8]) {
    if let Some(bundle) = json::read::<Bundle>(bytes) {
        from_annotations(identity, &bundle.annotations.unwrap_or_default());
    }
}

/// Annotations of containerd (`io.kubernetes.cri`), CRI-O (`io.kubernetes.cri-o`), and
/// the labels that the kubelet gives (`io.kubernetes`), which cri-dockerd keeps.
pub(super) fn from_annotations(identity: &mut ContainerIdentity, all: &BTreeMap<String, String>) {
    let any = |names: &[&str]| names.iter().find_map(|name| all.get(*name));
    let fields: [(&mut Reading<Text>, &[&str]); 5] = [
        (
            &mut identity.pod_namespace,
            &[
                "io.kubernetes.cri.sandbox-namespace",
                "io.kubernetes.pod.namespace",
            ],
        ),
        (
            &mut identity.pod_name,
            &["io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"],
        ),
        (
            &mut identity.pod_uid,
            &["io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"],
        ),
        (
            &mut identity.container_name,
            &[
                "io.kubernetes.cri.container-name",
                "io.kubernetes.container.name",
            ],
        ),
        (
            &mut identity.image,
            &[
                "io.kubernetes.cri.image-name",
                "io.kubernetes.cri-o.ImageName",
            ],
        ),
    ];
    for (field, names) in fields {
        if let Some(value) = any(names) {
            *field = Reading::Known(value.as_str().into());
        }
    }
    let kinds = [
        "io.kubernetes.cri.container-type",
        "io.kubernetes.cri-o.ContainerType",
        "io.kubernetes.docker.type",
    ];
    match any(&kinds).map(String::as_str) {
        Some("container") => identity.kind = Reading::Known(ContainerKind::Workload),
        Some("sandbox" | "podsandbox") => identity.kind = Reading::Known(ContainerKind::Sandbox),
        _ => {}
    }
    let restarts = [
        "io.kubernetes.container.restartCount",
        "annotation.io.kubernetes.container.restartCount",
    ];
    if let Some(count) = any(&restarts).and_then(|count| count.parse().ok()) {
        identity.restart = Reading::Known(count);
    }
    match all.get("io.container.manager").map(String::as_str) {
        Some("cri-o") => identity.manager = Some(Manager::Crio),
        Some("libpod") => identity.manager = Some(Manager::Podman),
        _ => {}
    }
}
