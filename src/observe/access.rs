//! Whether the process may write a path, and what decides it.

use std::os::unix::ffi::OsStrExt;

use nix::fcntl::AtFlags;
use nix::sys::stat::FileStat;
use nix::unistd::{AccessFlags, faccessat};

use super::Observer;
use super::mountinfo::is_below;
use crate::confinement::{Reading, Writable};

/// The kernel's rule is asked of the calling process; of another one it is worked
/// out from mount, mode and owner. Nothing is opened for writing.
///
/// `path` is absolute in the process's file tree.
pub(super) fn writable(o: &Observer<'_>, path: &[u8]) -> Reading<Writable> {
    let stat = match o.stat(path) {
        Ok(stat) => stat,
        Err(error) if error.is_missing() && o.options.live => {
            return Reading::absent(format!("there is no {}", String::from_utf8_lossy(path)));
        }
        Err(error) => return error.denied(o.file_lift(&error)),
    };
    if o.is_live_self() && o.options.root.as_os_str() == "/" {
        return asked(o, path);
    }
    worked_out(o, path, &stat)
}

/// `faccessat(2)` for the effective ids: mount, mode, owner and capabilities in one.
fn asked(o: &Observer<'_>, path: &[u8]) -> Reading<Writable> {
    let dir = match o.files.dir() {
        Ok(dir) => dir,
        Err(error) => return error.denied(o.file_lift(&error)),
    };
    let rel = path.strip_prefix(b"/").unwrap_or(path);
    let rel = std::ffi::OsStr::from_bytes(rel);
    let answer = |writable, decided_by: &str| {
        Reading::Known(Writable {
            writable,
            decided_by: decided_by.to_owned(),
        })
    };
    match faccessat(dir, rel, AccessFlags::W_OK, AtFlags::AT_EACCESS) {
        Ok(()) => answer(
            true,
            "faccessat says yes; a security module may refuse at open",
        ),
        Err(nix::errno::Errno::EROFS) => answer(false, "mount is read-only (EROFS)"),
        Err(nix::errno::Errno::EACCES) => answer(
            false,
            "faccessat says no (EACCES): mode, owner and capabilities",
        ),
        Err(nix::errno::Errno::EPERM) => answer(false, "faccessat says no (EPERM)"),
        Err(errno) => Reading::denied(
            "faccessat",
            path,
            Some(errno.into()),
            "a seccomp filter that lets faccessat(2) through",
        ),
    }
}

fn worked_out(o: &Observer<'_>, path: &[u8], stat: &FileStat) -> Reading<Writable> {
    let no = |decided_by: String| {
        Reading::Known(Writable {
            writable: false,
            decided_by,
        })
    };
    let mounts = match &o.mounts {
        Ok(mounts) => mounts,
        Err(error) => return error.denied(super::status::lifted_by(error)),
    };
    if let Some(entry) = mounts.of(path) {
        if entry.mount.read_only {
            return no("mount is read-only".into());
        }
        if entry.mount.super_read_only {
            return no("file system is read-only".into());
        }
    }
    let identity = super::identity::identity(o);
    let (uid, gid, groups) = match (&identity.uid, &identity.gid, &identity.groups) {
        (Reading::Known(uid), Reading::Known(gid), Reading::Known(groups)) => {
            (uid.filesystem, gid.filesystem, groups)
        }
        (Reading::Known(_), Reading::Known(_), refused) => {
            return refused_as(refused);
        }
        (refused, _, _) => return refused_as(refused),
    };
    let mode = stat.st_mode & 0o7777;
    // Sysctl files know owner, group and others, and no capability (fs/proc/proc_sysctl.c).
    let sysctl = is_below(path, b"/proc/sys");
    let capabilities = super::capabilities::capabilities(o).effective;
    const DAC_OVERRIDE: u8 = 1;
    if !sysctl
        && capabilities
            .known()
            .is_some_and(|set| set.contains(DAC_OVERRIDE))
    {
        // In a user namespace of its own the capability reaches only files whose owner is mapped there.
        return if super::namespaces::own_user_is_initial(o) == Some(true) {
            Reading::Known(Writable {
                writable: true,
                decided_by: "CAP_DAC_OVERRIDE, on a writable mount".into(),
            })
        } else {
            by_mode(mode, uid, gid, groups, stat)
        };
    }
    by_mode(mode, uid, gid, groups, stat)
}

fn by_mode(mode: u32, uid: u32, gid: u32, groups: &[u32], stat: &FileStat) -> Reading<Writable> {
    let bit = if stat.st_uid == uid {
        0o200
    } else if stat.st_gid == gid || groups.contains(&stat.st_gid) {
        0o020
    } else {
        0o002
    };
    Reading::Known(Writable {
        writable: mode & bit != 0,
        decided_by: format!(
            "mode {mode:04o} owned by {}:{}, asked for {uid}:{gid}",
            stat.st_uid, stat.st_gid
        ),
    })
}

/// The state of a reading that is not known, for another fact that needs it.
pub(super) fn refused_as<T: Clone, U>(reading: &Reading<T>) -> Reading<U> {
    match reading {
        Reading::Absent { why } => Reading::absent(why.clone()),
        Reading::Denied(denial) => Reading::Denied(denial.clone()),
        Reading::Known(_) => Reading::absent("it does not apply"),
    }
}
