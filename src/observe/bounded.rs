//! Reading what is open, no further than a bound: what is read may be anyone's.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::fs::RawDir;

use crate::confinement::Errno;

/// The most that is read of one file. A mount table of ten thousand mounts is about
/// 2 MB; more than this is refused, never cut, since half a file tells untruths.
pub const MAX_FILE_BYTES: u64 = 8 << 20;

/// What is read at a time: more than a usual status file.
const CHUNK: usize = 8 << 10;

/// The most entries that are taken from one directory.
pub const MAX_DIR_ENTRIES: usize = 65_536;

/// Reads an open file to its end; fails with `EFBIG` above [`MAX_FILE_BYTES`].
pub(super) fn read_all(file: &OwnedFd, into: &mut Vec<u8>) -> Result<(), Errno> {
    let limit = usize::try_from(MAX_FILE_BYTES).unwrap_or(usize::MAX);
    into.clear();
    let mut chunk = [MaybeUninit::uninit(); CHUNK];
    loop {
        match rustix::io::read(file, &mut chunk) {
            Ok(([], _)) => return Ok(()),
            Ok((read, _)) => into.extend_from_slice(read),
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(Errno(errno.raw_os_error())),
        }
        if into.len() > limit {
            return Err(Errno(nix::libc::EFBIG));
        }
    }
}

/// The names in an open directory, sorted, without `.` and `..`; fails with `EFBIG` above
/// [`MAX_DIR_ENTRIES`].
pub(super) fn names(fd: OwnedFd) -> Result<Vec<Vec<u8>>, Errno> {
    let mut buffer = Vec::with_capacity(CHUNK);
    let mut dir = RawDir::new(fd, buffer.spare_capacity_mut());
    let mut names = Vec::new();
    while let Some(entry) = dir.next() {
        let entry = entry.map_err(|errno| Errno(errno.raw_os_error()))?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        if names.len() == MAX_DIR_ENTRIES {
            return Err(Errno(nix::libc::EFBIG));
        }
        names.push(name.to_vec());
    }
    names.sort();
    Ok(names)
}
