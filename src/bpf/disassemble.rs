//! A program in words.

use super::data::Word;
use super::opcode::{Opcode, Operand, Test};
use super::{Action, Program};

/// `AUDIT_ARCH_X86_64`: any little-endian one gives the order low, high.
const LITTLE_ENDIAN: u32 = 0xc000_003e;

/// One line per instruction, without line ends: index, operation, and for jumps
/// the index of the target.
///
/// Halves of the 64-bit fields are named `lo` and `hi` as little-endian
/// machines lay them out.
#[must_use]
pub fn disassemble(program: &Program) -> Vec<String> {
    program
        .instructions()
        .iter()
        .enumerate()
        .map(|(index, instruction)| {
            let text = Opcode::decode(*instruction)
                .map_or_else(|| "invalid".to_owned(), |opcode| line(index, opcode));
            format!("{index:4}: {text}")
        })
        .collect()
}

fn line(index: usize, opcode: Opcode) -> String {
    match opcode {
        Opcode::LoadData(offset) => format!("A = {}", field(offset)),
        Opcode::LoadImmediate(k) => format!("A = {k:#x}"),
        Opcode::LoadLength => "A = sizeof(data)".to_owned(),
        Opcode::LoadMemory(word) => format!("A = M[{word}]"),
        Opcode::LoadIndexImmediate(k) => format!("X = {k:#x}"),
        Opcode::LoadIndexLength => "X = sizeof(data)".to_owned(),
        Opcode::LoadIndexMemory(word) => format!("X = M[{word}]"),
        Opcode::Store(word) => format!("M[{word}] = A"),
        Opcode::StoreIndex(word) => format!("M[{word}] = X"),
        Opcode::Arithmetic(alu, value) => format!("A {}= {}", alu.sign(), operand(value)),
        Opcode::Negate => "A = -A".to_owned(),
        Opcode::Jump(skip) => format!("goto {}", target(index, skip)),
        Opcode::Branch {
            test,
            operand: value,
            yes,
            no,
        } => {
            let condition = match test {
                Test::Equal => format!("A == {}", operand(value)),
                Test::Greater => format!("A > {}", operand(value)),
                Test::GreaterEqual => format!("A >= {}", operand(value)),
                Test::AnySet => format!("A & {} != 0", operand(value)),
            };
            let (yes, no) = (target(index, yes.into()), target(index, no.into()));
            format!("if {condition} goto {yes} else {no}")
        }
        Opcode::Return(k) => format!("return {}", returned(k)),
        Opcode::ReturnAccumulator => "return A".to_owned(),
        Opcode::ToIndex => "X = A".to_owned(),
        Opcode::FromIndex => "A = X".to_owned(),
    }
}

fn target(index: usize, skip: u32) -> usize {
    usize::try_from(skip).map_or(index, |skip| index + 1 + skip)
}

fn operand(operand: Operand) -> String {
    match operand {
        Operand::K(k) => format!("{k:#x}"),
        Operand::X => "X".to_owned(),
    }
}

fn field(offset: u32) -> String {
    match Word::at(offset, LITTLE_ENDIAN) {
        None => format!("data[{offset}]"),
        Some(Word::Number) => "nr".to_owned(),
        Some(Word::Arch) => "arch".to_owned(),
        Some(Word::Half { field, high }) => {
            let half = if high { "hi" } else { "lo" };
            match field.checked_sub(1) {
                None => format!("ip.{half}"),
                Some(argument) => format!("args[{argument}].{half}"),
            }
        }
    }
}

/// The action, and the number itself where it holds more than the action says.
fn returned(raw: u32) -> String {
    let action = Action::from_raw(raw);
    if action.to_raw() == raw {
        action.to_string()
    } else {
        format!("{action} ({raw:#010x})")
    }
}
