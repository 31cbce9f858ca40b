//! What a sweep reads of every process: enough to place it and to tell what differs.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::confinement::{Errno, NamespaceKind, Reading, Text};
use crate::observe::{ProcRoot, ProcessDir, ReadError};

use super::status::Status;
use super::traits::{Compared, Traits};

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
    last_cgroup: Option<Arc<[u8]>>,
    last_namespaces: Option<Arc<Inodes>>,
    last_traits: Option<Arc<Traits>>,
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
        let mut traits = self.alike(&status.compared);
        let (parent, nspid, kernel) = (status.parent, status.nspid, status.kernel);
        let comm = status.comm.into();
        // A kernel without control groups has no such file: then it is in none.
        let cgroup = match dir.read("cgroup", buffer) {
            Ok(()) => match &self.last_cgroup {
                Some(last) if **last == **buffer => last.clone(),
                _ => {
                    let shared = keep(&mut self.cgroups, buffer.as_slice());
                    self.last_cgroup = Some(shared.clone());
                    shared
                }
            },
            Err(error) if error.is_missing() && dir.is_alive() => Arc::from([]),
            Err(error) => return Err(error),
        };
        if !self.unlabelled && !kernel {
            match dir.read("attr/current", buffer) {
                Ok(()) => traits = keep(&mut self.traits, traits.labelled(buffer)),
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
            namespaces: match &self.last_namespaces {
                Some(last) if **last == namespaces => last.clone(),
                _ => {
                    let shared = keep(&mut self.namespaces, namespaces);
                    self.last_namespaces = Some(shared.clone());
                    shared
                }
            },
            traits,
        })
    }

    /// The traits that these lines make; most processes have those of the one before.
    fn alike(&mut self, compared: &Compared<'_>) -> Arc<Traits> {
        match &self.last_traits {
            Some(last) if last.is_of(compared) => last.clone(),
            _ => {
                let shared = keep(&mut self.traits, Traits::of(compared));
                self.last_traits = Some(shared.clone());
                shared
            }
        }
    }
}

/// The one that is kept already, or else this one from now on.
fn keep<T, B>(into: &mut HashSet<Arc<T>>, new: B) -> Arc<T>
where
    T: ?Sized + Eq + Hash,
    B: Borrow<T>,
    Arc<T>: From<B>,
{
    if let Some(shared) = into.get(new.borrow()) {
        return shared.clone();
    }
    let new = Arc::from(new);
    into.insert(new.clone());
    new
}
