//! Whether the process may write a path, and what decides it.

use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::FileStat;
use nix::unistd::{AccessFlags, access, faccessat};

use super::Observer;
use super::device_access;
use super::mountinfo::is_below;
use crate::confinement::{IdMapping, Ids, Reading, Writable};

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
    let ask = o.is_live_self() && o.options.root.path() == Path::new("/");
    let answer = match ask {
        true => asked(o, path, &stat),
        false => worked_out(o, path, &stat),
    };
    if device_access::is_device(&stat) {
        return device_access::opens(o, path, &stat, ask, answer);
    }
    answer
}

/// `faccessat(2)` for the effective ids: mount, mode, owner and capabilities in one.
fn asked(o: &Observer<'_>, path: &[u8], stat: &FileStat) -> Reading<Writable> {
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
    let may = match question(o, dir) {
        Ok(Question::Effective) => faccessat(dir, rel, AccessFlags::W_OK, AtFlags::AT_EACCESS),
        Ok(Question::Real) => access(&Path::new("/").join(rel), AccessFlags::W_OK),
        Err(errno) => return unasked(path, errno),
    };
    match may {
        Ok(()) => answer(
            true,
            "faccessat says yes; a security module may refuse at open",
        ),
        Err(Errno::EROFS) => answer(false, "mount is read-only (EROFS)"),
        Err(Errno::EACCES) => answer(
            false,
            "faccessat says no (EACCES): mode, owner and capabilities",
        ),
        Err(Errno::EPERM) if device_access::is_device(stat) => answer(
            false,
            "faccessat says no (EPERM): the control group's device rules, or an immutable file",
        ),
        Err(Errno::EPERM) => answer(false, "faccessat says no (EPERM): an immutable file"),
        Err(errno) => unasked(path, errno),
    }
}

fn unasked(path: &[u8], errno: Errno) -> Reading<Writable> {
    Reading::denied(
        "faccessat",
        path,
        Some(errno.into()),
        "a seccomp filter that lets faccessat2(2) through",
    )
}

/// For which ids the kernel is asked.
enum Question {
    Effective,
    Real,
}

/// The effective ids are asked for by `faccessat2(2)` (since Linux 5.8), which filters that
/// do not know it answer with EPERM, as the kernel itself never does of a directory that is
/// only looked for. `access(2)` is as good where the ids are equal.
fn question(o: &Observer<'_>, dir: &OwnedFd) -> Result<Question, Errno> {
    match faccessat(dir, ".", AccessFlags::F_OK, AtFlags::AT_EACCESS) {
        Err(errno @ Errno::EPERM) => {
            let identity = super::identity::identity(o);
            let same = |ids: &Ids| ids.real == ids.effective && ids.real == ids.filesystem;
            match (identity.uid.known(), identity.gid.known()) {
                (Some(uid), Some(gid)) if same(uid) && same(gid) => Ok(Question::Real),
                _ => Err(errno),
            }
        }
        _ => Ok(Question::Effective),
    }
}

fn worked_out(o: &Observer<'_>, path: &[u8], stat: &FileStat) -> Reading<Writable> {
    let no = |decided_by: String| {
        Reading::Known(Writable {
            writable: false,
            decided_by,
        })
    };
    let mounts = match o.mounts() {
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
    let by_mode = by_mode(uid, gid, groups, stat);
    // Sysctl files know owner, group and others, and no capability (fs/proc/proc_sysctl.c).
    if by_mode.writable || is_below(path, b"/proc/sys") {
        return Reading::Known(by_mode);
    }
    const DAC_OVERRIDE: u8 = 1;
    let capabilities = super::capabilities::capabilities(o).effective;
    match capabilities.known() {
        None => refused_as(&capabilities),
        Some(set) if !set.contains(DAC_OVERRIDE) => Reading::Known(by_mode),
        Some(_) => by_capability(o, path, stat),
    }
}

/// What `CAP_DAC_OVERRIDE` does for a file whose mode refuses: it reaches files whose owner
/// and group are mapped into its user namespace (`capable_wrt_inode_uidgid`, fs/namei.c).
fn by_capability(o: &Observer<'_>, path: &[u8], stat: &FileStat) -> Reading<Writable> {
    let answer = |writable, decided_by: String| {
        Reading::Known(Writable {
            writable,
            decided_by,
        })
    };
    if super::namespaces::own_user_is_initial(o) == Some(true) {
        return answer(true, "CAP_DAC_OVERRIDE, on a writable mount".into());
    }
    let identity = super::identity::identity(o);
    match (
        super::namespaces::reader_user_is_initial(o),
        identity.uid_map.known(),
        identity.gid_map.known(),
    ) {
        // Only there do maps and files speak of the same ids.
        (true, Some(uids), Some(gids)) => {
            let maps = |map: &[IdMapping], id: u32| map.iter().any(|m| m.maps_outside(id));
            let reached = maps(uids, stat.st_uid) && maps(gids, stat.st_gid);
            let does = if reached { "maps" } else { "does not map" };
            answer(
                reached,
                format!(
                    "CAP_DAC_OVERRIDE in a user namespace that {does} {}:{}",
                    stat.st_uid, stat.st_gid
                ),
            )
        }
        _ => Reading::denied(
            "none",
            path,
            None,
            "a reader in the initial user namespace, or in the process itself, to tell whether \
             its CAP_DAC_OVERRIDE reaches the file",
        ),
    }
}

fn by_mode(uid: u32, gid: u32, groups: &[u32], stat: &FileStat) -> Writable {
    let mode = stat.st_mode & 0o7777;
    let bit = if stat.st_uid == uid {
        0o200
    } else if stat.st_gid == gid || groups.contains(&stat.st_gid) {
        0o020
    } else {
        0o002
    };
    Writable {
        writable: mode & bit != 0,
        decided_by: format!(
            "mode {mode:04o} owned by {}:{}, asked for {uid}:{gid}",
            stat.st_uid, stat.st_gid
        ),
    }
}

/// The state of a reading that is not known, for another fact that needs it.
pub(super) fn refused_as<T: Clone, U>(reading: &Reading<T>) -> Reading<U> {
    match reading {
        Reading::Absent { why } => Reading::absent(why.clone()),
        Reading::Denied(denial) => Reading::Denied(denial.clone()),
        Reading::Known(_) => Reading::absent("it does not apply"),
    }
}
