//! What the kernel answered when a syscall was let through with harmless arguments.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Errno;

/// The kernel's own answer to one call that was executed: a call that the tables clear,
/// because its arguments change nothing whoever makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Executed {
    /// It succeeded: no layer stands in the way.
    Succeeded,
    /// It came as far as its arguments were looked at, and they are wrong on purpose: no
    /// layer stands in the way. The error is theirs.
    Reached(Errno),
    /// A layer refused it, or the kernel has no such call.
    Refused(Errno),
    /// It was not executed.
    NotExecuted(String),
}

impl fmt::Display for Executed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded => f.write_str("reached: it succeeded, and changed nothing"),
            Self::Reached(errno) => write!(f, "reached: {errno} for arguments wrong on purpose"),
            Self::Refused(errno) => write!(f, "refused with {errno}"),
            Self::NotExecuted(why) => write!(f, "not executed: {why}"),
        }
    }
}
