//! No part of the node's file tree is mounted, beside what every runtime and the kubelet mount.

use super::{Found, Verdict, unknown};
use crate::confinement::{Confinement, Mount, Reading};

/// Where runtimes and the kubelet mount files of their own making.
const RUNTIME_MOUNT_POINTS: [&str; 7] = [
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/dev/shm",
    "/dev/termination-log",
    "/run/.containerenv",
    "/run/secrets",
];

pub(super) fn judge(confinement: &Confinement) -> Found {
    let reading = &confinement.filesystem.host_paths;
    if let Reading::Absent { why } = reading {
        return (Verdict::Fails, format!("the node's whole file tree: {why}"));
    }
    let Some(mounts) = reading.known() else {
        return unknown("the mount table", reading);
    };
    let mut foreign = mounts.iter().filter(|mount| !is_given(mount));
    match foreign.next() {
        None => (
            Verdict::Keeps,
            "no part of the node's file tree is mounted".to_owned(),
        ),
        Some(mount) => {
            let more = match foreign.count() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!(
                "{} of the node's {} is mounted at {}{more}",
                mount.root, mount.fstype, mount.mount_point
            );
            (Verdict::Fails, text)
        }
    }
}

/// Whether a mount is the runtime's own, or a volume that the kubelet made for the Pod.
fn is_given(mount: &Mount) -> bool {
    let point = mount.mount_point.to_lossy();
    let root = mount.root.to_lossy();
    // `pods/<uid>/volumes/kubernetes.io~empty-dir/...` and the like; a hostPath has the
    // node's own path as its root.
    let kubelet = root.split_once("/pods/").is_some_and(|(_, rest)| {
        rest.split_once('/').is_some_and(|(_, below)| {
            below.starts_with("volumes/kubernetes.io~") || below.starts_with("volume-subpaths/")
        })
    });
    kubelet || RUNTIME_MOUNT_POINTS.contains(&point.as_ref())
}
