//! What a conditional jump asks of values that are not known.

use super::bits::Bits;
use super::condition::{Comparison, Computation, Condition, Relation};
use super::opcode::Test;
use super::value::{Expression, Operation, Value};

/// The outcome of a test, as far as it is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The same for all arguments.
    Known(bool),
    /// It holds where the condition does.
    Open(Condition),
}

impl Outcome {
    fn negated(self) -> Self {
        match self {
            Self::Known(holds) => Self::Known(!holds),
            Self::Open(condition) => Self::Open(condition.negated()),
        }
    }
}

/// Tests one value against another.
pub(super) fn compare(test: Test, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Known(left), Value::Known(right)) => Outcome::Known(test.holds(*left, *right)),
        (Value::Bits(bits), Value::Known(word)) => match test {
            Test::Equal => equal(*bits, *word),
            Test::Greater => greater(*bits, *word),
            Test::GreaterEqual => greater_equal(*bits, *word),
            Test::AnySet => any_set(*bits, *word),
        },
        (Value::Known(word), Value::Bits(bits)) => match test {
            Test::Equal => equal(*bits, *word),
            Test::Greater => greater_equal(*bits, *word).negated(),
            Test::GreaterEqual => greater(*bits, *word).negated(),
            Test::AnySet => any_set(*bits, *word),
        },
        _ => computed(test, left.clone().expression(), right.clone().expression()),
    }
}

fn comparison(bits: Bits, mask: u64, relation: Relation, value: u64) -> Outcome {
    // A single bit has one spelling only, so that equal conditions are found.
    let (relation, value) = if !mask.is_power_of_two() {
        (relation, value)
    } else {
        match relation {
            Relation::Equal if value != 0 => (Relation::NotEqual, 0),
            Relation::GreaterEqual => (Relation::NotEqual, 0),
            relation => (relation, value),
        }
    };
    Outcome::Open(Condition::Comparison(Comparison {
        field: bits.field,
        mask,
        relation,
        value,
    }))
}

fn equal(bits: Bits, word: u32) -> Outcome {
    match bits.unshifted(word) {
        (value, true) if value & !u128::from(bits.mask) == 0 => {
            // No bit outside a 64-bit mask is set, so it fits.
            let value = u64::try_from(value).unwrap_or(0);
            comparison(bits, bits.mask, Relation::Equal, value)
        }
        _ => Outcome::Known(false),
    }
}

fn greater(bits: Bits, word: u32) -> Outcome {
    match word.checked_add(1) {
        Some(next) => greater_equal(bits, next),
        None => Outcome::Known(false),
    }
}

fn greater_equal(bits: Bits, word: u32) -> Outcome {
    let (value, whole) = bits.unshifted(word);
    // Bits that a left shift pushes out round the bound up.
    let least = if whole { value } else { value + 1 };
    match u64::try_from(least) {
        Ok(0) => Outcome::Known(true),
        Ok(least) if least <= bits.mask => {
            comparison(bits, bits.mask, Relation::GreaterEqual, least)
        }
        _ => Outcome::Known(false),
    }
}

fn any_set(bits: Bits, word: u32) -> Outcome {
    let (asked, _) = bits.unshifted(word);
    match u64::try_from(asked & u128::from(bits.mask)) {
        Ok(0) | Err(_) => Outcome::Known(false),
        Ok(mask) => comparison(bits, mask, Relation::NotEqual, 0),
    }
}

fn computed(test: Test, left: Expression, right: Expression) -> Outcome {
    let computation = match test {
        Test::Equal => Computation {
            left,
            relation: Relation::Equal,
            right,
        },
        Test::GreaterEqual => Computation {
            left,
            relation: Relation::GreaterEqual,
            right,
        },
        Test::Greater => Computation {
            left: right,
            relation: Relation::Less,
            right: left,
        },
        Test::AnySet => Computation {
            left: Expression::Operation {
                operation: Operation::And,
                left: Box::new(left),
                right: Box::new(right),
            },
            relation: Relation::NotEqual,
            right: Expression::Number(0),
        },
    };
    Outcome::Open(Condition::Computation(computation))
}
