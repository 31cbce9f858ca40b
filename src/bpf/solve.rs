//! Is there an argument for which all these comparisons hold?

use super::condition::{Comparison, Relation};
use super::{TooComplex, budget::Budget};

/// Most work on one question; behind it the answer is [`Solution::Unknown`].
const MAX_WORK: usize = 1 << 17;

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Solution {
    /// This value satisfies all.
    Value(u64),
    /// No value does.
    Impossible,
    /// The search was given up.
    Unknown,
}

/// Searches a value that satisfies all comparisons, which are about one field.
/// Bits that do not matter are taken from `prefer`.
///
/// The bits that equalities fix are set first; the others are tried from the
/// highest to the lowest, which settles every order comparison on the way.
pub(super) fn solve(
    comparisons: &[Comparison],
    prefer: u64,
    budget: &mut Budget,
) -> Result<Solution, TooComplex> {
    budget.spend(comparisons.len())?;
    let mut fixed = 0_u64;
    let mut value = prefer;
    for comparison in comparisons {
        let Comparison {
            mask,
            relation: Relation::Equal,
            value: wanted,
            ..
        } = *comparison
        else {
            continue;
        };
        if wanted & !mask != 0 || (value ^ wanted) & fixed & mask != 0 {
            return Ok(Solution::Impossible);
        }
        value = value & !mask | wanted;
        fixed |= mask;
    }
    let open: Vec<Comparison> = comparisons
        .iter()
        .copied()
        .filter(|comparison| comparison.relation != Relation::Equal)
        .collect();
    if open.iter().all(|comparison| comparison.admits(value)) {
        return Ok(Solution::Value(value));
    }
    let mut search = Search { fixed, work: 0 };
    let found = search.from(63, value, &open);
    budget.spend(search.work)?;
    Ok(match found {
        Ok(Some(value)) => Solution::Value(value),
        Ok(None) => Solution::Impossible,
        Err(GivenUp) => Solution::Unknown,
    })
}

struct GivenUp;

struct Search {
    fixed: u64,
    work: usize,
}

impl Search {
    /// Chooses this bit and the lower ones; the recursion is 64 deep at most.
    /// `open` are the comparisons that the higher bits leave undecided.
    fn from(&mut self, bit: u32, value: u64, open: &[Comparison]) -> Result<Option<u64>, GivenUp> {
        self.work += 1 + open.len();
        if self.work > MAX_WORK {
            return Err(GivenUp);
        }
        if open.is_empty() {
            return Ok(Some(value));
        }
        let one = 1_u64 << bit;
        let free = self.fixed & one == 0 && open.iter().any(|c| c.mask & one != 0);
        let choices = [Some(value), free.then_some(value ^ one)];
        for value in choices.into_iter().flatten() {
            let Some(still_open) = narrow(one, value, open) else {
                continue;
            };
            let found = match bit.checked_sub(1) {
                Some(lower) => self.from(lower, value, &still_open)?,
                // All bits are equal to the bound's.
                None => still_open
                    .iter()
                    .all(|c| c.relation == Relation::GreaterEqual)
                    .then_some(value),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// The comparisons that are open after this bit; `None` where one fails.
fn narrow(one: u64, value: u64, open: &[Comparison]) -> Option<Vec<Comparison>> {
    let mut still_open = Vec::with_capacity(open.len());
    for comparison in open {
        let have = value & comparison.mask & one;
        let bound = comparison.value & one;
        if have == bound {
            still_open.push(*comparison);
            continue;
        }
        let fails = match comparison.relation {
            Relation::Less => have > bound,
            Relation::GreaterEqual => have < bound,
            Relation::Equal | Relation::NotEqual => false,
        };
        if fails {
            return None;
        }
    }
    Some(still_open)
}
