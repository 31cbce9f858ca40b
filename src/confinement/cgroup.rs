//! Control groups, `cgroups(7)`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// The process's control groups and the limits they set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cgroup {
    /// Which hierarchies exist.
    pub version: Reading<CgroupVersion>,
    /// One entry for each hierarchy (`/proc/PID/cgroup`).
    pub paths: Reading<Vec<CgroupPath>>,
    /// Memory limit in bytes; `null` for none (`memory.max`, v1 `memory.limit_in_bytes`).
    pub memory_max: Reading<Option<u64>>,
    /// CPU quota; `null` for none (`cpu.max`, v1 `cpu.cfs_quota_us`).
    pub cpu_max: Reading<Option<CpuQuota>>,
    /// Limit of processes and threads; `null` for none (`pids.max`).
    pub pids_max: Reading<Option<u64>>,
    /// Whether the process may write its hierarchy.
    pub writable: Reading<super::Writable>,
    /// Whether there is a v1 hierarchy whose `release_agent` the process may set: a way to run
    /// anything as root on the host. Since Linux 5.17 that takes `CAP_SYS_ADMIN` of the
    /// initial user namespace besides a file that opens for writing.
    pub release_agent_writable: Reading<super::Writable>,
}

/// Which cgroup hierarchies exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CgroupVersion {
    /// v1 controllers only.
    V1,
    /// The unified hierarchy only (since Linux 4.5).
    V2,
    /// v1 controllers beside a unified hierarchy.
    Hybrid,
}

/// One line of `/proc/PID/cgroup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CgroupPath {
    /// Hierarchy number; 0 is v2.
    pub hierarchy: u32,
    /// v1 controllers or `name=…`; empty for v2.
    pub controllers: Text,
    /// Path below the hierarchy's root as the reader's cgroup namespace sees it.
    pub path: Text,
}

/// A CPU bandwidth limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CpuQuota {
    /// Run time in each period, in microseconds.
    pub quota_us: u64,
    /// Length of the period, in microseconds.
    pub period_us: u64,
}
