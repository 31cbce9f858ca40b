//! A system call that failed while reading.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::confinement::{Errno, Reading};

/// A system call that failed while reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{syscall} {}: {errno}", path.display())]
pub struct ReadError {
    /// The system call.
    pub syscall: &'static str,
    /// What it was asked of.
    pub path: PathBuf,
    /// Its error number.
    pub errno: Errno,
}

impl ReadError {
    /// Whether there is no such name.
    pub fn is_missing(&self) -> bool {
        self.errno == Errno::ENOENT || self.errno.0 == nix::libc::ENOTDIR
    }

    /// The denial that it makes of a fact.
    pub fn denied<T>(&self, lifted_by: impl Into<String>) -> Reading<T> {
        Reading::denied(
            self.syscall,
            self.path.as_os_str().as_bytes(),
            Some(self.errno),
            lifted_by,
        )
    }
}
