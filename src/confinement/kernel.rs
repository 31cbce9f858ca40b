//! The kernel that confines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// The kernel, as `uname(2)` and `/proc` tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kernel {
    /// `uname -r`; gVisor answers what it emulates.
    pub release: Reading<Text>,
    /// `uname -v`.
    pub version: Reading<Text>,
    /// `uname -m`.
    pub machine: Reading<Text>,
}
