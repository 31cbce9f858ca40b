//! The arguments worth asking a seccomp filter about.

use super::{Abi, Requirement, tables};

/// Arguments that filters tell apart from others of the same syscall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArgumentVector {
    /// What it is called in a report, such as `CLONE_NEWUSER` or `AF_ALG`.
    pub label: &'static str,
    /// The capability that the kernel asks for with these arguments.
    pub requires: Option<Requirement>,
    /// The meant arguments by position, as most ABIs order them; see
    /// [`ArgumentVector::arguments`]. Nothing where any value would do.
    pub meant: [Option<u64>; 6],
    /// Why a filter is worth asking about it.
    pub reason: &'static str,
}

impl ArgumentVector {
    /// What to put into the argument registers in this ABI: those not meant are 0.
    ///
    /// s390x swaps the first two arguments of clone (`CONFIG_CLONE_BACKWARDS2`,
    /// kernel/fork.c), so `name` must be that of the syscall.
    #[inline(always)]
    pub fn arguments(&self, abi: Abi, name: &str) -> [u64; 6] {
        let mut arguments = self.meant.map(Option::unwrap_or_default);
        if abi == Abi::S390x && name == "clone" {
            arguments.swap(0, 1);
        }
        arguments
    }
}

impl Abi {
    /// The vectors of a syscall as this ABI has it: none where it has no such
    /// syscall, nor of i386's and s390x's mmap, whose one argument points to the
    /// others (`sys_old_mmap`), so that no filter sees them.
    pub fn argument_vectors(self, name: &str) -> &'static [ArgumentVector] {
        if self.has_behind_a_pointer(name) || self.number(name).is_none() {
            return &[];
        }
        argument_vectors(name)
    }

    /// Whether this syscall's arguments lie where no filter sees them.
    fn has_behind_a_pointer(self, name: &str) -> bool {
        matches!(self, Abi::I386 | Abi::S390x) && name == "mmap"
    }

    /// Every syscall of this ABI that has vectors, by its number and name.
    pub fn with_vectors(
        self,
    ) -> impl Iterator<Item = (u32, &'static str, &'static [ArgumentVector])> {
        tables::ARGUMENTS.iter().filter_map(move |(name, vectors)| {
            let seen = !self.has_behind_a_pointer(name);
            Some((self.number(name).filter(|_| seen)?, *name, *vectors))
        })
    }
}

/// The vectors of the syscall with this name, in the order in which a report
/// lists them; empty where filters are not known to look at its arguments.
pub fn argument_vectors(name: &str) -> &'static [ArgumentVector] {
    let table = tables::ARGUMENTS;
    table
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()
        .and_then(|at| table.get(at))
        .map_or(&[], |(_, vectors)| vectors)
}
