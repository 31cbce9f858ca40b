//! What is asked: one number of one ABI with one set of arguments.

use crate::syscalls::Abi;

/// Numbers from an ABI's first one that are asked, named or not.
pub(super) const NUMBERS: u32 = 1024;

/// One question to the filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) abi: Abi,
    pub(super) number: u32,
    pub(super) arguments: [u64; 6],
    /// Which listed vector this is; `None` for all arguments zero.
    pub(super) vector: Option<&'static str>,
}

impl Question {
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
        arguments: [0; 6],
        vector: None,
    });
    let listed = abi.syscalls().iter().flat_map(|syscall| {
        abi.argument_vectors(syscall.name)
            .iter()
            .map(move |vector| Question {
                abi,
                number: syscall.number,
                arguments: vector.arguments(abi, syscall.name),
                vector: Some(vector.label),
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
