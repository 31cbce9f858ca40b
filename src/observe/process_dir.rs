//! One process's directory, kept open: the light reading that a sweep makes of each.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlinkat};
use nix::sys::stat::Mode;

use super::bounded::read_all;
use super::proc_root::ProcRoot;
use super::read_error::ReadError;
use super::status::number;
use crate::confinement::{self, NamespaceKind};

/// The most process ids that a kernel gives (`PID_MAX_LIMIT`).
const MAX_PIDS: usize = 4 << 20;

/// A process's directory in `/proc`, held open.
///
/// It stays that process's own: once the process is gone every read fails with
/// `ESRCH`, whoever has its number then.
#[derive(Debug)]
pub struct ProcessDir {
    dir: OwnedFd,
    path: PathBuf,
}

impl ProcRoot {
    /// The processes that a `/proc` shows, ascending.
    ///
    /// # Errors
    /// The system call that failed.
    pub fn pids(&self) -> Result<Vec<u32>, ReadError> {
        let fail = |syscall, errno: Errno| ReadError {
            syscall,
            path: self.path().to_owned(),
            errno: errno.into(),
        };
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let fd = openat(self.dir()?, ".", flags, Mode::empty())
            .map_err(|errno| fail("openat", errno))?;
        let mut dir = Dir::from_fd(fd).map_err(|errno| fail("getdents64", errno))?;
        let mut pids = Vec::new();
        for entry in dir.iter() {
            let entry = entry.map_err(|errno| fail("getdents64", errno))?;
            let name = number(entry.file_name().to_bytes(), 10);
            if let Some(pid) = name.and_then(|n| u32::try_from(n).ok()) {
                pids.push(pid);
            }
            if pids.len() > MAX_PIDS {
                return Err(fail("getdents64", Errno::EFBIG));
            }
        }
        pids.sort_unstable();
        Ok(pids)
    }

    /// Opens the directory of one process; what is mounted over it is refused.
    ///
    /// # Errors
    /// `ENOENT` where there is no such process.
    pub fn process(&self, pid: u32) -> Result<ProcessDir, ReadError> {
        let name = pid.to_string();
        let path = self.path().join(&name);
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        match open_below(self.dir()?.as_fd(), &name, flags) {
            Ok(dir) => Ok(ProcessDir { dir, path }),
            Err((syscall, errno)) => Err(ReadError {
                syscall,
                path,
                errno: errno.into(),
            }),
        }
    }
}

impl ProcessDir {
    /// The path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads one of its files into `into`, whose content is replaced.
    ///
    /// # Errors
    /// `ESRCH` or `ENOENT` once the process is gone; `EFBIG` above
    /// [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
    pub fn read(&self, name: &str, into: &mut Vec<u8>) -> Result<(), ReadError> {
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let file = open_below(self.dir.as_fd(), name, flags)
            .map_err(|(syscall, errno)| self.error(syscall, name, errno))?;
        read_all(&file, into).map_err(|errno| {
            into.clear();
            self.error("read", name, Errno::from_raw(errno.0))
        })
    }

    /// The inodes of its namespaces, in the order of [`NamespaceKind::ALL`].
    ///
    /// # Errors
    /// Of each its own: `ENOENT` where the kernel has no such namespace, `EACCES` without
    /// `CAP_SYS_PTRACE` or with fewer capabilities than the process has.
    pub fn namespaces(&self) -> [Result<u64, confinement::Errno>; 8] {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let dir = open_below(self.dir.as_fd(), "ns", flags);
        NamespaceKind::ALL.map(|kind| {
            let dir = dir.as_ref().map_err(|(_, errno)| *errno)?;
            let target = readlinkat(dir, kind.name())?.into_vec();
            super::namespaces::link_inode(&target, kind).ok_or(Errno::EINVAL.into())
        })
    }

    /// When it started, in clock ticks since boot; field 22 of `proc_pid_stat(5)`.
    ///
    /// # Errors
    /// The system call that failed; `EINVAL` for a file that is not as the manual has it.
    pub fn start_ticks(&self) -> Result<u64, ReadError> {
        let mut stat = Vec::new();
        self.read("stat", &mut stat)?;
        super::process::field_22(&stat).ok_or_else(|| self.error("read", "stat", Errno::EINVAL))
    }

    /// Whether the process is still there.
    pub fn is_alive(&self) -> bool {
        // Reading stat of a process that is gone gives ESRCH, or ENOENT on opening it.
        self.read("stat", &mut Vec::new()).is_ok()
    }

    fn error(&self, syscall: &'static str, name: &str, errno: Errno) -> ReadError {
        ReadError {
            syscall,
            path: self.path.join(name),
            errno: errno.into(),
        }
    }
}

/// Opens a name below a directory without crossing into another mount or following links.
fn open_below(
    dir: std::os::fd::BorrowedFd<'_>,
    name: &str,
    flags: OFlag,
) -> Result<OwnedFd, (&'static str, Errno)> {
    let how = OpenHow::new().flags(flags).resolve(
        ResolveFlag::RESOLVE_BENEATH
            | ResolveFlag::RESOLVE_NO_SYMLINKS
            | ResolveFlag::RESOLVE_NO_XDEV,
    );
    match openat2(dir, name, how) {
        // Before Linux 5.6, or a filter that knows no openat2: none of these names is a
        // link in procfs, and `O_NOFOLLOW` holds for the last component elsewhere.
        Err(Errno::ENOSYS | Errno::EPERM) => {
            openat(dir, name, flags | OFlag::O_NOFOLLOW, Mode::empty()).map_err(|e| ("openat", e))
        }
        other => other.map_err(|e| ("openat2", e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_directory_is_read_like_any_other() {
        let proc = ProcRoot::open("/proc");
        let own = std::process::id();
        assert!(proc.pids().unwrap().contains(&own));
        let dir = proc.process(own).unwrap();
        let mut status = Vec::new();
        dir.read("status", &mut status).unwrap();
        assert!(status.windows(6).any(|w| w == b"NSpid:"));
        assert!(dir.namespaces().iter().all(Result::is_ok));
        assert!(dir.is_alive());
    }

    #[test]
    fn a_process_that_is_gone_is_told_by_every_read() {
        let proc = ProcRoot::open("/proc");
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let dir = proc.process(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!dir.is_alive());
        assert!(dir.read("status", &mut Vec::new()).is_err());
        assert!(dir.namespaces().iter().all(Result::is_err));
    }
}
