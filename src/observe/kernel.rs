//! The kernel's own name.

use std::os::unix::ffi::OsStrExt;

use super::Observer;
use super::status::lifted_by;
use crate::confinement::{Errno, Kernel, Reading, Text};

/// Reads the kernel noun: `uname(2)`, or of a captured tree what it holds.
pub(super) fn kernel(o: &Observer<'_>) -> Kernel {
    o.kernel.get_or_init(|| read(o)).clone()
}

fn read(o: &Observer<'_>) -> Kernel {
    if o.options.live {
        return match nix::sys::utsname::uname() {
            Ok(uts) => Kernel {
                release: Reading::Known(uts.release().as_bytes().into()),
                version: Reading::Known(uts.version().as_bytes().into()),
                machine: Reading::Known(uts.machine().as_bytes().into()),
            },
            Err(errno) => Kernel {
                release: refused(errno),
                version: refused(errno),
                machine: refused(errno),
            },
        };
    }
    Kernel {
        release: file(o, "sys/kernel/osrelease", release),
        version: file(o, "sys/kernel/version", version),
        machine: file(o, "sys/kernel/arch", |_| None),
    }
}

fn refused(errno: nix::errno::Errno) -> Reading<Text> {
    Reading::denied(
        "uname",
        "uname",
        Some(Errno::from(errno)),
        "a seccomp filter that lets uname(2) through",
    )
}

/// What a file of one value holds, or that part of `/proc/version`: gVisor has only the latter.
fn file(o: &Observer<'_>, name: &str, part: fn(&[u8]) -> Option<&[u8]>) -> Reading<Text> {
    let banner = || o.proc.read("version").ok();
    match o.proc.read(name) {
        Ok(bytes) => Reading::Known(bytes.trim_ascii().into()),
        Err(error) => banner()
            .and_then(|banner| part(banner.trim_ascii()).map(|part| Reading::Known(part.into())))
            .unwrap_or_else(|| error.denied(lifted_by(&error))),
    }
}

/// The release in `Linux version RELEASE (builder) (compiler) #VERSION`, `proc_version(5)`.
fn release(banner: &[u8]) -> Option<&[u8]> {
    let rest = banner.strip_prefix(b"Linux version ")?;
    rest.split(|byte| *byte == b' ').next()
}

/// The version in it.
fn version(banner: &[u8]) -> Option<&[u8]> {
    banner
        .windows(2)
        .rposition(|pair| pair == b" #")
        .and_then(|at| banner.get(at + 1..))
}
