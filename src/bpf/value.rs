//! What a register holds when the arguments are not known.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bits::Bits;
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
