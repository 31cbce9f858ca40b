//! What a seccomp filter does with one syscall.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Errno;

/// What becomes of one syscall in the seccomp filters of a process.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No filter stops it.
    Allowed,
    /// A filter lets it through and has it logged (`SECCOMP_RET_LOG`).
    Logged,
    /// A filter answers with this error (`SECCOMP_RET_ERRNO`). Zero is a fake success.
    Errno(Errno),
    /// A filter raises SIGSYS with this data (`SECCOMP_RET_TRAP`).
    Trapped(u16),
    /// A filter kills (`SECCOMP_RET_KILL_*`).
    Killed(KillScope),
    /// A filter hands it to a supervisor (`SECCOMP_RET_USER_NOTIF`).
    Notified,
    /// A filter hands it to a tracer with this data (`SECCOMP_RET_TRACE`).
    Traced(u16),
    /// This kernel never runs filters on it.
    NeverFiltered,
    /// It depends on the arguments, and the cases are given beside it.
    Depends,
    /// It was asked, and the answer can mean more than one thing.
    Inconclusive(String),
    /// It was not asked.
    NotProbed(String),
}

/// Who a killing filter kills.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KillScope {
    /// The thread (`SECCOMP_RET_KILL_THREAD`).
    Thread,
    /// The whole process (`SECCOMP_RET_KILL_PROCESS`, since Linux 4.14).
    Process,
}

impl Verdict {
    /// Why an answer of ENOSYS is inconclusive, where no other question can tell: what is let
    /// through with the number of no syscall fails so as well.
    pub const UNCLEAR_ENOSYS: &'static str =
        "ENOSYS: let through, or a filter's own errno(ENOSYS) or trace";

    /// Whether it may be that the filters decide as `other` says: false only where the answer
    /// that came excludes it.
    pub fn may_be(&self, other: &Self) -> bool {
        match self {
            Self::Inconclusive(why) if why == Self::UNCLEAR_ENOSYS => match other {
                Self::Errno(errno) => *errno == Errno::ENOSYS,
                Self::Trapped(_) | Self::Killed(_) | Self::Notified => false,
                _ => true,
            },
            Self::Depends | Self::Inconclusive(_) | Self::NotProbed(_) => true,
            known => known == other,
        }
    }

    /// The verdict that a filter's 32-bit return value is (`SECCOMP_RET_*`,
    /// include/uapi/linux/seccomp.h). The kernel kills the process for an action that it
    /// does not know, and caps an errno at 4095 (`__seccomp_filter`, kernel/seccomp.c).
    pub fn of_filter_return(raw: u32) -> Self {
        let [d0, d1, a0, a1] = raw.to_le_bytes();
        let data = u16::from_le_bytes([d0, d1]);
        match u16::from_le_bytes([a0, a1]) {
            0x0000 => Self::Killed(KillScope::Thread),
            0x0003 => Self::Trapped(data),
            0x0005 => Self::Errno(Errno(i32::from(data.min(4095)))),
            0x7fc0 => Self::Notified,
            0x7ff0 => Self::Traced(data),
            0x7ffc => Self::Logged,
            0x7fff => Self::Allowed,
            _ => Self::Killed(KillScope::Process),
        }
    }

    /// Whether a filter is known to stop it: `Some(true)` stopped, `Some(false)` let
    /// through, `None` where that is not known or depends.
    pub fn stopped(&self) -> Option<bool> {
        match self {
            Self::Allowed | Self::Logged | Self::NeverFiltered => Some(false),
            Self::Errno(_) | Self::Trapped(_) | Self::Killed(_) => Some(true),
            // Without a tracer the call fails with ENOSYS; with a supervisor it is the
            // supervisor who decides. Either way the filter does not let it through.
            Self::Notified | Self::Traced(_) => Some(true),
            Self::Depends | Self::Inconclusive(_) | Self::NotProbed(_) => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed => f.write_str("allowed"),
            Self::Logged => f.write_str("logged"),
            Self::Errno(errno) if errno.0 == 0 => f.write_str("errno(0: fakes success)"),
            Self::Errno(errno) => write!(f, "errno({errno})"),
            Self::Trapped(data) => write!(f, "trapped({data})"),
            Self::Killed(KillScope::Thread) => f.write_str("killed(thread)"),
            Self::Killed(KillScope::Process) => f.write_str("killed(process)"),
            Self::Notified => f.write_str("notified"),
            Self::Traced(data) => write!(f, "traced({data})"),
            Self::NeverFiltered => f.write_str("never_filtered"),
            Self::Depends => f.write_str("depends on its arguments"),
            Self::Inconclusive(why) => write!(f, "inconclusive: {why}"),
            Self::NotProbed(why) => write!(f, "not_probed: {why}"),
        }
    }
}
