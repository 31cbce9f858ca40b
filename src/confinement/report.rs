//! What a report holds, whatever its format.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Capabilities, Cgroup, Credentials, Filesystem, Identity, Kernel, Limits, Lsm, NamespacedSysctl,
    Namespaces, Process, Reading, Runtime, Seccomp, Text,
};

/// The version of the JSON report. Within one version fields are added, never renamed.
pub const SCHEMA: &str = "amiconfined/v1";

/// The confinement of one process, every noun of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confinement {
    /// Which process.
    pub process: Process,
    /// User and group ids.
    pub identity: Identity,
    /// Capability sets.
    pub capabilities: Capabilities,
    /// Namespaces.
    pub namespaces: Namespaces,
    /// Security modules.
    pub lsm: Lsm,
    /// Seccomp.
    pub seccomp: Seccomp,
    /// File tree.
    pub filesystem: Filesystem,
    /// Control groups.
    pub cgroup: Cgroup,
    /// Resource limits.
    pub limits: Limits,
    /// Runtime and sandbox.
    pub runtime: Runtime,
    /// Credentials that are mounted in.
    pub credentials: Credentials,
    /// The kernel.
    pub kernel: Kernel,
    /// Kernel settings of its own namespaces; empty for another process than the reader, since
    /// `/proc/sys` shows the reader's.
    #[serde(default)]
    pub sysctls: Vec<NamespacedSysctl>,
}

/// A report about one process, as `inspect` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// This tool's version.
    pub tool_version: String,
    /// When it was made: RFC 3339, UTC.
    pub time: String,
    /// The node's name (`uname -n`); in a container usually the Pod's or container's.
    pub node: Reading<Text>,
    /// What was found.
    pub confinement: Confinement,
}
