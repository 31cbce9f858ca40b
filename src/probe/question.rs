//! What is asked: one number of one ABI with one set of arguments.

use crate::syscalls::{Abi, ArgumentVector};

/// Numbers from an ABI's first one that are asked, named or not.
pub(super) const NUMBERS: u32 = 1024;

/// One question to the filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) abi: Abi,
    pub(super) number: u32,
    /// Which listed vector this is, and the syscall's name; `None` for all arguments zero.
    pub(super) vector: Option<(&'static ArgumentVector, &'static str)>,
}

impl Question {
    /// The registers.
    pub(super) fn arguments(&self) -> [u64; 6] {
        self.vector
            .map_or([0; 6], |(vector, name)| vector.arguments(self.abi, name))
    }

    /// Whether it enters the kernel by the compatibility gate.
    pub(super) fn compat(&self) -> bool {
        self.abi != Abi::native() && self.abi != Abi::X32
    }
}

/// Every question of one ABI: each number with zeros, then each listed vector.
pub(super) fn questions(abi: Abi) -> Vec<Question> {
    let zero = (abi.first()..abi.first() + NUMBERS).map(|number| Question {
        abi,
        number,
        vector: None,
    });
    let listed = abi.syscalls().iter().flat_map(|syscall| {
        abi.argument_vectors(syscall.name)
            .iter()
            .map(move |vector| Question {
                abi,
                number: syscall.number,
                vector: Some((vector, syscall.name)),
            })
    });
    zero.chain(listed).collect()
}

/// The ABIs that this build can ask about: its own and those of the same processor that
/// it has an entry for.
pub(super) fn askable() -> Vec<Abi> {
    match Abi::native() {
        Abi::X86_64 => vec![Abi::X86_64, Abi::I386, Abi::X32],
        native => vec![native],
    }
}
