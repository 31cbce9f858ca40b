//! The kernel that confines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};
use crate::syscalls::Release;

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

impl Kernel {
    /// Its release by number, where that is known and begins with one.
    pub fn number(&self) -> Option<Release> {
        Release::from_uname(&self.release.known()?.to_lossy())
    }
}
