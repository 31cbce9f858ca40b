//! Which questions are asked: every number of an ABI, and what is listed of arguments.

use std::ops::{Deref, RangeInclusive};
use std::sync::OnceLock;

use super::question::Question;
use crate::syscalls::Abi;

/// Numbers from an ABI's first one that are asked, named or not.
const NUMBERS: u32 = 1024;

/// Questions that threads share. Of whole ABIs they are listed by whoever first needs them.
#[derive(Debug)]
pub(super) struct Questions {
    of: Vec<Abi>,
    listed: OnceLock<Vec<Question>>,
}

impl Questions {
    /// Every question of these ABIs, one ABI after the other.
    pub(super) fn about(of: Vec<Abi>) -> Self {
        let listed = OnceLock::new();
        Self { of, listed }
    }

    fn list(&self) -> Vec<Question> {
        // About a thousand each, and some hundred with arguments.
        let mut all = Vec::with_capacity(self.of.len() * 1400);
        for abi in &self.of {
            add(*abi, &mut all);
        }
        all
    }
}

impl From<Vec<Question>> for Questions {
    fn from(listed: Vec<Question>) -> Self {
        Self {
            of: Vec::new(),
            listed: listed.into(),
        }
    }
}

impl Deref for Questions {
    type Target = [Question];

    fn deref(&self) -> &[Question] {
        if self.listed.get().is_none() {
            // Not while others wait for it: a filter may kill the thread that lists them.
            let _ = self.listed.set(self.list());
        }
        self.listed.get().map_or(&[], Vec::as_slice)
    }
}

/// The numbers of an ABI that are asked about, rising: those from its first one on, and those
/// that 32-bit ARM keeps for itself far above.
pub(super) fn ranges(abi: Abi) -> Vec<RangeInclusive<u32>> {
    let last = abi.first() + (NUMBERS - 1);
    let rows = abi.syscalls();
    let above = rows.get(rows.partition_point(|row| row.number <= last)..);
    let private = above.and_then(|rows| Some(rows.first()?.number..=rows.last()?.number));
    std::iter::once(abi.first()..=last).chain(private).collect()
}

/// Adds every question of one ABI: each number with zeros, then each listed vector.
fn add(abi: Abi, questions: &mut Vec<Question>) {
    // Range by range: of a chain of iterators the length is not known beforehand.
    for numbers in ranges(abi) {
        questions.extend(numbers.map(|number| Question::Zero(abi, number)));
    }
    let listed = abi.vectors();
    questions.extend(listed.map(|(number, vector)| Question::Listed(abi, number, vector)));
}

/// The ABIs that processes of this processor enter the kernel by, the native one first.
pub(super) fn enterable() -> Vec<Abi> {
    let native = Abi::native();
    std::iter::once(native)
        .chain(native.foreign().iter().copied())
        .collect()
}

/// Those of them that this very process can enter. A process of 64-bit ARM is told from one
/// of 32-bit ARM by what it executes, not by how it calls.
pub(super) fn askable() -> Vec<Abi> {
    let mut abis = enterable();
    abis.retain(|abi| *abi != Abi::Arm);
    abis
}
