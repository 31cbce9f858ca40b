//! What is known of a syscall apart from its numbers.

use std::cmp::Ordering;

use super::{Release, tables};

/// What is known of a syscall, the same in every ABI that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Semantics {
    /// First kernel release that had it on any architecture; nothing where no
    /// release ever gave the number a body. Source: syscalls(2) and the kernel's history.
    pub since: Option<Release>,
    /// First release that had it no longer.
    pub until: Option<Release>,
    /// What the kernel asks for before it does the work, failing with EPERM.
    /// Where [`Semantics::execution`] is safe its arguments reach that check (in
    /// the releases since, though `why` may name a sysctl that lifts it);
    /// where it is never, every use asks for it; [`Requirement::always`] tells whether
    /// a row that is safe to execute stands for all uses. A capability that only some
    /// arguments need is with their [`super::ArgumentVector`].
    pub requires: Option<Requirement>,
    /// Whether and how it may be executed to see what the kernel answers.
    pub execution: Execution,
}

/// The capability that a syscall asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// Any one of these suffices; the narrowest stands first. Never empty.
    pub any_of: &'static [Capability],
    /// The user namespace in which it must be held.
    pub scope: Scope,
    /// Whether every use asks for it. Otherwise only some do: other arguments, a
    /// sysctl or a resource limit spare it, and the want of it stops no more than those.
    pub always: bool,
}

/// A capability (include/uapi/linux/capability.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// Its bit in the masks of /proc/PID/status.
    pub number: u8,
    /// Its name, with `CAP_`.
    pub name: &'static str,
}

/// Where a capability must be held to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In the initial user namespace (`capable()`): root of a container with its
    /// own user namespace does not pass.
    Initial,
    /// In the user namespace that owns the thing acted on (`ns_capable()`).
    Owner,
}

/// Whether and how a syscall may be executed to see what the kernel answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// There is no call that is certain to change nothing and to return at once.
    Never {
        /// The reason.
        why: &'static str,
    },
    /// These arguments change nothing and return at once, also with all capabilities.
    Safe {
        /// What makes them harmless.
        recipe: Recipe,
        /// What is passed.
        arguments: &'static [Argument; 6],
        /// The kernel's order of checks, with the source file.
        why: &'static str,
    },
}

/// What makes a call harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// A descriptor that is not open: EBADF at the latest.
    BadDescriptor,
    /// Flags that no kernel defines, or a combination it refuses: EINVAL at the latest.
    BadFlags,
    /// A value outside the range: EINVAL or the like at the latest.
    BadValue,
    /// The empty path, which names no file: ENOENT at the latest.
    MissingPath,
    /// No kernel release gave the number a body: ENOSYS.
    NoBody,
    /// A process that does not exist: ESRCH at the latest.
    NoProcess,
    /// A null pointer to what must be read first: EFAULT at the latest.
    NullPointer,
    /// It may succeed, and only reads.
    ReadsOnly,
    /// It may succeed, and sets what is already so.
    Unchanged,
}

/// What a recipe passes in one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// This value; a negative number as its 64-bit two's complement.
    Value(u64),
    /// A pointer to the empty path, a NUL byte alone. The kernel answers ENOENT
    /// before it looks any file up (path_resolution(7)), unless AT_EMPTY_PATH is
    /// given, which no row does.
    MissingPath,
    /// A pointer to the NUL-terminated path `/`.
    RootPath,
    /// A pointer to a page that can be read and written, each byte of it this one.
    Filled(u8),
}

/// What is known of the syscall with this name. Every name of every
/// [`super::Abi`] has its semantics; other names have none.
pub fn semantics(name: &str) -> Option<Semantics> {
    let (mut first, mut end) = (0, names());
    while first < end {
        let middle = first.midpoint(end);
        match name_at(middle)?.cmp(name) {
            Ordering::Less => first = middle + 1,
            Ordering::Equal => return tables::semantics(middle),
            Ordering::Greater => end = middle,
        }
    }
    None
}

/// How many names have semantics.
fn names() -> u16 {
    u16::try_from(tables::NAME_ENDS.len()).map_or(0, |ends| ends.saturating_sub(1))
}

/// The name in this place of all, which are in their order.
pub(super) fn name_at(known: u16) -> Option<&'static str> {
    let known = usize::from(known);
    let [start, end] = [known, known + 1].map(|at| tables::NAME_ENDS.get(at));
    tables::NAMES.get(usize::from(*start?)..usize::from(*end?))
}
