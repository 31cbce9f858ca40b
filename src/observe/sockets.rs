//! Control sockets of container runtimes: looked at, never connected to.

use nix::sys::stat::SFlag;

use super::Observer;
use super::access::writable;
use super::read_error::ReadError;
use crate::confinement::{Denial, Errno, RuntimeSocket, Text};

/// Where the runtimes put their sockets by default.
const PATHS: [(&str, &str); 10] = [
    ("/run/docker.sock", "docker"),
    ("/var/run/docker.sock", "docker"),
    ("/run/containerd/containerd.sock", "containerd"),
    ("/run/docker/containerd/containerd.sock", "containerd"),
    ("/run/k3s/containerd/containerd.sock", "containerd"),
    ("/run/crio/crio.sock", "cri-o"),
    ("/var/run/crio/crio.sock", "cri-o"),
    ("/run/podman/podman.sock", "podman"),
    ("/run/cri-dockerd.sock", "docker"),
    ("/var/run/cri-dockerd.sock", "docker"),
];

/// File names that give a socket away wherever it is mounted.
const NAMES: [(&str, &str); 4] = [
    ("docker.sock", "docker"),
    ("containerd.sock", "containerd"),
    ("crio.sock", "cri-o"),
    ("podman.sock", "podman"),
];

/// File systems that the kernel makes up, in which nothing can create a socket.
const SOCKETLESS: [&str; 6] = ["cgroup", "cgroup2", "devpts", "mqueue", "proc", "sysfs"];

/// Whether there is a directory; most mounts that runtimes make are files.
fn is_dir(o: &Observer<'_>, path: &[u8]) -> bool {
    o.stat(path)
        .is_ok_and(|stat| SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR)
}

/// Those that are there, at their usual paths or mounted somewhere else; and why one of these
/// places could not be looked at.
pub(super) fn runtime_sockets(o: &Observer<'_>) -> (Vec<RuntimeSocket>, Option<Denial>) {
    let mut candidates: Vec<(Vec<u8>, &str)> = PATHS
        .iter()
        .map(|(path, runtime)| (path.as_bytes().to_vec(), *runtime))
        .collect();
    if let Some(uid) = super::identity::identity(o).uid.known() {
        let path = format!("/run/user/{}/podman/podman.sock", uid.real);
        candidates.push((path.into_bytes(), "podman"));
    }
    for entry in o.mounts().iter().flat_map(|mounts| mounts.iter()) {
        let mount = &entry.mount;
        if SOCKETLESS.iter().any(|fstype| mount.fstype == **fstype) {
            continue;
        }
        let below = if is_dir(o, mount.mount_point.as_bytes()) {
            &PATHS[..]
        } else {
            &[]
        };
        for (name, runtime) in NAMES {
            // A socket mounted as a file, by its own or another name.
            if mount.root.as_bytes().ends_with(name.as_bytes()) {
                candidates.push((mount.mount_point.as_bytes().to_vec(), runtime));
            }
            // Or the host's /run, or its root, mounted as a directory.
            for (path, of) in below.iter().filter(|(_, of)| *of == runtime) {
                let mut inside = mount.mount_point.as_bytes().to_vec();
                if inside == b"/" || !path.ends_with(name) {
                    continue;
                }
                let below = path
                    .strip_prefix("/run")
                    .filter(|_| mount.fstype == *"tmpfs");
                inside.extend_from_slice(below.unwrap_or(path).as_bytes());
                candidates.push((inside, of));
            }
        }
    }
    let mut seen = Vec::new();
    let mut sockets = Vec::new();
    let mut denied = None;
    for (path, runtime) in candidates {
        let stat = match o.stat(&path) {
            Ok(stat) => stat,
            Err(error) => {
                if denied.is_none() && may_hide(o, &error) {
                    denied = error.denied::<()>(o.file_lift(&error)).denial().cloned();
                }
                continue;
            }
        };
        let kind = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT;
        if kind != SFlag::S_IFSOCK || seen.contains(&(stat.st_dev, stat.st_ino)) {
            continue;
        }
        seen.push((stat.st_dev, stat.st_ino));
        sockets.push(RuntimeSocket {
            connectable: writable(o, &path),
            path: Text::from(path),
            runtime: runtime.to_owned(),
        });
    }
    (sockets, denied)
}

/// Whether there may be a socket all the same. What the process itself may not reach is none
/// for it.
fn may_hide(o: &Observer<'_>, error: &ReadError) -> bool {
    let out_of_reach = o.is_live_self() && error.errno == Errno::EACCES;
    !error.is_missing() && !out_of_reach
}
