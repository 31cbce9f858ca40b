//! The arguments worth asking a seccomp filter about.

use super::semantics::name_at;
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

    /// Every vector of this ABI, with the number of its syscall.
    pub fn vectors(self) -> impl Iterator<Item = (u32, Vector)> {
        let of = tables::VECTORS_OF
            .iter()
            .filter_map(move |(known, places)| {
                let name = name_at(*known).filter(|name| !self.has_behind_a_pointer(name))?;
                let number = self.number(name)?;
                Some(places.clone().map(move |place| (number, Vector(place))))
            });
        of.flatten()
    }
}

/// The vectors of the syscall with this name, in the order in which a report
/// lists them; empty where filters are not known to look at its arguments.
pub fn argument_vectors(name: &str) -> &'static [ArgumentVector] {
    let table = tables::VECTORS_OF;
    let found = table.binary_search_by(|(known, _)| name_at(*known).cmp(&Some(name)));
    let places = found.ok().and_then(|at| table.get(at)).map(|(_, of)| of);
    places
        .and_then(|of| tables::VECTORS.get(usize::from(of.start)..usize::from(of.end)))
        .unwrap_or_default()
}

/// The place of one vector among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vector(u16);

impl Vector {
    /// What it is called in a report, as [`ArgumentVector::label`] has it.
    pub fn label(self) -> &'static str {
        self.get().map_or("", |vector| vector.label)
    }

    /// [`ArgumentVector::arguments`] of its syscall.
    #[inline(always)]
    pub fn arguments(self, abi: Abi) -> [u64; 6] {
        let name = || {
            let mut of = tables::VECTORS_OF.iter();
            let known = of.find(|(_, places)| places.contains(&self.0));
            known.and_then(|(known, _)| name_at(*known)).unwrap_or("")
        };
        let name = if abi == Abi::S390x { name() } else { "" };
        let vector = self.get();
        vector.map_or([0; 6], |vector| vector.arguments(abi, name))
    }

    #[inline(always)]
    fn get(self) -> Option<&'static ArgumentVector> {
        tables::VECTORS.get(usize::from(self.0))
    }
}
