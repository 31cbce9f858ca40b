//! What a sweep reads of every process: enough to place it and to tell what differs.

use std::collections::HashSet;
use std::sync::Arc;

use crate::confinement::{Errno, NamespaceKind, Reading, Text};
use crate::observe::{ProcRoot, ProcessDir, ReadError};

use super::traits::Traits;

/// The inode of each namespace, in the order of [`NamespaceKind::ALL`].
pub(super) type Inodes = [Result<u64, Errno>; 8];

/// One process, read lightly. What many processes share is stored once.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Its id in the pid namespace that the `/proc` shows.
    pub(super) pid: u32,
    /// Its parent's.
    pub(super) parent: u32,
    /// Its name.
    comm: Box<[u8]>,
    /// Its id in its own pid namespace.
    pub(super) inner_pid: u32,
    /// How many pid namespaces it is visible in, from the `/proc`'s own inwards.
    pub(super) depth: usize,
    /// Whether it is a thread of the kernel.
    pub(super) kernel: bool,
    /// Its `/proc/PID/cgroup`.
    pub(super) cgroup: Arc<[u8]>,
    /// Its namespaces.
    pub(super) namespaces: Arc<Inodes>,
    /// What it is compared by.
    pub(super) traits: Arc<Traits>,
}

impl View {
    /// The inode of one namespace, where it could be read.
    pub(super) fn inode(&self, kind: NamespaceKind) -> Option<u64> {
        let at = NamespaceKind::ALL.iter().position(|k| *k == kind)?;
        self.namespaces.get(at)?.ok()
    }

    /// Its name, as it chose it.
    pub(super) fn comm(&self) -> Reading<Text> {
        Reading::Known(Text::from(&*self.comm))
    }

    /// Whether it is the first process of a pid namespace below the `/proc`'s own.
    pub(super) fn is_inner_first(&self) -> bool {
        self.depth > 1 && self.inner_pid == 1
    }
}

/// Reads processes one after another, and keeps what they share.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Whether a security module labels processes; learned from the first that is asked.
    unlabelled: bool,
    buffer: Vec<u8>,
    cgroups: HashSet<Arc<[u8]>>,
    namespaces: HashSet<Arc<Inodes>>,
    traits: HashSet<Arc<Traits>>,
}

impl Reader {
    /// Reads one process.
    ///
    /// # Errors
    /// The process is gone, or not even its status may be read.
    pub(super) fn read(&mut self, proc: &ProcRoot, pid: u32) -> Result<View, ReadError> {
        self.read_dir(&proc.process(pid)?, pid)
    }

    /// The same of a directory that is open already.
    pub(super) fn read_dir(&mut self, dir: &ProcessDir, pid: u32) -> Result<View, ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let view = self.read_into(&mut buffer, dir, pid);
        self.buffer = buffer;
        view
    }

    fn read_into(
        &mut self,
        buffer: &mut Vec<u8>,
        dir: &ProcessDir,
        pid: u32,
    ) -> Result<View, ReadError> {
        dir.read("status", buffer)?;
        let status = Status::parse(buffer);
        let mut traits = Traits::of(&status.lines);
        let (parent, nspid, kernel) = (status.parent, status.nspid, status.kernel);
        let comm = status.comm.into();
        // A kernel without control groups has no such file: then it is in none.
        let cgroup = match dir.read("cgroup", buffer) {
            Ok(()) => share(&mut self.cgroups, buffer.as_slice()),
            Err(error) if error.is_missing() && dir.is_alive() => Arc::from([]),
            Err(error) => return Err(error),
        };
        if !self.unlabelled && !kernel {
            match dir.read("attr/current", buffer) {
                Ok(()) => traits.set_label(buffer),
                // No module that labels is there, and none can come later.
                Err(error) if error.errno == Errno::EINVAL || error.is_missing() => {
                    self.unlabelled = true;
                }
                Err(_) => {} // what is refused is no difference
            }
        }
        let namespaces = if kernel {
            [Err(Errno::EACCES); 8]
        } else {
            dir.namespaces()
        };
        Ok(View {
            pid,
            parent,
            comm,
            inner_pid: nspid.last().copied().unwrap_or(pid),
            depth: nspid.len().max(1),
            kernel,
            cgroup,
            namespaces: match self.namespaces.get(&namespaces) {
                Some(shared) => shared.clone(),
                None => keep(&mut self.namespaces, Arc::new(namespaces)),
            },
            traits: match self.traits.get(&traits) {
                Some(shared) => shared.clone(),
                None => keep(&mut self.traits, Arc::new(traits)),
            },
        })
    }
}

fn share(into: &mut HashSet<Arc<[u8]>>, bytes: &[u8]) -> Arc<[u8]> {
    match into.get(bytes) {
        Some(shared) => shared.clone(),
        None => keep(into, Arc::from(bytes)),
    }
}

fn keep<T: ?Sized + Eq + std::hash::Hash>(into: &mut HashSet<Arc<T>>, new: Arc<T>) -> Arc<T> {
    into.insert(new.clone());
    new
}

/// The lines of a status file that a sweep needs, `proc_pid_status(5)`.
struct Status<'a> {
    comm: &'a [u8],
    parent: u32,
    nspid: Vec<u32>,
    kernel: bool,
    /// Every line after the name's: key and trimmed value.
    lines: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Status<'a> {
    fn parse(bytes: &'a [u8]) -> Self {
        // A process chooses its name; Linux escapes line feeds in it. Lines count from
        // the first that the kernel itself writes after it.
        let own = [&b"\nUmask:\t"[..], b"\nState:\t"]
            .iter()
            .filter_map(|mark| bytes.windows(mark.len()).position(|w| w == *mark))
            .min()
            .unwrap_or(bytes.len());
        let (name, rest) = bytes.split_at_checked(own).unwrap_or((bytes, b""));
        let lines: Vec<(&[u8], &[u8])> = rest
            .split(|b| *b == b'\n')
            .filter_map(|line| {
                let colon = line.iter().position(|b| *b == b':')?;
                Some((line.get(..colon)?, line.get(colon + 1..)?.trim_ascii()))
            })
            .collect();
        let value = |key: &[u8]| lines.iter().rev().find(|(k, _)| *k == key).map(|(_, v)| *v);
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<u32>().ok();
        let parent = value(b"PPid").and_then(number).unwrap_or(0);
        let pid = value(b"Pid").and_then(number).unwrap_or(0);
        let nspid: Vec<u32> = value(b"NSpid")
            .unwrap_or_default()
            .split(u8::is_ascii_whitespace)
            .filter_map(number)
            .collect();
        // `Kthread:` since Linux 6.8; before, what kthreadd (2) is or made, without memory.
        let kernel = match value(b"Kthread") {
            Some(flag) => flag == b"1",
            None => {
                let zombie = value(b"State").is_some_and(|s| s.starts_with(b"Z"));
                let made = (pid == 2 && parent == 0) || parent == 2;
                made && nspid.len() <= 1 && !zombie && value(b"VmSize").is_none()
            }
        };
        Self {
            comm: name.strip_prefix(b"Name:\t").unwrap_or(name),
            parent,
            nspid,
            kernel,
            lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_forges_no_line() {
        let s = Status::parse(
            b"Name:\tx\nPPid:\t7\nUmask:\t0022\nState:\tS\nPid:\t9\nPPid:\t3\nNSpid:\t9\t1\n",
        );
        assert_eq!((s.parent, s.nspid.as_slice()), (3, &[9, 1][..]));
        assert!(!s.kernel);
    }

    #[test]
    fn kernel_threads_are_told_on_old_and_new_kernels() {
        let kernel = |text: &str| Status::parse(text.as_bytes()).kernel;
        assert!(kernel(
            "Name:\tkdevtmpfs\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t2\nNSpid:\t30\n"
        ));
        assert!(kernel(
            "Name:\tx\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t7\nKthread:\t1\n"
        ));
        assert!(!kernel(
            "Name:\tx\nUmask:\t0\nState:\tZ\nPid:\t30\nPPid:\t2\nNSpid:\t30\n"
        ));
        assert!(!kernel(
            "Name:\tx\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t2\nVmSize:\t8 kB\n"
        ));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            Status::parse(&bytes);
        }
    }
}
