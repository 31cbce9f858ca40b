//! Names resolved inside a directory step by step, for kernels without `openat2(2)`.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::{Mode, SFlag, fstat};

/// As many links as the kernel itself follows (`MAXSYMLINKS`).
const MAX_LINKS: usize = 40;

/// The most components that are walked, links' targets counted in.
const MAX_COMPONENTS: usize = 4096;

/// Opens `rel` below `root`, every link resolved as if `root` were `/`.
///
/// Gives the system call that failed and its error. Magic links of procfs are
/// refused like any link whose target does not exist: their text is no path.
pub(super) fn open_in_root(
    root: BorrowedFd<'_>,
    rel: &[u8],
    flags: OFlag,
) -> Result<OwnedFd, (&'static str, Errno)> {
    let step = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let open = |dir: BorrowedFd<'_>, name: &[u8], flags: OFlag| {
        openat(dir, OsStr::from_bytes(name), flags, Mode::empty()).map_err(|e| ("openat", e))
    };
    let mut todo = components(rel);
    let mut stack: Vec<OwnedFd> = Vec::new();
    let mut links = 0;
    let mut walked = 0;
    while let Some(name) = todo.pop_front() {
        walked += 1;
        if walked > MAX_COMPONENTS {
            return Err(("openat", Errno::ENAMETOOLONG));
        }
        if name == b".." {
            stack.pop();
            continue;
        }
        let dir = stack.last().map_or(root, std::os::fd::AsFd::as_fd);
        let fd = open(dir, &name, step)?;
        let kind = fstat(&fd).map_err(|e| ("fstat", e))?.st_mode;
        let is_link = SFlag::from_bits_truncate(kind) & SFlag::S_IFMT == SFlag::S_IFLNK;
        let last = todo.is_empty();
        if is_link && !(last && flags.contains(OFlag::O_NOFOLLOW)) {
            links += 1;
            if links > MAX_LINKS {
                return Err(("openat", Errno::ELOOP));
            }
            let target = readlinkat(&fd, "")
                .map_err(|e| ("readlinkat", e))?
                .into_vec();
            if target.starts_with(b"/") {
                stack.clear();
            }
            for name in components(&target).into_iter().rev() {
                todo.push_front(name);
            }
            continue;
        }
        if last {
            return open(dir, &name, flags | OFlag::O_NOFOLLOW);
        }
        stack.push(fd);
    }
    let dir = stack.last().map_or(root, std::os::fd::AsFd::as_fd);
    open(dir, b".", flags)
}

/// The components of a path, without empty ones and `.`.
fn components(path: &[u8]) -> VecDeque<Vec<u8>> {
    path.split(|b| *b == b'/')
        .filter(|c| !c.is_empty() && *c != b".")
        .map(<[u8]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::fcntl::open;
    use std::os::fd::AsFd;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_stay_inside_as_with_openat2() {
        let tree = tempfile::tempdir().unwrap();
        let path = |name: &str| tree.path().join(name);
        std::fs::create_dir(path("dir")).unwrap();
        std::fs::write(path("dir/file"), "").unwrap();
        symlink("/dir", path("rooted")).unwrap();
        symlink("../../../dir/file", path("dir/climbing")).unwrap();
        symlink("/etc/passwd", path("outside")).unwrap();
        symlink("ring", path("ring")).unwrap();
        let root = open(tree.path(), OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).unwrap();
        let result =
            |rel: &str| open_in_root(root.as_fd(), rel.as_bytes(), OFlag::O_RDONLY).map(|_| ());
        assert_eq!(result("rooted/file"), Ok(()));
        assert_eq!(result("rooted/climbing"), Ok(()));
        assert_eq!(result("../../dir/./file"), Ok(()));
        assert_eq!(result(""), Ok(()));
        assert_eq!(result("outside"), Err(("openat", Errno::ENOENT)));
        assert_eq!(result("ring"), Err(("openat", Errno::ELOOP)));
        assert_eq!(result("dir/file/x"), Err(("openat", Errno::ENOTDIR)));
    }
}
