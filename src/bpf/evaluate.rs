//! What filters answer to one call.

use super::check::MEMORY_WORDS;
use super::opcode::{Opcode, Operand};
use super::{Action, Program, SECCOMP_DATA_LEN, SeccompData};

/// `sizeof(struct seccomp_data)` as programs see it.
#[allow(clippy::cast_possible_truncation)] // 64
pub(super) const DATA_LENGTH: u32 = SECCOMP_DATA_LEN as u32;

/// What a program returns on a division by zero; the kernel converts it so.
pub(super) const DIVISION_BY_ZERO: u32 = 0;

/// The answer of one filter to one call.
///
/// At most one step per instruction, for jumps go forward only.
#[must_use]
pub fn evaluate(program: &Program, data: &SeccompData) -> Action {
    Action::from_raw(run(program, data))
}

/// The answer of all filters of a task to one call: the most restrictive action
/// wins, and at equal rank that of the newest filter.
///
/// `programs` starts with the filter that was installed first. Without filters
/// the call is allowed.
#[must_use]
pub fn evaluate_all(programs: &[Program], data: &SeccompData) -> Action {
    let mut answer = Action::Allow;
    for program in programs.iter().rev() {
        let next = evaluate(program, data);
        if next.rank() < answer.rank() {
            answer = next;
        }
    }
    answer
}

/// The return value of a program. A state that a checked program cannot reach
/// ends in 0, which kills.
fn run(program: &Program, data: &SeccompData) -> u32 {
    let mut a = 0_u32;
    let mut x = 0_u32;
    let mut memory = [0_u32; MEMORY_WORDS];
    let mut rest = program.instructions().iter();
    while let Some(opcode) = rest.next().and_then(|next| Opcode::decode(*next)) {
        let value = |operand| match operand {
            Operand::K(k) => k,
            Operand::X => x,
        };
        match opcode {
            Opcode::LoadData(offset) => a = data.word(offset).unwrap_or(0),
            Opcode::LoadImmediate(k) => a = k,
            Opcode::LoadLength => a = DATA_LENGTH,
            Opcode::LoadMemory(word) => a = slot(&mut memory, word).map_or(0, |slot| *slot),
            Opcode::LoadIndexImmediate(k) => x = k,
            Opcode::LoadIndexLength => x = DATA_LENGTH,
            Opcode::LoadIndexMemory(word) => x = slot(&mut memory, word).map_or(0, |slot| *slot),
            Opcode::Store(word) => {
                if let Some(slot) = slot(&mut memory, word) {
                    *slot = a;
                }
            }
            Opcode::StoreIndex(word) => {
                if let Some(slot) = slot(&mut memory, word) {
                    *slot = x;
                }
            }
            Opcode::Arithmetic(alu, operand) => match alu.apply(a, value(operand)) {
                Some(result) => a = result,
                None => return DIVISION_BY_ZERO,
            },
            Opcode::Negate => a = a.wrapping_neg(),
            Opcode::Jump(skip) => skip_over(&mut rest, skip),
            Opcode::Branch {
                test,
                operand,
                yes,
                no,
            } => {
                let taken = test.holds(a, value(operand));
                skip_over(&mut rest, u32::from(if taken { yes } else { no }));
            }
            Opcode::Return(k) => return k,
            Opcode::ReturnAccumulator => return a,
            Opcode::ToIndex => x = a,
            Opcode::FromIndex => a = x,
        }
    }
    0
}

/// A scratch word; a checked program names none that does not exist.
pub(super) fn slot<T>(memory: &mut [T; MEMORY_WORDS], word: u32) -> Option<&mut T> {
    memory.get_mut(usize::try_from(word).ok()?)
}

fn skip_over<'a, T: 'a>(rest: &mut std::slice::Iter<'a, T>, count: u32) {
    if let Some(last) = count.checked_sub(1) {
        rest.nth(usize::try_from(last).unwrap_or(usize::MAX));
    }
}
