//! What a filter answers.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The greatest errno that a filter can answer: `MAX_ERRNO` of
/// include/linux/err.h. `__seccomp_filter` caps greater ones to it.
pub const MAX_ERRNO: u16 = 4095;

const DATA: u32 = 0xffff;

/// The answer of a filter, as the kernel acts on it (kernel/seccomp.c,
/// `__seccomp_filter`). Data that the kernel does not look at is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The process dies by SIGSYS (since Linux 4.14).
    KillProcess,
    /// The thread dies by SIGSYS.
    KillThread,
    /// SIGSYS is sent, with this number in `si_errno`.
    Trap(u16),
    /// The call returns this errno, at most [`MAX_ERRNO`]; 0 is a faked success.
    Errno(u16),
    /// The listener decides (since Linux 5.0).
    UserNotif,
    /// The tracer decides and gets this number; without one the call returns
    /// ENOSYS.
    Trace(u16),
    /// The call runs and is logged (since Linux 4.14).
    Log,
    /// The call runs.
    Allow,
    /// An action that no kernel knows: the upper half of the return value. The
    /// process is killed, but the rank among several filters is that of the
    /// number.
    Unknown(u16),
}

impl Action {
    /// The action in a filter's 32-bit return value.
    #[must_use]
    pub fn from_raw(raw: u32) -> Self {
        let [_, _, low, high] = raw.to_le_bytes();
        let [d0, d1, _, _] = (raw & DATA).to_le_bytes();
        let data = u16::from_le_bytes([d0, d1]);
        match u16::from_le_bytes([low, high]) {
            0x8000 => Self::KillProcess,
            0x0000 => Self::KillThread,
            0x0003 => Self::Trap(data),
            0x0005 => Self::Errno(data.min(MAX_ERRNO)),
            0x7fc0 => Self::UserNotif,
            0x7ff0 => Self::Trace(data),
            0x7ffc => Self::Log,
            0x7fff => Self::Allow,
            other => Self::Unknown(other),
        }
    }

    /// The 32-bit return value that means this action.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        let (action, data) = match self {
            Self::KillProcess => (0x8000, 0),
            Self::KillThread => (0x0000, 0),
            Self::Trap(data) => (0x0003, data),
            Self::Errno(data) => (0x0005, data),
            Self::UserNotif => (0x7fc0, 0),
            Self::Trace(data) => (0x7ff0, data),
            Self::Log => (0x7ffc, 0),
            Self::Allow => (0x7fff, 0),
            Self::Unknown(action) => (action, 0),
        };
        u32::from(action) << 16 | u32::from(data)
    }

    /// The place among the actions of several filters: the least wins. It is
    /// the signed upper half of the return value, as `ACTION_ONLY` of
    /// kernel/seccomp.c has it.
    #[must_use]
    pub fn rank(self) -> i16 {
        let [_, _, low, high] = self.to_raw().to_le_bytes();
        i16::from_le_bytes([low, high])
    }

    /// Whether the syscall runs without anyone else being asked.
    #[must_use]
    pub fn lets_through(self) -> bool {
        matches!(self, Self::Allow | Self::Log)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KillProcess => f.write_str("kill_process"),
            Self::KillThread => f.write_str("kill_thread"),
            Self::Trap(data) => write!(f, "trap({data})"),
            Self::Errno(errno) => write!(f, "errno({errno})"),
            Self::UserNotif => f.write_str("user_notif"),
            Self::Trace(data) => write!(f, "trace({data})"),
            Self::Log => f.write_str("log"),
            Self::Allow => f.write_str("allow"),
            Self::Unknown(action) => write!(f, "unknown({action:#06x})"),
        }
    }
}
