//! Which process a report is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// The process that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// Its id in the reader's pid namespace; 0 where it is the reader, and a filter keeps that from
    /// learning it.
    pub pid: u32,
    /// Whether the reader looked at itself.
    pub is_self: bool,
    /// Its name (`/proc/PID/comm`): chosen by the process itself.
    pub comm: Reading<Text>,
    /// Its parent's id; 0 where the parent is outside the pid namespace.
    pub parent: Reading<u32>,
    /// The id of its tracer; 0 for none.
    pub tracer: Reading<u32>,
    /// Start time in clock ticks since boot: with the pid it names the process for good.
    pub start_ticks: Reading<u64>,
}
