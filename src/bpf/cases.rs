//! A tree of answers as a list of cases.

use super::budget::Budget;
use super::condition::{Comparison, Condition, Relation};
use super::path::Path;
use super::tree::{Node, NodeId, Tree};
use super::{Action, Case, SeccompData, TooComplex};

/// Most cases of one number.
const MAX_CASES: usize = 1024;

/// Lists the paths from the root to the answers, in the order of the tests.
pub(super) fn cases(
    tree: &Tree,
    root: NodeId,
    arch: u32,
    nr: u32,
    budget: &mut Budget,
) -> Result<Vec<Case>, TooComplex> {
    let mut cases = Vec::new();
    let mut open: Vec<(NodeId, Vec<Condition>)> = vec![(root, Vec::new())];
    while let Some((id, conditions)) = open.pop() {
        budget.spend(1 + conditions.len())?;
        match tree.node(id) {
            None => {}
            Some(Node::Leaf(action)) => {
                if cases.len() >= MAX_CASES {
                    return Err(TooComplex::Cases);
                }
                if let Some(case) = case(conditions, *action, arch, nr, budget)? {
                    cases.push(case);
                }
            }
            Some(Node::Branch { condition, yes, no }) => {
                let mut otherwise = conditions.clone();
                otherwise.push(condition.clone().negated());
                open.push((*no, otherwise));
                let mut then = conditions;
                then.push(condition.clone());
                open.push((*yes, then));
            }
        }
    }
    Ok(cases)
}

/// A case, unless no call is one. Joining tests can leave a way that no call
/// takes.
fn case(
    conditions: Vec<Condition>,
    action: Action,
    arch: u32,
    nr: u32,
    budget: &mut Budget,
) -> Result<Option<Case>, TooComplex> {
    let conditions = without_implied(conditions, budget)?;
    Ok(joint(&conditions, arch, nr, budget)?.map(|witness| Case {
        conditions,
        action,
        witness,
    }))
}

/// Whether some call satisfies all of the conditions: `None` where none does, else one
/// that does, where it was found.
pub(super) fn joint(
    conditions: &[Condition],
    arch: u32,
    nr: u32,
    budget: &mut Budget,
) -> Result<Option<Option<SeccompData>>, TooComplex> {
    let mut path = Path::new(nr, arch);
    for condition in conditions {
        match path.with(condition.clone(), budget)? {
            Some(longer) => path = longer,
            None => return Ok(None),
        }
    }
    Ok(Some(path.witness()))
}

/// Leaves out what another condition on the same field says already: equal bits
/// settle every comparison within them, and of two bounds one is closer.
pub(super) fn without_implied(
    conditions: Vec<Condition>,
    budget: &mut Budget,
) -> Result<Vec<Condition>, TooComplex> {
    let telling: Vec<Comparison> = conditions
        .iter()
        .filter_map(|condition| match condition {
            // "Not this value" implies nothing else.
            Condition::Comparison(comparison) if comparison.relation != Relation::NotEqual => {
                Some(*comparison)
            }
            _ => None,
        })
        .collect();
    budget.spend(conditions.len().saturating_mul(1 + telling.len()))?;
    Ok(conditions
        .into_iter()
        .filter(|condition| match condition {
            Condition::Comparison(this) => !telling.iter().any(|other| implies(other, this)),
            Condition::Computation(_) => true,
        })
        .map(spelled)
        .collect())
}

/// A bound on the upper bits alone is a bound on the whole field.
fn spelled(mut condition: Condition) -> Condition {
    if let Condition::Comparison(comparison) = &mut condition
        && matches!(comparison.relation, Relation::Less | Relation::GreaterEqual)
        && u64::MAX.checked_shl(comparison.mask.trailing_zeros()) == Some(comparison.mask)
        && comparison.value & !comparison.mask == 0
    {
        comparison.mask = u64::MAX;
    }
    condition
}

/// Whether `other` alone makes `this` needless; never both ways round.
fn implies(other: &Comparison, this: &Comparison) -> bool {
    use Relation::{Equal, GreaterEqual, Less, NotEqual};
    if other.field != this.field || other == this {
        return false;
    }
    match (other.relation, this.relation) {
        (Equal, Equal) => other.mask != this.mask && this.mask & !other.mask == 0,
        (Equal, _) => this.mask & !other.mask == 0,
        _ if other.mask != this.mask => false,
        (GreaterEqual, GreaterEqual) | (GreaterEqual, NotEqual) => other.value > this.value,
        (Less, Less) => other.value < this.value,
        (Less, NotEqual) => other.value <= this.value,
        _ => false,
    }
}
