//! The file tree: its root, what protects it, what of the host is in it.

use std::os::unix::ffi::OsStrExt;

use super::Observer;
use super::status::lifted_by;
use super::{devices, host_paths, protected, sensitive, sockets};
use crate::confinement::{Filesystem, Mount, Namespaces, Reading};

/// Reads the filesystem noun.
pub(super) fn filesystem(o: &Observer<'_>, namespaces: &Namespaces) -> Filesystem {
    let (runtime_sockets, runtime_sockets_denied) = sockets::runtime_sockets(o);
    Filesystem {
        root: root(o),
        masked: protected::masked(o),
        readonly: protected::readonly(o),
        sensitive: sensitive::sensitive(o),
        host_paths: host_paths::host_paths(o, namespaces),
        devices: devices::devices(o),
        runtime_sockets,
        runtime_sockets_denied,
        mount_count: match o.mounts() {
            Ok(mounts) => Reading::Known(u32::try_from(mounts.len()).unwrap_or(u32::MAX)),
            Err(error) => error.denied(lifted_by(error)),
        },
    }
}

fn root(o: &Observer<'_>) -> Reading<Mount> {
    match o.mounts() {
        Err(error) => error.denied(lifted_by(error)),
        Ok(mounts) => match mounts.of(b"/") {
            Some(entry) => Reading::Known(entry.mount.clone()),
            None => Reading::denied(
                "read",
                o.pid_dir.path().join("mountinfo").as_os_str().as_bytes(),
                None,
                "a root directory that is a mount point: this one was entered with chroot(2)",
            ),
        },
    }
}
