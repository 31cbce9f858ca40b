//! What is asked: one number of one ABI with one set of arguments.

use crate::syscalls::{Abi, ArgumentVector};

/// Numbers from an ABI's first one that are asked, named or not.
pub(super) const NUMBERS: u32 = 1024;

/// One question to the filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) abi: Abi,
    pub(super) number: u32,
    pub(super) asked_with: Arguments,
}

/// What stands in the registers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arguments {
    /// Zero in all six.
    Zero,
    /// A listed vector of the syscall that is named.
    Listed(&'static ArgumentVector, &'static str),
    /// These.
    Given([u64; 6]),
}

impl Question {
    /// The registers.
    pub(super) fn arguments(&self) -> [u64; 6] {
        match self.asked_with {
            Arguments::Zero => [0; 6],
            Arguments::Listed(vector, name) => vector.arguments(self.abi, name),
            Arguments::Given(registers) => registers,
        }
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
        asked_with: Arguments::Zero,
    });
    let listed = abi.syscalls().iter().flat_map(|syscall| {
        abi.argument_vectors(syscall.name)
            .iter()
            .map(move |vector| Question {
                abi,
                number: syscall.number,
                asked_with: Arguments::Listed(vector, syscall.name),
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
