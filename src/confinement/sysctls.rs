//! The kernel settings that belong to the process's own namespaces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// One setting of a namespace, `sysctl(8)`: ipc's `kernel.shm*`, `kernel.msg*`, `kernel.sem`
/// and `fs.mqueue.*`, net's `net.*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamespacedSysctl {
    /// Its name, such as `net.ipv4.ip_forward`.
    pub name: String,
    /// Its value, numbers of a list parted by tabs; `Absent` where this kernel has no such setting.
    pub value: Reading<Text>,
}
