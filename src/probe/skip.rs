//! How a tracer keeps a call from its body.

use nix::libc;
#[cfg(target_arch = "x86_64")]
use nix::sys::ptrace;
#[cfg(target_arch = "aarch64")]
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::own::SENTINEL;

/// Makes a call that has stopped before its body return at once.
#[cfg(target_arch = "x86_64")]
pub(super) fn skip(thread: Pid) {
    let registers = [(libc::ORIG_RAX, -1i64), (libc::RAX, -i64::from(SENTINEL))];
    for (register, value) in registers {
        let at = usize::try_from(register).unwrap_or(0) * size_of::<u64>();
        let _ = ptrace::write_user(thread, at as ptrace::AddressType, value);
    }
}

/// Makes a call that has stopped before its body return at once. The number of a 32-bit one
/// can be changed by a 32-bit tracer alone: its process ends before the body.
#[cfg(target_arch = "aarch64")]
pub(super) fn skip(thread: Pid) {
    /// `NT_ARM_SYSCALL`, include/uapi/linux/elf.h.
    const NUMBER: libc::c_int = 0x404;
    let mut number: libc::c_int = -1;
    let mut answer = -i64::from(SENTINEL);
    let [changed, _] = [
        (NUMBER, (&raw mut number).cast(), size_of::<libc::c_int>()),
        (
            libc::NT_PRSTATUS,
            (&raw mut answer).cast(),
            size_of::<i64>(),
        ),
    ]
    .map(|(set, iov_base, iov_len)| {
        let part = libc::iovec { iov_base, iov_len };
        // SAFETY: the kernel reads from a part that outlives the call.
        unsafe {
            libc::ptrace(
                libc::PTRACE_SETREGSET,
                thread.as_raw(),
                set,
                &raw const part,
            )
        }
    });
    if changed != 0 {
        let _ = kill(thread, Signal::SIGKILL);
    }
}
