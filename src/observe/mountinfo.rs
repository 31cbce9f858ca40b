//! `/proc/PID/mountinfo`, `proc_pid_mountinfo(5)`, as bytes.

use rustix::fs::{AtFlags, StatxFlags};

use super::proc_root::ProcRoot;
use super::status::decimal;
use crate::confinement::{Mount, Text};

/// A mount table, with what resolves a path to its mount.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    entries: Vec<Entry>,
    /// The mount that the process's root directory is on, where the kernel told.
    root: Option<u64>,
    /// Lines that could not be read.
    pub(super) unread: usize,
}

/// One line of the table.
#[derive(Debug)]
pub(super) struct Entry {
    id: u32,
    parent: u32,
    /// What a report shows of it.
    pub(super) mount: Mount,
    /// Options of the file system, decoded.
    pub(super) super_options: Text,
}

impl Entry {
    /// Whether a comma-separated option of the mount itself is set.
    pub(super) fn has_option(&self, name: &[u8]) -> bool {
        has_option(self.mount.options.as_bytes(), name)
    }

    /// Whether a comma-separated super option is set.
    pub(super) fn has_super_option(&self, name: &[u8]) -> bool {
        has_option(self.super_options.as_bytes(), name)
    }
}

impl Mounts {
    /// Reads a table; a line that is not as the manual has it is counted, not guessed at.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut mounts = Self::default();
        for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            match entry(line) {
                Some(entry) => mounts.entries.push(entry),
                None => mounts.unread += 1,
            }
        }
        mounts
    }

    /// The same table, with the mount that the process's root directory is on: `root` is that
    /// directory. No path leads from it into what is mounted upon it later.
    pub(super) fn seen_from(mut self, root: &ProcRoot) -> Self {
        let flags = (AtFlags::EMPTY_PATH, StatxFlags::MNT_ID);
        let answer = root
            .dir()
            .ok()
            .and_then(|dir| rustix::fs::statx(dir, c"", flags.0, flags.1).ok());
        // Since Linux 5.8; an older kernel leaves the bit out of its answer.
        self.root = answer
            .filter(|answer| answer.stx_mask & StatxFlags::MNT_ID.bits() != 0)
            .map(|answer| answer.stx_mnt_id);
        self
    }

    /// All mounts, in the kernel's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many mounts there are, unread ones counted in.
    pub(super) fn len(&self) -> usize {
        self.entries.len() + self.unread
    }

    /// The mount that an absolute path without links is on.
    ///
    /// Walked as the kernel walks: from the root, into what is mounted on each
    /// component of the path, so that a mount hidden under a later one does not count.
    pub(super) fn of(&self, path: &[u8]) -> Option<&Entry> {
        let is_known = |id| self.entries.iter().any(|e| e.id == id);
        let told = |e: &&Entry| self.root == Some(u64::from(e.id));
        let root = self.entries.iter().find(told);
        let from = root.map(|e| e.id);
        let mut current = root
            .or_else(|| {
                let mut entries = self.entries.iter();
                entries.find(|e| e.mount.mount_point.as_bytes() == b"/" && !is_known(e.parent))
            })
            .or_else(|| {
                self.entries
                    .iter()
                    .find(|e| e.mount.mount_point.as_bytes() == b"/")
            })?;
        // Each step goes to another mount; a table with a ring in it ends the walk.
        for _ in 0..self.entries.len() {
            let at = current.mount.mount_point.as_bytes().len();
            let next = self
                .entries
                .iter()
                .filter(|e| e.parent == current.id && e.id != current.id)
                .filter(|e| e.mount.mount_point.as_bytes().len() >= at)
                .filter(|e| from.is_none() || e.mount.mount_point.as_bytes() != b"/")
                .filter(|e| is_below(path, e.mount.mount_point.as_bytes()))
                .min_by_key(|e| e.mount.mount_point.as_bytes().len());
            match next {
                Some(next) => current = next,
                None => break,
            }
        }
        Some(current)
    }
}

/// Whether `path` is `dir` or lies below it.
pub(super) fn is_below(path: &[u8], dir: &[u8]) -> bool {
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    path.strip_prefix(dir)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

fn has_option(options: &[u8], name: &[u8]) -> bool {
    options.split(|b| *b == b',').any(|o| o == name)
}

/// `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn entry(line: &[u8]) -> Option<Entry> {
    let mut words = line.split(|b| *b == b' ');
    let id = decimal(words.next()?)?;
    let parent = decimal(words.next()?)?;
    words.next()?;
    let root = words.next()?;
    let mount_point = words.next()?;
    let options = words.next()?;
    let mut propagation = Vec::new();
    loop {
        match words.next()? {
            b"-" => break,
            word => propagation.push(Text::from(word)),
        }
    }
    let fstype = words.next()?;
    let source = words.next()?;
    // A file system's own option may hold a blank that it did not escape.
    let super_options: Vec<u8> = words.collect::<Vec<_>>().join(&b' ');
    Some(Entry {
        id,
        parent,
        mount: Mount {
            mount_point: unescape(mount_point).into(),
            root: unescape(root).into(),
            fstype: unescape(fstype).into(),
            source: unescape(source).into(),
            read_only: has_option(options, b"ro"),
            options: options.into(),
            super_read_only: has_option(&super_options, b"ro"),
            propagation,
        },
        super_options: unescape(&super_options).into(),
    })
}

/// Undoes the kernel's `\040`: a backslash and three octal digits.
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let octal = match tail {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if *first == b'\\' => {
                Some(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'))
            }
            _ => None,
        };
        out.push(octal.unwrap_or(*first));
        rest = if octal.is_some() {
            tail.get(3..).unwrap_or_default()
        } else {
            tail
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLE: &[u8] = b"\
1 0 8:1 / / ro,relatime - ext4 /dev/sda1 rw
2 1 0:4 / /proc rw - proc proc rw
3 2 0:4 /sys /proc/sys ro - proc proc rw
4 1 0:9 /a\\040b\\134 /mnt/c\\012d rw,nosuid shared:7 master:3 - tmpfs none rw,size=1k
5 1 0:10 / /mnt rw - tmpfs later rw
6 2 0:11 / /proc ro - tmpfs over rw
garbage
";

    #[test]
    fn lines_are_read_and_odd_ones_counted() {
        let mounts = Mounts::parse(TABLE);
        assert_eq!((mounts.len(), mounts.unread), (7, 1));
        let odd = &mounts.entries[3].mount;
        assert_eq!(odd.root.as_bytes(), b"/a b\\");
        assert_eq!(odd.mount_point.as_bytes(), b"/mnt/c\nd");
        assert_eq!(odd.propagation.len(), 2);
    }

    #[test]
    fn a_hidden_mount_does_not_count() {
        let mounts = Mounts::parse(TABLE);
        let source = |path: &[u8]| mounts.of(path).unwrap().mount.source.to_string();
        assert_eq!(source(b"/proc/sys/kernel"), "over");
        assert_eq!(source(b"/procfs"), "/dev/sda1");
        assert_eq!(source(b"/mnt/x"), "later");
    }

    proptest! {
        #[test]
        fn no_table_panics(bytes in "[0-9 /a\\\\\\-\n]{0,200}", path in "/[a-z/]{0,20}") {
            Mounts::parse(bytes.as_bytes()).of(path.as_bytes());
        }
    }
}
