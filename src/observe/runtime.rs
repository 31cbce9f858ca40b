//! The runtime noun: sandbox, manager, container and Pod.

use super::Observer;
use super::credentials::Found;
use super::evidence::{Evidence, Place};
use super::kubernetes;
use super::sandbox::sandbox;
use crate::confinement::{Claim, Filesystem, Manager, Namespaces, Reading, Runtime, Text};

/// Concludes the runtime noun from everything else.
pub(super) fn runtime(
    o: &Observer<'_>,
    namespaces: &Namespaces,
    filesystem: &Filesystem,
    credentials: &Found,
) -> Runtime {
    let e = Evidence::gather(o, namespaces, filesystem);
    let manager = manager(&e);
    let pod = kubernetes::pod(&e, credentials.claims());
    Runtime {
        sandbox: sandbox(&e, manager.value),
        container_id: container_id(&e),
        kubernetes: pod.kubernetes,
        pod_name: pod.name,
        pod_namespace: pod.namespace,
        pod_uid: pod.uid,
        manager,
    }
}

/// The manager whose own mark is seen; where marks differ, the first and strongest.
fn manager(e: &Evidence<'_>) -> Claim<Manager> {
    let mut seen: Vec<(Manager, String)> = Vec::new();
    if let Some(path) = &e.container
        && let Some(manager) = path.manager
    {
        seen.push((manager, format!("cgroup path {}", path.prefix)));
    }
    if let Ok(bytes) = e.o.files.read("run/.containerenv") {
        let engine = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
        if engine(b"engine=\"podman") {
            seen.push((Manager::Podman, "/run/.containerenv names podman".into()));
        } else if engine(b"engine=\"buildah") {
            seen.push((Manager::Buildah, "/run/.containerenv names buildah".into()));
        }
    }
    match e.env("container") {
        Some(b"podman") => seen.push((Manager::Podman, "environment has container=podman".into())),
        Some(b"lxc") => seen.push((Manager::Lxc, "environment has container=lxc".into())),
        Some(b"systemd-nspawn") => {
            seen.push((
                Manager::Systemd,
                "environment has container=systemd-nspawn".into(),
            ));
        }
        _ => {}
    }
    if e.exists("/.dockerenv") && e.root_is_made() && !e.all_initial() {
        seen.push((Manager::Docker, "/.dockerenv is there".into()));
    }
    for (word, manager) in [
        ("/docker/containers/", Manager::Docker),
        ("/docker/overlay2/", Manager::Docker),
        ("io.containerd.snapshotter.", Manager::Containerd),
        ("io.containerd.grpc.v1.cri", Manager::Containerd),
    ] {
        if e.all_initial() {
            break; // the host sees every container's mounts
        }
        if let Some(at) = e.mount_with(word) {
            seen.push((manager, format!("the mount at {at} names {word}")));
        }
    }
    let first = seen.first().map(|(manager, _)| *manager);
    if first.is_none() {
        return Claim {
            value: None,
            evidence: e.no_sign(
                &[
                    ("cgroup path", Place::CgroupPath),
                    ("file", Place::Files),
                    ("variable", Place::Environment),
                    ("mount", Place::Mounts),
                ],
                "names a manager",
            ),
        };
    }
    Claim {
        value: first,
        evidence: seen
            .into_iter()
            .filter(|(manager, _)| Some(*manager) == first)
            .map(|(_, evidence)| evidence)
            .collect(),
    }
}

fn container_id(e: &Evidence<'_>) -> Reading<Text> {
    if let Some(path) = &e.container {
        return Reading::Known(path.id.clone());
    }
    for entry in e.o.mounts().iter().flat_map(|m| m.iter()) {
        for dir in ["/docker/containers/", "/overlay-containers/"] {
            if let Some(id) = id_below(entry.mount.root.as_bytes(), dir.as_bytes()) {
                return Reading::Known(id.into());
            }
        }
    }
    if e.all_initial() {
        return Reading::absent("every namespace is the machine's initial one: no container");
    }
    Reading::denied(
        "none",
        "cgroup",
        None,
        "a look from outside the cgroup namespace, or a runtime that mounts files out of a directory with the id",
    )
}

/// The 64 hexadecimal digits that follow a directory's name in a path.
fn id_below<'a>(path: &'a [u8], dir: &[u8]) -> Option<&'a [u8]> {
    let at = path.windows(dir.len()).position(|w| w == dir)?;
    let rest = path.get(at + dir.len()..)?;
    let id = rest.split(|b| *b == b'/').next()?;
    (id.len() == 64 && id.iter().all(u8::is_ascii_hexdigit)).then_some(id)
}
