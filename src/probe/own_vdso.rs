//! Where the kernel has put this process's own vDSO, vdso(7).

use std::os::fd::AsRawFd;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::read;

/// Bytes that a vDSO and its data have room in: no kernel's take more.
pub(super) const ROOM: u64 = 64 << 10;
/// Bytes of `/proc/self/maps` that are read: a static program's has two thousand.
const MAPS: usize = 32 << 10;

/// Where this process's own vDSO lies, with its data below it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnVdso {
    pub(super) data: u64,
    pub(super) code: u64,
    pub(super) end: u64,
}

impl OwnVdso {
    /// Finds it, once; `None` where it is not as expected.
    pub(super) fn get() -> Option<Self> {
        static FOUND: OnceLock<Option<OwnVdso>> = OnceLock::new();
        *FOUND.get_or_init(Self::find)
    }

    fn find() -> Option<Self> {
        // SAFETY: reads what the kernel has told this process at its start.
        let code = unsafe { libc::getauxval(libc::AT_SYSINFO_EHDR) };
        let maps = own_maps()?;
        let parts: Vec<(u64, u64)> = maps
            .split(|byte| *byte == b'\n')
            .filter_map(|line| std::str::from_utf8(line).ok())
            .filter_map(part)
            .collect();
        let (&(data, _), &(last, end)) = (parts.first()?, parts.last()?);
        // Nothing of anything else's may lie between.
        let whole = parts
            .iter()
            .zip(parts.iter().skip(1))
            .all(|((_, end), (start, _))| end == start);
        (whole && last == code && end - data <= ROOM).then_some(Self { data, code, end })
    }
}

/// The first bytes of `/proc/self/maps`. Nothing but open(2), read(2) and close(2): a filter
/// may kill for more.
fn own_maps() -> Option<Vec<u8>> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    let file = open(c"/proc/self/maps", flags, Mode::empty()).ok()?;
    if file.as_raw_fd() <= libc::STDERR_FILENO {
        // Those are taken: a filter has answered, and nothing was opened.
        std::mem::forget(file);
        return None;
    }
    let mut text = vec![0; MAPS];
    let mut length = 0;
    while let Some(rest) = text.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read(&file, rest) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
    text.truncate(length);
    Some(text)
}

/// Where the vDSO or a part of its data lies, if the line of `maps` is of one.
fn part(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let (first, end) = fields.next()?.split_once('-')?;
    let name = fields.nth(4)?;
    if fields.next().is_some() || !(name == "[vdso]" || name.starts_with("[vvar")) {
        return None;
    }
    let address = |digits| u64::from_str_radix(digits, 16).ok();
    Some((address(first)?, address(end)?))
}
