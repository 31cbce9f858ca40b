//! What the seccomp filters of a process do with each syscall.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Executed, Reading, Verdict};

/// The process's seccomp state, `seccomp(2)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seccomp {
    /// `Seccomp:` of `/proc/PID/status` (since Linux 3.8).
    pub mode: Reading<SeccompMode>,
    /// How many filters are stacked (`Seccomp_filters:`, since Linux 5.9).
    pub filters: Reading<u32>,
    /// How the verdicts were come by.
    pub method: SeccompMethod,
    /// Verdicts, one entry for each ABI that was asked about; the native one first.
    pub abis: Vec<AbiVerdicts>,
    /// The filters themselves, where they were dumped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dumped: Vec<DumpedFilter>,
}

impl Seccomp {
    /// Whether the verdicts are known at all: asked of the filters, or needing no question.
    pub fn asked(&self) -> bool {
        !matches!(self.method, SeccompMethod::NotProbed { .. })
    }
}

/// `Seccomp:` of `/proc/PID/status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeccompMode {
    /// 0: no filter.
    Disabled,
    /// 1: read, write, exit and sigreturn only.
    Strict,
    /// 2: filters decide.
    Filter,
}

/// How verdicts were come by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "method")]
pub enum SeccompMethod {
    /// Mode is disabled: no filter, so every syscall passes seccomp.
    NoFilter,
    /// Mode is strict: the kernel's fixed rule.
    Strict,
    /// Every number was asked of the inherited filters, under an own filter that
    /// answers USER_NOTIF: no syscall body ran for that which the filters see. Besides, x32's
    /// getpid is made where they let it through, to see whether the kernel offers x32.
    Notify {
        /// What [`Verdict::Allowed`] may be as well, since it looks the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allowed_may_be: Vec<LetThrough>,
        /// Why a call that is traced could not be told from one that is allowed, where that
        /// was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace_untold: Option<String>,
    },
    /// Every number was asked under an own filter that answers TRACE without a
    /// tracer; ENOSYS is then ambiguous.
    TraceWithoutTracer {
        /// Why the better method was not to be had.
        why: String,
    },
    /// Every number was asked under an own filter that answers TRACE, with a tracer
    /// that skips the body.
    Traced {
        /// Why the better method was not to be had.
        why: String,
        /// What [`Verdict::Allowed`] may be as well, since it looks the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allowed_may_be: Vec<LetThrough>,
        /// Why a call that is traced could not be told from one that is allowed, where that
        /// was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace_untold: Option<String>,
    },
    /// The filter programs were dumped and evaluated.
    Dumped {
        /// The longest that the process may have been held, in microseconds: from when it
        /// was last seen not to be, until it was let go.
        pause_us: u64,
    },
    /// Nothing was asked.
    NotProbed {
        /// Why not.
        why: String,
    },
}

/// What an inherited filter may do with a call that a probe sees let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetThrough {
    /// [`Verdict::Logged`].
    Logged,
    /// [`Verdict::Traced`]: without a tracer the call fails with ENOSYS.
    Traced,
}

/// The verdicts of one ABI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiVerdicts {
    /// The ABI's name: `x86_64`, `i386`, `x32`, `aarch64`, `arm`, …
    pub abi: String,
    /// Whether this is the ABI of the tool itself.
    pub native: bool,
    /// Whether the kernel lets the process enter by this ABI; absent where that was not tried.
    /// Filters see its numbers either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<bool>,
    /// The kernel release that the names are from.
    pub table: String,
    /// One entry a number that the table names, ascending. A number without a name stands
    /// here too where its verdict depends on arguments, with the number for a name.
    pub syscalls: Vec<SyscallVerdict>,
    /// Numbers that the table does not name, folded into ranges of one verdict.
    pub unnamed: Vec<VerdictRange>,
}

impl AbiVerdicts {
    /// The entry of the syscall named `name`.
    pub fn by_name(&self, name: &str) -> Option<&SyscallVerdict> {
        self.syscalls.iter().find(|s| s.name == name)
    }
}

/// What becomes of one syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallVerdict {
    /// Its number, x32's with bit 30 set.
    pub number: u32,
    /// Its name in the kernel's table.
    pub name: Cow<'static, str>,
    /// The verdict with all arguments zero; [`Verdict::Depends`] where there are `cases`.
    pub verdict: Verdict,
    /// Verdicts of listed argument vectors, where any were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<ArgumentVerdict>,
    /// The layer that stops it, where it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What the kernel answered, where a cleared call was executed on request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed: Option<Executed>,
    /// The exact conditions, where the filter program was evaluated and they matter: for
    /// every call those of exactly one case hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<ConditionalVerdict>,
}

/// The verdict of one argument vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArgumentVerdict {
    /// What the vector stands for, such as `AF_ALG`.
    pub label: Cow<'static, str>,
    /// Its verdict.
    pub verdict: Verdict,
}

/// A verdict that holds under a condition on the arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionalVerdict {
    /// The condition, such as `arg0 & 0x7e020000 == 0`; all of a case's conditions hold together.
    pub when: String,
    /// The verdict then.
    pub verdict: Verdict,
}

/// A run of numbers with one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictRange {
    /// First number.
    pub first: u32,
    /// Last number, itself included.
    pub last: u32,
    /// The verdict of each.
    pub verdict: Verdict,
}

/// The layer that stops a syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "layer")]
pub enum Cause {
    /// An inherited seccomp filter; the verdict is its action.
    Seccomp,
    /// A capability that the process has not effective.
    Capability {
        /// Its name, such as `CAP_SYS_BOOT`.
        name: String,
        /// Whether the kernel was asked (a cleared call was executed) or only the table says so.
        asked: bool,
    },
    /// The capability is effective, yet the call needs it in an outer user namespace.
    UserNamespace {
        /// The capability that would be needed there.
        capability: String,
    },
    /// The capability is effective and the process is in the initial user namespace: a
    /// security module refuses.
    Lsm {
        /// The error it gave.
        errno: super::Errno,
    },
    /// The kernel does not implement it, or was built without it.
    NotImplemented,
    /// Not seccomp and not a missing capability; this is the kernel's own answer.
    Refused {
        /// The error it gave.
        errno: super::Errno,
        /// Which layers are possible.
        candidates: String,
    },
}

/// One seccomp filter program of a process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct DumpedFilter {
    /// SHA-256 of its instructions in the kernel's own byte layout, in hexadecimal.
    pub sha256: String,
    /// How many instructions it has.
    pub instructions: u32,
}

impl DumpedFilter {
    /// The filter with these bytes: an array of `struct sock_filter`, eight bytes each.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        Self {
            sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            instructions: u32::try_from(bytes.len() / 8).unwrap_or(u32::MAX),
        }
    }
}
