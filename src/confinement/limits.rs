//! Resource limits, `getrlimit(2)`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;

/// The process's resource limits and its standing with the OOM killer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// One entry for each line of `/proc/PID/limits` (since Linux 2.6.24).
    pub rlimits: Reading<Vec<Rlimit>>,
    /// `/proc/PID/oom_score_adj`: −1000 is never killed, 1000 is killed first (since Linux 2.6.36).
    pub oom_score_adj: Reading<i32>,
}

/// One resource limit; `null` is unlimited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rlimit {
    /// The kernel's words for it, such as `Max open files`.
    pub name: String,
    /// What is enforced now.
    pub soft: Option<u64>,
    /// What the process may raise it to.
    pub hard: Option<u64>,
}
