//! The paths that OCI runtimes mask and make read-only by default.

use super::Observer;
use super::access::refused_as;
use super::mountinfo::Mounts;
use super::status::lifted_by;
use crate::confinement::{ProtectedPath, Protection, Reading};

/// Masked by moby (`oci/defaults.go`), containerd (`pkg/oci`) and CRI-O; `thermal_throttle`
/// paths, one a processor, are left out.
const MASKED: [&str; 12] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

/// The masked ones, as they are here.
pub(super) fn masked(o: &Observer<'_>) -> Vec<ProtectedPath> {
    MASKED.iter().map(|path| protected(o, path)).collect()
}

/// The read-only ones, as they are here.
pub(super) fn readonly(o: &Observer<'_>) -> Vec<ProtectedPath> {
    ProtectedPath::READ_ONLY
        .iter()
        .map(|path| protected(o, path))
        .collect()
}

fn protected(o: &Observer<'_>, path: &str) -> ProtectedPath {
    let state = match o.mounts() {
        Ok(mounts) => state(o, mounts, path),
        Err(error) => error.denied(lifted_by(error)),
    };
    ProtectedPath {
        path: path.to_owned(),
        state,
    }
}

fn state(o: &Observer<'_>, mounts: &Mounts, path: &str) -> Reading<Protection> {
    let Some(entry) = mounts.of(path.as_bytes()) else {
        return refused_as::<(), _>(&Reading::denied(
            "read",
            o.pid_dir
                .path()
                .join("mountinfo")
                .as_os_str()
                .as_encoded_bytes(),
            None,
            "a mount table that has the process's root: its root directory is no mount point",
        ));
    };
    let mount = &entry.mount;
    // A mount on the path itself shows that the path exists, whatever can be seen of it.
    if mount.mount_point == *path {
        let fstype = mount.fstype.as_bytes();
        if matches!(fstype, b"tmpfs" | b"devtmpfs") && mount.root.as_bytes().ends_with(b"/null") {
            return Reading::Known(Protection::Masked);
        }
        // What is not the kernel's own here hides it: a tmpfs, or firejail's empty files.
        if !matches!(fstype, b"proc" | b"sysfs") {
            return Reading::Known(if mount.read_only || mount.super_read_only {
                Protection::Masked
            } else {
                Protection::MaskedWritable
            });
        }
    } else if let Err(error) = o.stat(path.as_bytes()) {
        if error.is_missing() && o.options.live {
            return Reading::absent(format!("there is no {path} here"));
        }
        return error.denied(o.file_lift(&error));
    }
    Reading::Known(if mount.read_only || mount.super_read_only {
        Protection::ReadOnly
    } else {
        Protection::None
    })
}
