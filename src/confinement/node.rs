//! What holds for a whole node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ContainerRecord, FilterStack, Kernel, Reading, RuntimeSocket, Text};

/// The version of a node's report. Within one version fields are added, never renamed.
pub const NODE_SCHEMA: &str = "amiconfined/node/v1";

/// A node and its containers, as `sweep --format json` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeReport {
    /// Always [`NODE_SCHEMA`].
    pub schema: String,
    /// This tool's version.
    pub tool_version: String,
    /// When it was made: RFC 3339, UTC.
    pub time: String,
    /// What holds for the whole node.
    pub node: Node,
    /// Its containers.
    pub containers: Vec<ContainerRecord>,
    /// How many processes are in no container.
    pub host_processes: u32,
    /// The seccomp filters of its containers, each distinct stack once, where they were dumped.
    #[serde(default)]
    pub filters: Vec<FilterStack>,
    /// Processes that were gone, or denied, before they could be placed.
    pub unplaced: u32,
}

/// What holds for the whole node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its name (`uname -n`).
    pub name: Reading<Text>,
    /// Its kernel.
    pub kernel: Kernel,
    /// Whether every process of the machine is seen. `Denied` where the `/proc` is of a pid
    /// namespace below the machine's: containers outside it are not in this report.
    #[serde(default = "not_told")]
    pub all_processes: Reading<bool>,
    /// Active security modules.
    pub lsm: Reading<Vec<Text>>,
    /// Settings that decide how well the kernel isolates.
    pub sysctls: Vec<Sysctl>,
    /// Control sockets of container runtimes.
    pub runtime_sockets: Vec<RuntimeSocket>,
}

/// In reports of before this was told.
fn not_told() -> Reading<bool> {
    Reading::absent("not told by the version that made this report")
}

/// One kernel setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sysctl {
    /// Its name, such as `kernel.kptr_restrict`.
    pub name: String,
    /// Its value.
    pub value: Reading<Text>,
    /// What its value gives away; `null` where it weakens nothing, or is not known.
    pub weakens: Option<String>,
}
