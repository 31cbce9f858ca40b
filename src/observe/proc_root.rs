//! One directory, read without leaving it: `/proc`, a file tree, or a captured one.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat};

use super::bounded::{names, read_all};
use super::kept::Kept;
use super::read_error::ReadError;
use super::walk;
use crate::confinement::Errno;

/// A directory that everything is read through.
///
/// Names are resolved inside it (`openat2(2)` with `RESOLVE_IN_ROOT` and
/// `RESOLVE_NO_MAGICLINKS`, since Linux 5.6; step by step where that is not to
/// be had), so that a link that a container made leads nowhere else. A
/// directory that could not be opened is kept with its error, which each read
/// then gives: a process without `/proc` still gets a report.
#[derive(Debug)]
pub struct ProcRoot {
    dir: Result<OwnedFd, ReadError>,
    path: PathBuf,
    /// Whether names may cross into another mount below it.
    cross_mounts: bool,
    /// Whether every file in it is the kernel's own, which opening cannot set off.
    kernels: bool,
    kept: Kept,
}

impl ProcRoot {
    /// Opens a directory; every link in `path` itself is followed.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let dir = nix::fcntl::open(&path, flags, Mode::empty()).map_err(|errno| ReadError {
            syscall: "open",
            path: path.clone(),
            errno: errno.into(),
        });
        Self::at(path, dir)
    }

    fn at(path: PathBuf, dir: Result<OwnedFd, ReadError>) -> Self {
        Self {
            dir,
            path,
            cross_mounts: true,
            kernels: false,
            kept: Kept::default(),
        }
    }

    /// Opens a directory below this one that is one mount throughout: a file that
    /// somebody mounted over one of its own is refused with `EXDEV`.
    pub fn below(&self, rel: &str) -> Self {
        let dir = self.open_at(rel.as_bytes(), OFlag::O_PATH | OFlag::O_DIRECTORY);
        Self {
            cross_mounts: false,
            ..Self::at(self.path.join(rel), dir)
        }
    }

    /// Opens the file tree that the magic link `rel` (`PID/root`) leads to.
    ///
    /// The tree is another process's; names in it are resolved inside it.
    pub fn tree(&self, rel: &str) -> Self {
        let path = self.path.join(rel);
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let dir = self.dir().and_then(|dir| {
            nix::fcntl::openat(dir, rel, flags, Mode::empty()).map_err(|errno| ReadError {
                syscall: "openat",
                path: path.clone(),
                errno: errno.into(),
            })
        });
        Self::at(path, dir)
    }

    /// The same directory, which is known to be procfs and nothing else: its files are
    /// opened without looking first.
    pub(super) fn of_procfs(self) -> Self {
        Self {
            kernels: !self.cross_mounts,
            ..self
        }
    }

    /// The same directory as if opening it had failed so.
    pub(super) fn failed(self, syscall: &'static str, errno: Errno) -> Self {
        Self {
            dir: Err(self.error(syscall, b"", errno)),
            ..self
        }
    }

    /// The path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether every file in it is known to be the kernel's own.
    pub(super) fn is_procfs(&self) -> bool {
        self.kernels
    }

    /// The answers that are kept of it.
    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The directory's file descriptor (`O_PATH`).
    ///
    /// # Errors
    /// The error that opening it gave.
    pub fn dir(&self) -> Result<&OwnedFd, ReadError> {
        self.dir.as_ref().map_err(Clone::clone)
    }

    /// The bytes of a regular file, at most [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
    ///
    /// # Errors
    /// The system call that failed; `EINVAL` for what is no regular file, which is
    /// not opened; `EFBIG` for a longer one.
    pub fn read(&self, rel: impl AsRef<[u8]>) -> Result<Vec<u8>, ReadError> {
        let rel = rel.as_ref();
        let fail = |syscall, errno| self.error(syscall, rel, errno);
        // Opening a device or a FIFO may act or block: look before opening.
        if !self.kernels {
            let stat = self.stat(rel)?;
            if SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG {
                return Err(fail("fstat", Errno::EINVAL));
            }
        }
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let file = self.open_at(rel, flags)?;
        let mut bytes = Vec::new();
        read_all(&file, &mut bytes).map_err(|errno| fail("read", errno))?;
        Ok(bytes)
    }

    /// The target of a symbolic or magic link, which is not followed.
    ///
    /// # Errors
    /// The system call that failed.
    pub fn link(&self, rel: impl AsRef<[u8]>) -> Result<Vec<u8>, ReadError> {
        let rel = rel.as_ref();
        let target = if self.kernels && !rel.contains(&b'/') {
            readlinkat(self.dir()?, OsStr::from_bytes(rel))
        } else {
            let fd = self.open_at(rel, OFlag::O_PATH | OFlag::O_NOFOLLOW)?;
            readlinkat(fd, "")
        };
        target
            .map(OsStringExt::into_vec)
            .map_err(|errno| self.error("readlinkat", rel, errno.into()))
    }

    /// What `fstat(2)` says of a name, its links followed inside the directory.
    ///
    /// # Errors
    /// The system call that failed.
    pub fn stat(&self, rel: impl AsRef<[u8]>) -> Result<FileStat, ReadError> {
        let rel = rel.as_ref();
        let fd = self.open_at(rel, OFlag::O_PATH)?;
        fstat(&fd).map_err(|errno| self.error("fstat", rel, errno.into()))
    }

    /// What `fstat(2)` says of a name that, if it is a link, is not followed.
    ///
    /// # Errors
    /// The system call that failed.
    pub fn lstat(&self, rel: impl AsRef<[u8]>) -> Result<FileStat, ReadError> {
        let rel = rel.as_ref();
        let fd = self.open_at(rel, OFlag::O_PATH | OFlag::O_NOFOLLOW)?;
        fstat(&fd).map_err(|errno| self.error("fstat", rel, errno.into()))
    }

    /// The names in a directory, sorted, without `.` and `..`.
    ///
    /// # Errors
    /// The system call that failed; `EFBIG` for more than
    /// [`MAX_DIR_ENTRIES`](super::MAX_DIR_ENTRIES).
    pub fn entries(&self, rel: impl AsRef<[u8]>) -> Result<Vec<Vec<u8>>, ReadError> {
        let rel = rel.as_ref();
        let fd = self.open_at(rel, OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
        names(fd).map_err(|errno| self.error("getdents64", rel, errno))
    }

    /// Opens a name inside the directory, as `openat2(2)` with `RESOLVE_IN_ROOT` does.
    fn open_at(&self, rel: &[u8], flags: OFlag) -> Result<OwnedFd, ReadError> {
        let dir = self.dir()?;
        let rel_path = Path::new(OsStr::from_bytes(rel));
        let flags = flags | OFlag::O_CLOEXEC;
        let mut resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        if !self.cross_mounts {
            resolve |= ResolveFlag::RESOLVE_NO_XDEV;
        }
        let how = OpenHow::new().flags(flags).resolve(resolve);
        match openat2(dir, rel_path, how) {
            // An older kernel, or a filter that answers as one: EPERM was runtimes' word
            // for unknown calls before ENOSYS. EAGAIN: a rename raced with the walk.
            Err(
                nix::errno::Errno::ENOSYS | nix::errno::Errno::EPERM | nix::errno::Errno::EAGAIN,
            ) => walk::open_in_root(dir.as_fd(), rel, flags)
                .map_err(|(syscall, errno)| self.error(syscall, rel, errno.into())),
            other => other.map_err(|errno| self.error("openat2", rel, errno.into())),
        }
    }

    fn error(&self, syscall: &'static str, rel: &[u8], errno: Errno) -> ReadError {
        let rel = rel.strip_prefix(b"/").unwrap_or(rel);
        ReadError {
            syscall,
            path: self.path.join(OsStr::from_bytes(rel)),
            errno,
        }
    }
}
