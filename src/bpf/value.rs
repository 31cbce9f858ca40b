//! What a register holds when the arguments are not known.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Number;
use super::opcode::Alu;
use super::{Field, SeccompData, TooComplex};

/// Most operations in one computed number. A filter can double an expression
/// with each instruction; real ones compute nothing.
const MAX_OPERATIONS: usize = 64;

/// An operation on 32-bit numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Sum, modulo 2^32.
    Add,
    /// Difference, modulo 2^32.
    Subtract,
    /// Product, modulo 2^32.
    Multiply,
    /// Quotient.
    Divide,
    /// Bitwise or.
    Or,
    /// Bitwise and.
    And,
    /// Shift to the left by the low five bits of the count.
    ShiftLeft,
    /// Shift to the right by the low five bits of the count.
    ShiftRight,
    /// Bitwise exclusive or.
    Xor,
}

/// A 32-bit number that a filter computes from a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// A known number.
    Number(u32),
    /// Bits of a field: `(field & mask) >> shift`; a negative shift goes left.
    Bits(Bits),
    /// An operation on two numbers.
    Operation {
        /// Which one.
        operation: Operation,
        /// The left operand.
        left: Box<Expression>,
        /// The right operand.
        right: Box<Expression>,
    },
}

/// Some bits of a field, moved to a place in a 32-bit word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Bits {
    /// Where they come from.
    pub field: Field,
    /// Which ones; after the shift they lie in the low 32.
    pub mask: u64,
    /// How far they are shifted to the right; a negative shift goes left.
    pub shift: i8,
}

/// What a register or scratch word holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The same number for all arguments.
    Known(u32),
    /// Bits of one field, at least one.
    Bits(Bits),
    /// Anything else.
    Computed(Expression),
}

impl Bits {
    /// One half of a field, as the filter loads it.
    pub(super) fn half(field: Field, high: bool) -> Self {
        let (mask, shift) = if high {
            (0xffff_ffff_0000_0000, 32)
        } else {
            (0xffff_ffff, 0)
        };
        Self { field, mask, shift }
    }

    /// The number in the field that becomes `word` when shifted, which may be
    /// too large for the field; and whether no bit of the word gets lost.
    pub(super) fn unshifted(self, word: u32) -> (u128, bool) {
        let wide = u128::from(word);
        let left = self.shift.unsigned_abs();
        if self.shift >= 0 {
            (wide << left, true)
        } else {
            (wide >> left, wide >> left << left == wide)
        }
    }

    fn evaluate(self, data: &SeccompData) -> Option<u32> {
        u32::try_from(self.shifted(self.field.of(data) & self.mask)).ok()
    }

    fn shifted(self, value: u64) -> u64 {
        let count = u32::from(self.shift.unsigned_abs());
        if self.shift >= 0 {
            value.checked_shr(count)
        } else {
            value.checked_shl(count)
        }
        .unwrap_or(0)
    }

    /// The bits that are left after `A & word`.
    fn masked(self, word: u32) -> Value {
        let (kept, _) = self.unshifted(word);
        self.with_mask(u64::try_from(u128::from(self.mask) & kept).unwrap_or(0))
    }

    /// The bits shifted further; those that leave the 32-bit word are dropped.
    fn moved(self, right: i8) -> Value {
        let moved = Self {
            shift: self.shift + right,
            ..self
        };
        let (word, _) = moved.unshifted(u32::MAX);
        moved.with_mask(u64::try_from(u128::from(self.mask) & word).unwrap_or(0))
    }

    fn with_mask(self, mask: u64) -> Value {
        match mask {
            0 => Value::Known(0),
            mask => Value::Bits(Self { mask, ..self }),
        }
    }
}

impl Value {
    /// The result of an operation. A division by zero must have been ruled out.
    pub(super) fn apply(self, alu: Alu, right: Self) -> Result<Self, TooComplex> {
        match (&self, &right) {
            (Self::Known(left), Self::Known(right)) => {
                return Ok(Self::Known(alu.apply(*left, *right).unwrap_or(0)));
            }
            (Self::Bits(bits), Self::Known(word)) | (Self::Known(word), Self::Bits(bits))
                if alu == Alu::And =>
            {
                return Ok(bits.masked(*word));
            }
            (Self::Bits(bits), Self::Known(count)) => {
                // Five bits always fit.
                let count = i8::try_from(count & 31).unwrap_or(0);
                match alu {
                    Alu::Lsh => return Ok(bits.moved(-count)),
                    Alu::Rsh => return Ok(bits.moved(count)),
                    _ => {}
                }
            }
            _ => {}
        }
        let operation = match alu {
            Alu::Add => Operation::Add,
            Alu::Sub => Operation::Subtract,
            Alu::Mul => Operation::Multiply,
            Alu::Div => Operation::Divide,
            Alu::Or => Operation::Or,
            Alu::And => Operation::And,
            Alu::Lsh => Operation::ShiftLeft,
            Alu::Rsh => Operation::ShiftRight,
            Alu::Xor => Operation::Xor,
        };
        let (left, right) = (self.expression(), right.expression());
        if left.operations() + right.operations() >= MAX_OPERATIONS {
            return Err(TooComplex::Arithmetic);
        }
        Ok(Self::Computed(Expression::Operation {
            operation,
            left: Box::new(left),
            right: Box::new(right),
        }))
    }

    /// The value as an expression.
    pub(super) fn expression(self) -> Expression {
        match self {
            Self::Known(number) => Expression::Number(number),
            Self::Bits(bits) => Expression::Bits(bits),
            Self::Computed(expression) => expression,
        }
    }
}

impl Expression {
    /// The number for this call; `None` on a division by zero.
    #[must_use]
    pub fn evaluate(&self, data: &SeccompData) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Bits(bits) => bits.evaluate(data),
            Self::Operation {
                operation,
                left,
                right,
            } => operation
                .alu()
                .apply(left.evaluate(data)?, right.evaluate(data)?),
        }
    }

    fn operations(&self) -> usize {
        match self {
            Self::Number(_) | Self::Bits(_) => 0,
            Self::Operation { left, right, .. } => 1 + left.operations() + right.operations(),
        }
    }

    /// Adds the fields that the expression looks at.
    pub(super) fn fields(&self, into: &mut Vec<Field>) {
        match self {
            Self::Number(_) => {}
            Self::Bits(bits) => into.push(bits.field),
            Self::Operation { left, right, .. } => {
                left.fields(into);
                right.fields(into);
            }
        }
    }
}

impl Operation {
    fn alu(self) -> Alu {
        match self {
            Self::Add => Alu::Add,
            Self::Subtract => Alu::Sub,
            Self::Multiply => Alu::Mul,
            Self::Divide => Alu::Div,
            Self::Or => Alu::Or,
            Self::And => Alu::And,
            Self::ShiftLeft => Alu::Lsh,
            Self::ShiftRight => Alu::Rsh,
            Self::Xor => Alu::Xor,
        }
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, mask, shift } = self;
        let count = shift.unsigned_abs();
        match shift.signum() {
            0 => write!(f, "({field} & {})", Number(*mask)),
            1 => write!(f, "(({field} & {}) >> {count})", Number(*mask)),
            _ => write!(f, "(({field} & {}) << {count})", Number(*mask)),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => Number(u64::from(*number)).fmt(f),
            Self::Bits(bits) => bits.fmt(f),
            Self::Operation {
                operation,
                left,
                right,
            } => write!(f, "({left} {} {right})", operation.alu().sign()),
        }
    }
}
