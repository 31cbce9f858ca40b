//! Facts that only a raw system call tells. The calls read, and change nothing.

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

/// `lsm_list_modules(2)`: the same number in every ABI (461), since Linux 6.8.
const SYS_LSM_LIST_MODULES: libc::c_long = 461;

/// More modules than a kernel can have: `MAX_LSM_COUNT` of Linux 7.1 is 15.
const MAX_MODULES: usize = 64;

/// The names of the modules' ids (`include/uapi/linux/lsm.h`), from [`FIRST_MODULE`] on.
const MODULES: [&str; 14] = [
    "capability",
    "selinux",
    "smack",
    "tomoyo",
    "apparmor",
    "yama",
    "loadpin",
    "safesetid",
    "lockdown",
    "bpf",
    "landlock",
    "ima",
    "evm",
    "ipe",
];

/// `LSM_ID_CAPABILITY`.
const FIRST_MODULE: u64 = 100;

/// The active security modules in their order, as the kernel itself lists them; one
/// without a name here by its number, such as `lsm-115`.
///
/// # Errors
/// `ENOSYS` before Linux 6.8, or what a seccomp filter answers. A filter that kills for the
/// call kills the caller: ask for its verdict first.
pub fn security_modules() -> Result<Vec<String>, Errno> {
    let mut ids = [0_u64; MAX_MODULES];
    let mut size = u32::try_from(size_of_val(&ids)).unwrap_or(0);
    // SAFETY: the kernel writes at most `size` bytes to `ids` and the number that it needs
    // to `size`; both outlive the call.
    let answer = unsafe {
        libc::syscall(
            SYS_LSM_LIST_MODULES,
            ids.as_mut_ptr(),
            &raw mut size,
            0 as libc::c_uint,
        )
    };
    let count = usize::try_from(Errno::result(answer)?).unwrap_or(0);
    let name = |id: &u64| {
        id.checked_sub(FIRST_MODULE)
            .and_then(|at| MODULES.get(usize::try_from(at).ok()?))
            .map_or_else(|| format!("lsm-{id}"), |name| (*name).to_owned())
    };
    Ok(ids.iter().take(count).map(name).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods)] // the kernel's own list, of this machine
    fn the_modules_are_those_that_securityfs_lists() {
        let Ok(listed) = std::fs::read_to_string("/sys/kernel/security/lsm") else {
            println!("SKIPPED: securityfs");
            return;
        };
        match security_modules() {
            Err(Errno::ENOSYS) => println!("SKIPPED: Linux 6.8"),
            modules => assert_eq!(modules.unwrap().join(","), listed.trim()),
        }
    }
}
