//! Several filters as one program.

use super::opcode::Opcode;
use super::{Action, CheckError, Instruction, MAX_INSTRUCTIONS, Program};

/// `BPF_RET | BPF_K`.
const RETURN: u16 = 0x06;
/// `BPF_JMP | BPF_JA`: its 32-bit operand reaches everywhere.
const JUMP: u16 = 0x05;
/// `BPF_LD | BPF_IMM`.
const LOAD: u16 = 0x00;
/// `BPF_LDX | BPF_IMM`.
const LOAD_X: u16 = 0x01;

/// Why several filters are not put into one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("there is no filter")]
    Empty,
    /// A filter returns what it computes: the actions are not known in advance.
    #[error("a filter returns a number that it computes")]
    Computed,
    /// The program would be longer than the kernel takes.
    #[error("together the filters need more than {MAX_INSTRUCTIONS} instructions")]
    TooLong,
    /// The kernel would not take the program.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// One program that answers as the kernel does to a task with all of these filters.
///
/// The newest runs first, as in the kernel. For each action that it gives, a copy of the
/// older ones follows, in which every action is the one that wins of both.
///
/// # Errors
///
/// [`MergeError`]; a merged stack can be longer than the kernel takes.
pub fn merge(programs: &[Program]) -> Result<Program, MergeError> {
    let mut newest_first = programs.iter().rev();
    let first = newest_first.next().ok_or(MergeError::Empty)?;
    newest_first.try_fold(first.clone(), |merged, older| both(&merged, older))
}

/// `newer`, then `older`.
fn both(newer: &Program, older: &Program) -> Result<Program, MergeError> {
    let actions = actions(newer)?;
    let (own, copy) = (newer.instructions().len(), older.instructions().len() + 2);
    let length = own + copy * actions.len();
    if length > MAX_INSTRUCTIONS {
        return Err(MergeError::TooLong);
    }
    let mut merged = Vec::with_capacity(length);
    for (at, instruction) in newer.instructions().iter().enumerate() {
        merged.push(match returned(*instruction)? {
            None => *instruction,
            Some(action) => {
                let place = actions.iter().position(|known| *known == action);
                let target = own + copy * place.unwrap_or_default();
                one(
                    JUMP,
                    u32::try_from(target - at - 1).map_err(|_| MergeError::TooLong)?,
                )
            }
        });
    }
    for action in &actions {
        // A filter starts with both registers zero.
        merged.push(one(LOAD, 0));
        merged.push(one(LOAD_X, 0));
        for instruction in older.instructions() {
            merged.push(match returned(*instruction)? {
                None => *instruction,
                // Of equals the newest filter's data is given.
                Some(other) if other.rank() < action.rank() => *instruction,
                Some(_) => one(RETURN, action.to_raw()),
            });
        }
    }
    Ok(Program::check(merged)?)
}

/// Every action that a program can give, once.
fn actions(program: &Program) -> Result<Vec<Action>, MergeError> {
    let mut actions = Vec::new();
    for instruction in program.instructions() {
        if let Some(action) = returned(*instruction)?
            && !actions.contains(&action)
        {
            actions.push(action);
        }
    }
    Ok(actions)
}

/// The action that an instruction returns; `None` where it does not return.
fn returned(instruction: Instruction) -> Result<Option<Action>, MergeError> {
    match Opcode::decode(instruction) {
        Some(Opcode::Return(raw)) => Ok(Some(Action::from_raw(raw))),
        Some(Opcode::ReturnAccumulator) => Err(MergeError::Computed),
        _ => Ok(None),
    }
}

fn one(code: u16, k: u32) -> Instruction {
    Instruction {
        code,
        jt: 0,
        jf: 0,
        k,
    }
}
