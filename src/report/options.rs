//! How a report is to be shown.

/// How much of the syscall verdicts is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyscallList {
    /// Every syscall of every ABI that was asked about.
    All,
    /// Those that a filter stops, or whose verdict is not plain.
    Blocked,
    /// Counts only.
    Summary,
}

/// How a text report is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether to colour it.
    pub colour: bool,
    /// Columns to fill at most; below 40 is taken as 40.
    pub width: usize,
    /// Whether to say of each line why it matters.
    pub explain: bool,
    /// How much of the syscall verdicts is listed.
    pub syscalls: SyscallList,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour: false,
            width: 100,
            explain: false,
            syscalls: SyscallList::Blocked,
        }
    }
}
