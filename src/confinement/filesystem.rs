//! What of the file tree the process sees, and what of it may be written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Denial, Reading, Text};

/// The process's mounts, and what stands out among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filesystem {
    /// The mount at `/`.
    pub root: Reading<Mount>,
    /// Each path that the OCI runtimes mask by default, and what it is here.
    pub masked: Vec<ProtectedPath>,
    /// Each path that the OCI runtimes make read-only by default, and what it is here.
    pub readonly: Vec<ProtectedPath>,
    /// Paths that lead out of a container when they can be written.
    pub sensitive: Vec<SensitivePath>,
    /// Mounts that bring a part of the host's own file tree in.
    pub host_paths: Reading<Vec<Mount>>,
    /// Device nodes beyond those that every container has.
    pub devices: Reading<Vec<DeviceNode>>,
    /// Control sockets of container runtimes that were found.
    pub runtime_sockets: Vec<RuntimeSocket>,
    /// Why one of the places of such sockets could not be looked at, and may hold another;
    /// absent where all could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_sockets_denied: Option<Denial>,
    /// How many mounts the process sees.
    pub mount_count: Reading<u32>,
}

/// One mount, from `/proc/PID/mountinfo`, `proc_pid_mountinfo(5)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mount {
    /// Where it is mounted, as the process sees it.
    pub mount_point: Text,
    /// The directory of the file system that is mounted there; `/` for a whole one.
    pub root: Text,
    /// The file system's type.
    pub fstype: Text,
    /// The source, as given by whoever mounted it.
    pub source: Text,
    /// Whether this mount is read-only (field 6, per mount).
    pub read_only: bool,
    /// The mount's own options (field 6).
    pub options: Text,
    /// Whether the file system itself is read-only (super options).
    pub super_read_only: bool,
    /// Propagation: `shared:N`, `master:N`, `propagate_from:N`, `unbindable`; empty for private.
    pub propagation: Vec<Text>,
}

/// A path that runtimes protect by default, and what it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProtectedPath {
    /// The path.
    pub path: String,
    /// What it is here; `Absent` where this kernel or machine has no such path.
    pub state: Reading<Protection>,
}

impl ProtectedPath {
    /// Masked by every runtime since Kubernetes 1.20 (containerd `oci/spec.go`, moby
    /// `oci/defaults.go`); newer ones mask more.
    pub const MASKED_BY_ALL: [&str; 9] = [
        "/proc/acpi",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/proc/sched_debug",
        "/proc/scsi",
        "/sys/firmware",
    ];

    /// Made read-only by every runtime (the same files).
    pub const READ_ONLY: [&str; 5] = [
        "/proc/bus",
        "/proc/fs",
        "/proc/irq",
        "/proc/sys",
        "/proc/sysrq-trigger",
    ];
}

/// What protects a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Covered by what cannot be written: by `/dev/null` for a file, by an empty read-only
    /// tmpfs for a directory, or by another file system's file or directory.
    Masked,
    /// Covered, by a tmpfs most often, that can be written.
    MaskedWritable,
    /// Visible, on a read-only mount.
    ReadOnly,
    /// Visible, on a writable mount.
    None,
}

/// A path that leads out of a container when it can be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SensitivePath {
    /// The path.
    pub path: String,
    /// Whether the process may write it; with what decided that.
    pub writable: Reading<Writable>,
    /// What a writer could do with it.
    pub why: String,
}

/// Whether a path can be written, and what decides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Writable {
    /// Whether it can.
    pub writable: bool,
    /// What decides: `mount is read-only`, `mode 0644 owned by 0`, `faccessat2 says yes`.
    pub decided_by: String,
}

/// A device node found in the process's `/dev`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceNode {
    /// Its path.
    pub path: Text,
    /// Block device, else character device.
    pub block: bool,
    /// Major number.
    pub major: u64,
    /// Minor number.
    pub minor: u64,
}

/// A container runtime's control socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuntimeSocket {
    /// Its path.
    pub path: Text,
    /// Whose it is: `docker`, `containerd`, `cri-o`, `podman`.
    pub runtime: String,
    /// Whether permission bits let this process connect. It is never connected to.
    pub connectable: Reading<Writable>,
}
