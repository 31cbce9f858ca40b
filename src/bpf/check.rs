//! The kernel's rules for a seccomp program.
//!
//! They are those of `bpf_check_basics_ok`, `bpf_check_classic` and
//! `check_load_and_stores` in net/core/filter.c and of `seccomp_check_filter`
//! in kernel/seccomp.c. Fields that an opcode does not use may hold anything,
//! and code that no jump reaches is checked like the rest, as in the kernel.

use super::opcode::{Alu, Opcode, Operand};
use super::{Instruction, MAX_INSTRUCTIONS, SECCOMP_DATA_LEN};

/// Scratch words of a program: `BPF_MEMWORDS` of include/uapi/linux/filter.h.
pub(super) const MEMORY_WORDS: usize = 16;

/// The rule that a program breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bpf instruction {index}: {problem}")]
pub struct CheckError {
    /// Index of the instruction, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub problem: CheckProblem,
}

/// What the kernel refuses a program for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckProblem {
    /// There is no instruction.
    #[error("the program is empty")]
    Empty,
    /// There are more than [`MAX_INSTRUCTIONS`] instructions.
    #[error("the program has more than {MAX_INSTRUCTIONS} instructions")]
    TooLong,
    /// Seccomp does not take this opcode.
    #[error("opcode {code:#06x} is not one that seccomp takes")]
    Opcode {
        /// The opcode.
        code: u16,
    },
    /// A load that is not of a whole word within `struct seccomp_data`.
    #[error("load at offset {offset}: expected a multiple of 4 below {SECCOMP_DATA_LEN}")]
    Offset {
        /// Byte offset asked for.
        offset: u32,
    },
    /// A division by the constant zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A shift by a constant above 31.
    #[error("shift by {count}: expected at most 31")]
    Shift {
        /// Bits to shift by.
        count: u32,
    },
    /// A scratch word above 15.
    #[error("memory word {word}: expected at most 15")]
    MemoryWord {
        /// The word's index.
        word: u32,
    },
    /// A scratch word that not every path before has stored to.
    #[error("memory word {word} is loaded before it is stored on every path")]
    LoadBeforeStore {
        /// The word's index.
        word: u32,
    },
    /// A jump behind the end.
    #[error("jump over {skip} instructions leaves the program")]
    Jump {
        /// Instructions to skip.
        skip: u32,
    },
    /// The last instruction does not return.
    #[error("the last instruction is not a return")]
    NoReturn,
}

/// Checks the instructions as the kernel does.
pub(super) fn check(instructions: &[Instruction]) -> Result<(), CheckError> {
    let fail = |index, problem| Err(CheckError { index, problem });
    if instructions.len() > MAX_INSTRUCTIONS {
        return fail(MAX_INSTRUCTIONS, CheckProblem::TooLong);
    }
    let mut decoded = Vec::with_capacity(instructions.len());
    for (index, instruction) in instructions.iter().enumerate() {
        let Some(opcode) = Opcode::decode(*instruction) else {
            let code = instruction.code;
            return fail(index, CheckProblem::Opcode { code });
        };
        let behind = instructions.len() - index - 1;
        if let Some(problem) = problem_of(opcode, behind) {
            return fail(index, problem);
        }
        decoded.push(opcode);
    }
    match decoded.last() {
        None => return fail(0, CheckProblem::Empty),
        Some(Opcode::Return(_) | Opcode::ReturnAccumulator) => {}
        Some(_) => return fail(instructions.len() - 1, CheckProblem::NoReturn),
    }
    check_loads_and_stores(&decoded)
}

/// What is wrong with one instruction that has `behind` instructions after it.
fn problem_of(opcode: Opcode, behind: usize) -> Option<CheckProblem> {
    let leaves = |skip: u32| usize::try_from(skip).map_or(true, |skip| skip >= behind);
    match opcode {
        Opcode::LoadData(offset) => (offset % 4 != 0
            || usize::try_from(offset).map_or(true, |offset| offset >= SECCOMP_DATA_LEN))
        .then_some(CheckProblem::Offset { offset }),
        Opcode::Arithmetic(Alu::Div, Operand::K(0)) => Some(CheckProblem::DivisionByZero),
        Opcode::Arithmetic(Alu::Lsh | Alu::Rsh, Operand::K(count)) if count > 31 => {
            Some(CheckProblem::Shift { count })
        }
        Opcode::LoadMemory(word)
        | Opcode::LoadIndexMemory(word)
        | Opcode::Store(word)
        | Opcode::StoreIndex(word)
            if usize::try_from(word).map_or(true, |word| word >= MEMORY_WORDS) =>
        {
            Some(CheckProblem::MemoryWord { word })
        }
        Opcode::Jump(skip) if leaves(skip) => Some(CheckProblem::Jump { skip }),
        Opcode::Branch { yes, no, .. } => [yes, no]
            .into_iter()
            .map(u32::from)
            .find(|skip| leaves(*skip))
            .map(|skip| CheckProblem::Jump { skip }),
        _ => None,
    }
}

/// No path loads a scratch word that it has not stored to: one bit per word,
/// joined where paths meet.
fn check_loads_and_stores(program: &[Opcode]) -> Result<(), CheckError> {
    let mut stored_at = vec![u16::MAX; program.len()];
    let mut stored = 0_u16;
    let bit = |word: u32| 1_u16.checked_shl(word).unwrap_or(0);
    for (index, opcode) in program.iter().enumerate() {
        stored &= stored_at.get(index).copied().unwrap_or(0);
        let mut jump = |skip: u32| {
            let target = usize::try_from(skip).map_or(usize::MAX, |skip| index + 1 + skip);
            if let Some(mask) = stored_at.get_mut(target) {
                *mask &= stored;
            }
        };
        match *opcode {
            Opcode::Store(word) | Opcode::StoreIndex(word) => stored |= bit(word),
            Opcode::LoadMemory(word) | Opcode::LoadIndexMemory(word) if stored & bit(word) == 0 => {
                let problem = CheckProblem::LoadBeforeStore { word };
                return Err(CheckError { index, problem });
            }
            Opcode::Jump(skip) => {
                jump(skip);
                stored = u16::MAX;
            }
            Opcode::Branch { yes, no, .. } => {
                jump(yes.into());
                jump(no.into());
                stored = u16::MAX;
            }
            _ => {}
        }
    }
    Ok(())
}
