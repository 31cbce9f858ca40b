//! Where two stacks of filters answer differently, for all arguments at once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::budget::{Budget, WORK_PER_TABLE};
use super::cases::{joint, without_implied};
use super::condition::{Comparison, Condition, Field, Relation};
use super::{Action, Case, Decision, Program, SeccompData, TooComplex, decide_range};

/// Set in an `AUDIT_ARCH_*` whose registers have 64 bits (`__AUDIT_ARCH_64BIT`,
/// include/uapi/linux/audit.h). Without it the upper half of every argument is 0.
const WIDE: u32 = 0x8000_0000;

/// Most differences that are listed of one number.
const MAX_DIFFERENCES: usize = 1024;

/// Calls that two stacks of filters answer differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Calls for which all of these hold; empty where every call of the number differs.
    pub conditions: Vec<Condition>,
    /// What the first stack answers.
    pub left: Action,
    /// What the second one answers.
    pub right: Action,
    /// One such call. `None` where none was found, which only filters that compute with
    /// arguments bring about: there may then be no such call.
    pub witness: Option<SeccompData>,
}

/// What differs in the answers to one number, or why that could not be told.
pub type Differing = Result<Vec<Difference>, TooComplex>;

/// The numbers that two stacks of filters answer differently, each with its differences,
/// which no call shares. `arch` and `numbers` are as for [`decide_range`].
#[must_use]
pub fn differ(
    left: &[Program],
    right: &[Program],
    arch: u32,
    numbers: RangeInclusive<u32>,
) -> BTreeMap<u32, Differing> {
    if left == right {
        return BTreeMap::new();
    }
    let right = decide_range(right, arch, numbers.clone());
    let mut budget = Budget::new(WORK_PER_TABLE);
    decide_range(left, arch, numbers)
        .into_iter()
        .filter_map(|(nr, left)| {
            let found = of_number(&left, right.get(&nr)?, arch, nr, &mut budget);
            (found != Ok(Vec::new())).then_some((nr, found))
        })
        .collect()
}

fn of_number(
    left: &Decision,
    right: &Decision,
    arch: u32,
    nr: u32,
    budget: &mut Budget,
) -> Differing {
    let mut found = Vec::new();
    if left == right && !matches!(left, Decision::TooComplex(_)) {
        return Ok(found);
    }
    let (left, right) = (pieces(left)?, pieces(right)?);
    for ours in &left {
        for theirs in right.iter().filter(|case| case.action != ours.action) {
            budget.spend(1)?;
            let both = [ours.conditions.as_slice(), &theirs.conditions].concat();
            let Some(witness) = joint(&with_width(&both, arch), arch, nr, budget)? else {
                continue;
            };
            if found.len() >= MAX_DIFFERENCES {
                return Err(TooComplex::Cases);
            }
            let mut conditions = Vec::new();
            for condition in both {
                if !conditions.contains(&condition) {
                    conditions.push(condition);
                }
            }
            found.push(Difference {
                conditions: without_implied(conditions, budget)?,
                left: ours.action,
                right: theirs.action,
                witness,
            });
        }
    }
    Ok(found)
}

/// A decision as cases.
fn pieces(decision: &Decision) -> Result<Vec<Case>, TooComplex> {
    match decision {
        Decision::Always(action) => Ok(vec![Case {
            conditions: Vec::new(),
            action: *action,
            witness: None,
        }]),
        Decision::Depends(cases) => Ok(cases.clone()),
        Decision::TooComplex(why) => Err(*why),
    }
}

/// The conditions, with what the width of the registers adds to them.
fn with_width(conditions: &[Condition], arch: u32) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    if arch & WIDE == 0 {
        for argument in 0..6 {
            all.push(Condition::Comparison(Comparison {
                field: Field::Argument(argument),
                mask: u64::from(u32::MAX) << 32,
                relation: Relation::Equal,
                value: 0,
            }));
        }
    }
    all.extend_from_slice(conditions);
    all
}
