//! All paths that calls of one number can take through all filters.

use super::budget::Budget;
use super::compare::Outcome;
use super::condition::Condition;
use super::opcode::Opcode;
use super::state::{State, Step};
use super::tree::{NodeId, Tree};
use super::{Action, TooComplex};

enum Task {
    Explore(Box<State>),
    /// Joins the trees of the two ways of a branch, which are done.
    Join(Condition),
}

enum Stop {
    /// Both ways of a test are possible.
    Branch {
        condition: Condition,
        yes: Box<State>,
        no: Box<State>,
    },
    Answer(Action),
    /// No call comes here.
    Impossible,
}

/// The tree of answers to all calls of this number. `filters` starts with the
/// newest.
pub(super) fn explore(
    filters: &[Vec<Opcode>],
    arch: u32,
    nr: u32,
    budget: &mut Budget,
) -> Result<(Tree, NodeId), TooComplex> {
    let mut tree = Tree::default();
    let mut done: Vec<Option<NodeId>> = Vec::new();
    let start = State::new(arch, nr);
    let mut tasks = vec![Task::Explore(Box::new(start))];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Explore(state) => match run(filters, state, budget)? {
                Stop::Answer(action) => done.push(Some(tree.leaf(action))),
                Stop::Impossible => done.push(None),
                Stop::Branch { condition, yes, no } => {
                    tasks.push(Task::Join(condition));
                    tasks.push(Task::Explore(no));
                    tasks.push(Task::Explore(yes));
                }
            },
            Task::Join(condition) => {
                let no = done.pop().flatten();
                let yes = done.pop().flatten();
                done.push(match (yes, no) {
                    (Some(yes), Some(no)) => Some(tree.branch(condition, yes, no)),
                    (only, None) | (None, only) => only,
                });
            }
        }
    }
    let root = done.pop().flatten();
    // Without any condition some call is possible.
    let root = root.unwrap_or_else(|| tree.leaf(Action::Allow));
    Ok((tree, root))
}

/// Runs until a test splits the path or all filters have answered.
fn run(
    filters: &[Vec<Opcode>],
    mut state: Box<State>,
    budget: &mut Budget,
) -> Result<Stop, TooComplex> {
    while let Some(program) = filters.get(state.filter) {
        // Nothing outranks the least number.
        if state.answer == Action::KillProcess {
            break;
        }
        budget.spend(1)?;
        // A checked program ends in a return; 0 kills.
        let opcode = program
            .get(state.next)
            .copied()
            .unwrap_or(Opcode::Return(0));
        state.next += 1;
        match state.step(opcode)? {
            Step::Next => {}
            Step::Return(value) => state.answer_with(&value)?,
            Step::Test { outcome, yes, no } => {
                let condition = match outcome {
                    Outcome::Known(holds) => {
                        state.go(if holds { yes } else { no })?;
                        continue;
                    }
                    Outcome::Open(condition) => condition,
                };
                let on_yes = state.path.with(condition.clone(), budget)?;
                let on_no = state.path.with(condition.clone().negated(), budget)?;
                match (on_yes, on_no) {
                    (Some(on_yes), Some(on_no)) => {
                        let mut other = state.clone();
                        other.path = on_no;
                        other.go(no)?;
                        state.path = on_yes;
                        state.go(yes)?;
                        return Ok(Stop::Branch {
                            condition,
                            yes: state,
                            no: other,
                        });
                    }
                    // What follows from the path needs no saying.
                    (Some(_), None) => state.go(yes)?,
                    (None, Some(_)) => state.go(no)?,
                    // The path was not shown to be possible, and is not.
                    (None, None) => return Ok(Stop::Impossible),
                }
            }
        }
    }
    Ok(Stop::Answer(state.answer))
}
