//! `/proc/PID/status`, `proc_pid_status(5)`, as bytes.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::proc_root::ProcRoot;
use super::read_error::ReadError;
use crate::confinement::Reading;

/// The lines of a status file, or why there are none.
#[derive(Debug)]
pub(super) struct Status {
    lines: Result<BTreeMap<Vec<u8>, Vec<u8>>, ReadError>,
    path: PathBuf,
}

impl Status {
    /// Reads the file of the process whose directory this is.
    pub(super) fn read(pid_dir: &ProcRoot) -> Self {
        Self {
            lines: pid_dir.read("status").map(|bytes| parse(&bytes)),
            path: pid_dir.path().join("status"),
        }
    }

    /// One line's value without surrounding blanks, put through `parse`.
    ///
    /// A missing line is `Absent` with `since`, the release that brought it; a value
    /// that `parse` refuses is `Denied`, since it says nothing that can be relied on.
    pub(super) fn field<T>(
        &self,
        name: &str,
        since: &str,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Reading<T> {
        match &self.lines {
            Err(error) => error.denied(lifted_by(error)),
            Ok(lines) => match lines.get(name.as_bytes()) {
                None => Reading::absent(format!(
                    "this kernel's {} has no {name} line ({since})",
                    self.path.display()
                )),
                Some(value) => match parse(value.trim_ascii()) {
                    Some(value) => Reading::Known(value),
                    None => malformed(&self.path, &format!("{name} line")),
                },
            },
        }
    }

    /// The error that reading the file gave.
    pub(super) fn error(&self) -> Option<&ReadError> {
        self.lines.as_ref().err()
    }
}

/// A `Denied` for content that is not as the manual page has it.
pub(super) fn malformed<T>(path: &Path, what: &str) -> Reading<T> {
    Reading::denied(
        "read",
        path.as_os_str().as_bytes(),
        None,
        format!("a kernel whose {what} is as proc(5) has it"),
    )
}

/// What would make a file of `/proc` that nothing guards but its presence readable.
pub(super) fn lifted_by(error: &ReadError) -> String {
    match error.errno.0 {
        nix::libc::ENOENT | nix::libc::ENOTDIR => {
            "procfs mounted there, showing the process".into()
        }
        nix::libc::EXDEV => "nothing mounted over the process's own files in procfs".into(),
        nix::libc::EACCES | nix::libc::EPERM => {
            "procfs mounted without hidepid, or CAP_SYS_PTRACE, and no security module that refuses"
                .into()
        }
        _ => format!("reading that does not fail with {}", error.errno),
    }
}

/// Splits the lines at their first colon.
///
/// A process chooses its own name. Linux escapes line feeds in it, other kernels
/// may not: what stands between `Name:` and the first line that the kernel writes
/// after it is left out, and of a line that is there twice the last one counts.
fn parse(bytes: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut lines = BTreeMap::new();
    let mut own = false;
    for line in bytes.split(|b| *b == b'\n') {
        own |= line.starts_with(b"Umask:\t") || line.starts_with(b"State:\t");
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            continue;
        };
        if let (true, Some((name, value))) = (own, line.split_at_checked(colon)) {
            lines.insert(name.to_vec(), value.get(1..).unwrap_or_default().to_vec());
        }
    }
    lines
}

/// A number in ASCII with this radix, nothing around it.
pub(super) fn number(bytes: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.starts_with('+') {
        return None;
    }
    u64::from_str_radix(text, radix).ok()
}

/// A decimal number of 32 bits.
pub(super) fn decimal(bytes: &[u8]) -> Option<u32> {
    number(bytes, 10).and_then(|n| u32::try_from(n).ok())
}

/// Decimal numbers of 32 bits with blanks between them.
pub(super) fn decimals(bytes: &[u8]) -> Option<Vec<u32>> {
    bytes
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .map(decimal)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_with_line_feeds_forges_no_line() {
        let lines = parse(b"Name:\tx\nSeccomp:\t0\nState:\tS\nSeccomp:\t2\n");
        assert_eq!(lines.get(&b"Seccomp"[..]), Some(&b"\t2".to_vec()));
        let lines = parse(b"Name:\tx\nNoNewPrivs:1\nUmask:\t0022\nState:\tS\n");
        assert_eq!(lines.get(&b"NoNewPrivs"[..]), None);
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(decimal(b"4294967295"), Some(u32::MAX));
        assert_eq!(decimal(b"4294967296"), None);
        assert_eq!(decimal(b"+1"), None);
        assert_eq!(decimals(b"0\t1  2 "), Some(vec![0, 1, 2]));
        assert_eq!(number(b"000001ffffffffff", 16), Some(0x1ff_ffff_ffff));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse(&bytes);
            decimals(&bytes);
        }
    }
}
