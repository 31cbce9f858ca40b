//! One fact, with its state of knowledge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Errno, Text};

/// One fact about a process: known, absent from this kernel, or denied.
///
/// The three are never folded together: `Absent` is a statement about the
/// kernel ("this one has no such thing"), `Denied` one about the observer
/// ("it was refused, with this errno, and this would lift it").
///
/// ```
/// use amiconfined::confinement::Reading;
/// let uid: Reading<u32> = Reading::Known(0);
/// assert_eq!(uid.known(), Some(&0));
/// assert_eq!(serde_json::to_string(&uid).unwrap(), r#"{"known":0}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reading<T> {
    /// The fact, as observed.
    Known(T),
    /// This kernel, or this build of it, has no such thing.
    Absent {
        /// What shows that it has not.
        why: String,
    },
    /// The fact exists but could not be read.
    Denied(Denial),
}

/// Why a fact could not be read, and what would make it readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Denial {
    /// The system call that failed, such as `readlinkat`; `none` where it was not tried.
    pub syscall: String,
    /// What it was asked of: a path, or the operation's name.
    pub path: Text,
    /// The error number; absent where the refusal was not the kernel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<Errno>,
    /// What would lift the denial, such as `CAP_SYS_PTRACE in the target's user namespace`.
    pub lifted_by: String,
}

impl<T> Reading<T> {
    /// An [`Reading::Absent`] with its reason.
    pub fn absent(why: impl Into<String>) -> Self {
        Self::Absent { why: why.into() }
    }

    /// A [`Reading::Denied`] of a system call on a path.
    pub fn denied(
        syscall: &str,
        path: impl Into<Text>,
        errno: Option<Errno>,
        lifted_by: impl Into<String>,
    ) -> Self {
        Self::Denied(Denial {
            syscall: syscall.to_owned(),
            path: path.into(),
            errno,
            lifted_by: lifted_by.into(),
        })
    }

    /// The fact, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent { .. } | Self::Denied(_) => None,
        }
    }

    /// Whether the fact is known and equal to `value`.
    pub fn is(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.known() == Some(value)
    }

    /// The denial, where there is one.
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Denied(denial) => Some(denial),
            Self::Known(_) | Self::Absent { .. } => None,
        }
    }

    /// The same state of knowledge about something computed from the fact.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Known(value) => Reading::Known(f(value)),
            Self::Absent { why } => Reading::Absent { why },
            Self::Denied(denial) => Reading::Denied(denial),
        }
    }

    /// Goes on with a second reading that needs the first one's fact.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Reading<U>) -> Reading<U> {
        match self {
            Self::Known(value) => f(value),
            Self::Absent { why } => Reading::Absent { why },
            Self::Denied(denial) => Reading::Denied(denial),
        }
    }

    /// The same reading of a borrowed fact.
    pub fn as_ref(&self) -> Reading<&T> {
        match self {
            Self::Known(value) => Reading::Known(value),
            Self::Absent { why } => Reading::Absent { why: why.clone() },
            Self::Denied(denial) => Reading::Denied(denial.clone()),
        }
    }
}
