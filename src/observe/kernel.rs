//! The kernel's own name.

use std::os::unix::ffi::OsStrExt;

use super::Observer;
use super::status::lifted_by;
use crate::confinement::{Errno, Kernel, Reading, Text};

/// Reads the kernel noun: `uname(2)`, or of a captured tree what it holds.
pub(super) fn kernel(o: &Observer<'_>) -> Kernel {
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
        release: file(o, "sys/kernel/osrelease"),
        version: file(o, "sys/kernel/version"),
        machine: file(o, "sys/kernel/arch"),
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

fn file(o: &Observer<'_>, name: &str) -> Reading<Text> {
    match o.proc.read(name) {
        Ok(bytes) => Reading::Known(bytes.trim_ascii().into()),
        Err(error) => error.denied(lifted_by(&error)),
    }
}
