//! What filters answer to a number for all arguments at once.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::budget::{Budget, WORK_PER_NUMBER, WORK_PER_TABLE};
use super::cases::cases;
use super::explore::explore;
use super::opcode::Opcode;
use super::tree::Node;
use super::{Action, Condition, Program, SeccompData};

/// The answer to one syscall number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The same action for all arguments.
    Always(Action),
    /// It depends on the arguments or on where the call is made: for every call
    /// the conditions of exactly one case hold, and its action is the answer.
    Depends(Vec<Case>),
    /// The filters do more than is followed; no answer is made up. Concrete
    /// calls can still be evaluated.
    TooComplex(TooComplex),
}

/// One of the answers to a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// All of them hold.
    pub conditions: Vec<Condition>,
    /// The answer then.
    pub action: Action,
    /// A call of this case. `None` where none was found, which only filters that
    /// compute with arguments bring about: the case may then be impossible.
    pub witness: Option<SeccompData>,
}

/// Why a number could not be decided.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TooComplex {
    /// The filters have more paths than are followed.
    #[error("the filters have too many paths")]
    Work,
    /// One path has more conditions than are followed.
    #[error("a path through the filters has too many conditions")]
    Conditions,
    /// There are more cases than are listed.
    #[error("the answer has too many cases")]
    Cases,
    /// A filter computes long expressions from arguments.
    #[error("a filter computes a long expression from arguments")]
    Arithmetic,
    /// A filter returns a number that it computes from arguments.
    #[error("a filter returns a number computed from arguments")]
    Return,
}

impl Decision {
    /// Every action that some call may get; empty where that is not known.
    #[must_use]
    pub fn actions(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        match self {
            Self::Always(action) => actions.push(*action),
            Self::Depends(cases) => {
                for case in cases {
                    if !actions.contains(&case.action) {
                        actions.push(case.action);
                    }
                }
            }
            Self::TooComplex(_) => {}
        }
        actions
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} if ", self.action)?;
        for (index, condition) in self.conditions.iter().enumerate() {
            if index > 0 {
                f.write_str(" && ")?;
            }
            condition.fmt(f)?;
        }
        Ok(())
    }
}

/// The answer of all filters of a task to one number, for all arguments and
/// instruction pointers.
///
/// `programs` starts with the filter that was installed first, `arch` is the
/// `AUDIT_ARCH_*` of the calling convention, `nr` has bit 30 set for x32. The
/// work is bounded; behind the bound the answer is [`Decision::TooComplex`].
#[must_use]
pub fn decide(programs: &[Program], arch: u32, nr: u32) -> Decision {
    decide_one(&decode(programs), arch, nr, WORK_PER_NUMBER).0
}

/// [`decide`] for every number of a range, with one bound on the work for all.
/// Every number costs a step at least, so the range should be a table's.
#[must_use]
pub fn decide_range(
    programs: &[Program],
    arch: u32,
    numbers: RangeInclusive<u32>,
) -> BTreeMap<u32, Decision> {
    let filters = decode(programs);
    let mut left = WORK_PER_TABLE;
    numbers
        .map(|nr| {
            let allowed = left.min(WORK_PER_NUMBER);
            let (decision, unspent) = decide_one(&filters, arch, nr, allowed);
            left -= allowed - unspent;
            (nr, decision)
        })
        .collect()
}

/// The instructions of every filter, the newest first as the kernel runs them.
fn decode(programs: &[Program]) -> Vec<Vec<Opcode>> {
    programs
        .iter()
        .rev()
        .map(|program| {
            program
                .instructions()
                .iter()
                .filter_map(|instruction| Opcode::decode(*instruction))
                .collect()
        })
        .collect()
}

/// The decision, and what is left of the allowed work.
fn decide_one(filters: &[Vec<Opcode>], arch: u32, nr: u32, work: u64) -> (Decision, u64) {
    let mut budget = Budget::new(work);
    let mut attempt = || {
        let (tree, root) = explore(filters, arch, nr, &mut budget)?;
        if let Some(Node::Leaf(action)) = tree.node(root) {
            return Ok(Decision::Always(*action));
        }
        let cases = cases(&tree, root, arch, nr, &mut budget)?;
        Ok(match cases.split_first() {
            Some((first, rest)) if rest.iter().all(|case| case.action == first.action) => {
                Decision::Always(first.action)
            }
            _ => Decision::Depends(cases),
        })
    };
    let decision = attempt().unwrap_or_else(Decision::TooComplex);
    (decision, budget.left())
}
