//! The opcodes that seccomp takes, decoded once.
//!
//! Numbers from include/uapi/linux/bpf_common.h and filter.h. The list is that
//! of `seccomp_check_filter` in kernel/seccomp.c: no packet loads, no `MOD`, no
//! load narrower than a word.

use super::Instruction;

/// An arithmetic operation on the accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alu {
    Add,
    Sub,
    Mul,
    Div,
    Or,
    And,
    Lsh,
    Rsh,
    Xor,
}

/// The test of a conditional jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// `A == operand`
    Equal,
    /// `A > operand`
    Greater,
    /// `A >= operand`
    GreaterEqual,
    /// `A & operand != 0`
    AnySet,
}

/// The right-hand side of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// The constant in the instruction.
    K(u32),
    /// The index register.
    X,
}

/// One instruction, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    /// `A = data[offset]`, offset in bytes.
    LoadData(u32),
    /// `A = k`
    LoadImmediate(u32),
    /// `A = sizeof(struct seccomp_data)`
    LoadLength,
    /// `A = M[k]`
    LoadMemory(u32),
    /// `X = k`
    LoadIndexImmediate(u32),
    /// `X = sizeof(struct seccomp_data)`
    LoadIndexLength,
    /// `X = M[k]`
    LoadIndexMemory(u32),
    /// `M[k] = A`
    Store(u32),
    /// `M[k] = X`
    StoreIndex(u32),
    /// `A = A op operand`
    Arithmetic(Alu, Operand),
    /// `A = -A`
    Negate,
    /// `pc += k`
    Jump(u32),
    /// `pc += test ? yes : no`
    Branch {
        test: Test,
        operand: Operand,
        yes: u8,
        no: u8,
    },
    /// Return the constant.
    Return(u32),
    /// Return `A`.
    ReturnAccumulator,
    /// `X = A`
    ToIndex,
    /// `A = X`
    FromIndex,
}

const SOURCE_X: u16 = 0x08;

impl Opcode {
    /// Decodes; `None` where seccomp does not take the opcode.
    pub(super) fn decode(instruction: Instruction) -> Option<Self> {
        let Instruction { code, jt, jf, k } = instruction;
        let decoded = match code {
            0x20 => Self::LoadData(k),
            0x00 => Self::LoadImmediate(k),
            0x80 => Self::LoadLength,
            0x60 => Self::LoadMemory(k),
            0x01 => Self::LoadIndexImmediate(k),
            0x81 => Self::LoadIndexLength,
            0x61 => Self::LoadIndexMemory(k),
            0x02 => Self::Store(k),
            0x03 => Self::StoreIndex(k),
            0x84 => Self::Negate,
            0x05 => Self::Jump(k),
            0x06 => Self::Return(k),
            0x16 => Self::ReturnAccumulator,
            0x07 => Self::ToIndex,
            0x87 => Self::FromIndex,
            _ => {
                let operand = if code & SOURCE_X == 0 {
                    Operand::K(k)
                } else {
                    Operand::X
                };
                let branch = |test| Self::Branch {
                    test,
                    operand,
                    yes: jt,
                    no: jf,
                };
                match code & !SOURCE_X {
                    0x04 => Self::Arithmetic(Alu::Add, operand),
                    0x14 => Self::Arithmetic(Alu::Sub, operand),
                    0x24 => Self::Arithmetic(Alu::Mul, operand),
                    0x34 => Self::Arithmetic(Alu::Div, operand),
                    0x44 => Self::Arithmetic(Alu::Or, operand),
                    0x54 => Self::Arithmetic(Alu::And, operand),
                    0x64 => Self::Arithmetic(Alu::Lsh, operand),
                    0x74 => Self::Arithmetic(Alu::Rsh, operand),
                    0xa4 => Self::Arithmetic(Alu::Xor, operand),
                    0x15 => branch(Test::Equal),
                    0x25 => branch(Test::Greater),
                    0x35 => branch(Test::GreaterEqual),
                    0x45 => branch(Test::AnySet),
                    _ => return None,
                }
            }
        };
        Some(decoded)
    }
}

impl Alu {
    /// The operation on two known words; `None` for a division by zero, on
    /// which the filter returns 0.
    ///
    /// Shifts use the low five bits of their count, as the kernel's interpreter
    /// and the 32-bit shifts of its JIT compilers do.
    pub(super) fn apply(self, left: u32, right: u32) -> Option<u32> {
        Some(match self {
            Self::Add => left.wrapping_add(right),
            Self::Sub => left.wrapping_sub(right),
            Self::Mul => left.wrapping_mul(right),
            Self::Div => return left.checked_div(right),
            Self::Or => left | right,
            Self::And => left & right,
            Self::Lsh => left.wrapping_shl(right),
            Self::Rsh => left.wrapping_shr(right),
            Self::Xor => left ^ right,
        })
    }

    /// The operator as C writes it.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Or => "|",
            Self::And => "&",
            Self::Lsh => "<<",
            Self::Rsh => ">>",
            Self::Xor => "^",
        }
    }
}

impl Test {
    /// The test on two known words.
    pub(super) fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
            Self::AnySet => left & right != 0,
        }
    }
}
