//! Two facts that only a raw system call tells. Both calls read, and change nothing.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;

/// `NS_GET_PARENT` of `linux/nsfs.h`: `_IO(0xb7, 0x2)`, since Linux 4.9.
const NS_GET_PARENT: libc::Ioctl = 0xb702;

/// As deep as user namespaces can lie (`user_namespaces(7)`: 32 levels), and one more.
const MAX_DEPTH: u32 = 33;

/// The Landlock ABI version that the kernel offers (`landlock_create_ruleset(2)`, since Linux 5.13).
///
/// # Errors
/// `ENOSYS` on a kernel without it, `EOPNOTSUPP` where it is not active, or what a
/// seccomp filter answers. A filter that kills for the call kills the caller: ask for its
/// verdict first.
pub fn landlock_abi() -> Result<u32, Errno> {
    const VERSION: libc::c_ulong = 1;
    // SAFETY: with LANDLOCK_CREATE_RULESET_VERSION the kernel takes no pointer and no size,
    // makes no ruleset and returns a number.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0usize,
            VERSION,
        )
    };
    Errno::result(answer).map(|abi| u32::try_from(abi).unwrap_or(0))
}

/// How many user namespaces lie above the one that `namespace` (`/proc/PID/ns/user`) is open on.
///
/// # Errors
/// `EPERM` where one of those above is not in the caller's sight: the caller must be in the
/// initial user namespace to count them all. `initial` tells it when to stop: the
/// initial one's inode number.
pub fn user_namespace_depth(namespace: BorrowedFd<'_>, initial: u64) -> Result<u32, Errno> {
    let mut current = namespace.try_clone_to_owned().map_err(|_| Errno::last())?;
    for depth in 0..MAX_DEPTH {
        if nix::sys::stat::fstat(&current)?.st_ino == initial {
            return Ok(depth);
        }
        // SAFETY: NS_GET_PARENT takes no argument and returns a new descriptor or -1.
        let parent = unsafe { libc::ioctl(current.as_raw_fd(), NS_GET_PARENT) };
        let parent = Errno::result(parent)?;
        // SAFETY: the kernel has just made this descriptor for this call, and nothing else owns it.
        current = unsafe { OwnedFd::from_raw_fd(parent) };
    }
    Err(Errno::ELOOP)
}
