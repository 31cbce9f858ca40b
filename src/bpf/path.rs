//! The conditions on one path through the filters, and a call that takes it.

use super::budget::Budget;
use super::condition::{Comparison, Computation, Condition, Field};
use super::solve::{Solution, solve};
use super::{SeccompData, TooComplex};

/// Most conditions on one path. A filter that lists 500 ioctl requests has as
/// many.
const MAX_CONDITIONS: usize = 2048;

/// Calls tried to find one that satisfies a computation.
const GUESSES: u64 = 64;

/// Conditions that hold together.
#[derive(Debug, Clone)]
pub(super) struct Path {
    conditions: Vec<Condition>,
    /// A call for which all conditions hold; `None` where none was found,
    /// although none was shown to be impossible.
    witness: Option<SeccompData>,
}

impl Path {
    /// The path without conditions.
    pub(super) fn new(nr: u32, arch: u32) -> Self {
        Self {
            conditions: Vec::new(),
            witness: Some(SeccompData {
                nr,
                arch,
                ..SeccompData::default()
            }),
        }
    }

    pub(super) fn witness(&self) -> Option<SeccompData> {
        self.witness
    }

    /// The path with one more condition; `None` where no call can take it.
    pub(super) fn with(
        &self,
        condition: Condition,
        budget: &mut Budget,
    ) -> Result<Option<Self>, TooComplex> {
        budget.spend(1 + self.conditions.len())?;
        if self.conditions.len() >= MAX_CONDITIONS {
            return Err(TooComplex::Conditions);
        }
        let mut next = self.clone();
        let last = condition.clone();
        next.conditions.push(condition);
        if self.witness.is_some_and(|witness| last.holds(&witness)) {
            return Ok(Some(next));
        }
        match last {
            Condition::Comparison(comparison) => {
                let field = comparison.field;
                let prefer = self.witness.map_or(0, |witness| field.of(&witness));
                match solve(&next.comparisons(field), prefer, budget)? {
                    Solution::Impossible => return Ok(None),
                    Solution::Unknown => next.witness = None,
                    Solution::Value(value) => next.accept(field, value, budget)?,
                }
            }
            Condition::Computation(computation) => next.guess(&computation, budget)?,
        }
        Ok(Some(next))
    }

    fn comparisons(&self, field: Field) -> Vec<Comparison> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition {
                Condition::Comparison(comparison) if comparison.field == field => Some(*comparison),
                _ => None,
            })
            .collect()
    }

    /// Puts a value into the witness, if the computations then still hold.
    fn accept(&mut self, field: Field, value: u64, budget: &mut Budget) -> Result<(), TooComplex> {
        let Some(mut witness) = self.witness else {
            return Ok(());
        };
        field.set(&mut witness, value);
        self.witness = self.holds_for(&witness, budget)?.then_some(witness);
        Ok(())
    }

    /// Looks for a witness of a computation among a few calls: small numbers,
    /// all ones, single bits, and what a fixed generator makes of the counter.
    fn guess(&mut self, computation: &Computation, budget: &mut Budget) -> Result<(), TooComplex> {
        let mut fields = Vec::new();
        computation.left.fields(&mut fields);
        computation.right.fields(&mut fields);
        let from = self.witness.take();
        let Some(from) = from else { return Ok(()) };
        for guess in 0..GUESSES {
            let mut candidate = from;
            for (place, field) in (0_u64..).zip(&fields) {
                let value = match guess % 4 {
                    0 => guess / 4,
                    1 => (guess / 4).wrapping_neg(),
                    2 => 1_u64 << (guess / 4 * 2),
                    _ => mix(guess + (place << 8)),
                };
                field.set(&mut candidate, value);
            }
            if self.holds_for(&candidate, budget)? {
                self.witness = Some(candidate);
                break;
            }
        }
        Ok(())
    }

    fn holds_for(&self, data: &SeccompData, budget: &mut Budget) -> Result<bool, TooComplex> {
        budget.spend(self.conditions.len())?;
        Ok(self
            .conditions
            .iter()
            .all(|condition| condition.holds(data)))
    }
}

/// Spreads a counter over all bits (the finalizer of splitmix64).
fn mix(counter: u64) -> u64 {
    let mut bits = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
