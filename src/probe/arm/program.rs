//! A program that asks in the child's stead.

use std::ffi::CStr;
use std::os::fd::RawFd;
use std::ptr::null;

use nix::libc;

use super::super::raw;

/// A program that asks, for an ABI that this process cannot enter. It is executed once the
/// own filter is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    /// The file to execute.
    pub(super) file: RawFd,
    /// What it may call before it asks, as `AUDIT_ARCH_*` and number.
    pub(super) starts_with: &'static [(u32, u32)],
    /// The number of its rt_sigreturn(2).
    pub(super) sigreturn: u32,
}

impl Program {
    /// Executes it in this process's place; the kernel's answer, if it gives one.
    pub(super) fn execute(self) -> i64 {
        const NAME: &CStr = c"amiconfined";
        let (arguments, environment) = ([NAME.as_ptr(), null()], [null::<u8>()]);
        #[allow(clippy::cast_sign_loss)]
        // SAFETY: replaces this process alone; the pointers are to memory that is there.
        unsafe {
            raw::native(
                libc::SYS_execveat as u64,
                [
                    self.file as u64,
                    c"".as_ptr() as u64,
                    arguments.as_ptr() as u64,
                    environment.as_ptr() as u64,
                    libc::AT_EMPTY_PATH as u64,
                    0,
                ],
            )
        }
    }
}
