//! What has to hold of a call's arguments for a filter to answer so.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SeccompData;
use super::value::Expression;

/// A 64-bit field of `struct seccomp_data` that a caller chooses freely.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Where the call is made.
    InstructionPointer,
    /// An argument, 0 to 5.
    Argument(u8),
}

/// How two unsigned numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `>=`
    GreaterEqual,
}

/// `field & mask relation value`, unsigned, over all 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// What is looked at.
    pub field: Field,
    /// The bits that count; all ones for a plain comparison.
    pub mask: u64,
    /// How it compares.
    pub relation: Relation,
    /// The number it is compared with.
    pub value: u64,
}

/// A test of numbers that the filter computes from the arguments in a way that
/// no [`Comparison`] can say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Computation {
    /// The left number.
    pub left: Expression,
    /// How it compares, as unsigned 32-bit numbers.
    pub relation: Relation,
    /// The right number.
    pub right: Expression,
}

/// One condition on a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// On some bits of one field.
    Comparison(Comparison),
    /// On anything else.
    Computation(Computation),
}

impl Field {
    /// The field in this call; arguments above 5 read as 0.
    #[must_use]
    pub fn of(self, data: &SeccompData) -> u64 {
        match self {
            Self::InstructionPointer => data.instruction_pointer,
            Self::Argument(argument) => data.args.get(usize::from(argument)).copied().unwrap_or(0),
        }
    }

    /// Sets the field in this call.
    pub(super) fn set(self, data: &mut SeccompData, value: u64) {
        match self {
            Self::InstructionPointer => data.instruction_pointer = value,
            Self::Argument(argument) => {
                if let Some(slot) = data.args.get_mut(usize::from(argument)) {
                    *slot = value;
                }
            }
        }
    }
}

impl Relation {
    /// Whether the relation holds.
    #[must_use]
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::GreaterEqual => left >= right,
        }
    }

    /// The relation that holds where this one does not.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterEqual,
            Self::GreaterEqual => Self::Less,
        }
    }
}

impl Comparison {
    /// Whether a value of the field satisfies the comparison.
    #[must_use]
    pub fn admits(&self, value: u64) -> bool {
        self.relation.holds(value & self.mask, self.value)
    }
}

impl Condition {
    /// Whether the condition holds for this call.
    #[must_use]
    pub fn holds(&self, data: &SeccompData) -> bool {
        match self {
            Self::Comparison(comparison) => comparison.admits(comparison.field.of(data)),
            Self::Computation(Computation {
                left,
                relation,
                right,
            }) => match (left.evaluate(data), right.evaluate(data)) {
                (Some(left), Some(right)) => relation.holds(left, right),
                _ => false,
            },
        }
    }

    /// The condition that holds where this one does not.
    #[must_use]
    pub fn negated(mut self) -> Self {
        match &mut self {
            Self::Comparison(Comparison { relation, .. })
            | Self::Computation(Computation { relation, .. }) => *relation = relation.negated(),
        }
        self
    }

    /// Whether the relation is one that only a negation gives.
    pub(super) fn is_negative(&self) -> bool {
        match self {
            Self::Comparison(Comparison { relation, .. })
            | Self::Computation(Computation { relation, .. }) => {
                matches!(relation, Relation::NotEqual | Relation::Less)
            }
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InstructionPointer => f.write_str("instruction_pointer"),
            Self::Argument(argument) => write!(f, "arg{argument}"),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::GreaterEqual => ">=",
        })
    }
}

/// Numbers below 10 in decimal, others in hexadecimal.
pub(super) struct Number(pub(super) u64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            small @ 0..10 => write!(f, "{small}"),
            large => write!(f, "{large:#x}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.field)?;
        if self.mask != u64::MAX {
            write!(f, " & {}", Number(self.mask))?;
        }
        write!(f, " {} {}", self.relation, Number(self.value))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comparison(comparison) => comparison.fmt(f),
            Self::Computation(Computation {
                left,
                relation,
                right,
            }) => write!(f, "{left} {relation} {right}"),
        }
    }
}
