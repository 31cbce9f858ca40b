//! What filters that were dumped decide, for all arguments at once.

use std::collections::BTreeMap;

use crate::bpf::{Decision, Program, decide_range};
use crate::confinement::{AbiVerdicts, ConditionalVerdict, SyscallVerdict, Verdict};
use crate::syscalls::Abi;

use super::question::Question;
use super::questions;
use super::verdicts;

/// What filters decide about every number of every ABI that this processor's processes can
/// enter: one verdict, or each verdict with the conditions on the arguments under which it
/// is given. `programs` as [`super::dump`] gives them.
///
/// A number that the table does not name stands among the named ones, by its number, where
/// its verdict depends on arguments.
#[must_use]
pub fn decided_of(programs: &[Program]) -> Vec<AbiVerdicts> {
    questions::enterable()
        .into_iter()
        .map(|abi| of_abi(programs, abi))
        .collect()
}

fn of_abi(programs: &[Program], abi: Abi) -> AbiVerdicts {
    let decided: BTreeMap<u32, Decision> = questions::ranges(abi)
        .into_iter()
        .flat_map(|numbers| decide_range(programs, abi.audit_arch(), numbers))
        .collect();
    let questions: Vec<Question> = decided
        .keys()
        .map(|number| Question::Zero(abi, *number))
        .collect();
    let mut table = verdicts::table(abi, &questions, |_, question| {
        decided
            .get(&question.number())
            .map_or(Verdict::NotProbed(String::from("not decided")), verdict)
    });
    for syscall in &mut table.syscalls {
        if let Some(Decision::Depends(cases)) = decided.get(&syscall.number) {
            syscall.cases = conditional(cases);
        }
    }
    depending_without_name(&mut table, &decided);
    table
}

fn verdict(decision: &Decision) -> Verdict {
    match decision {
        Decision::Always(action) => verdicts::of_action(*action),
        Decision::Depends(_) => Verdict::Depends,
        Decision::TooComplex(why) => Verdict::Inconclusive(why.to_string()),
    }
}

fn conditional(cases: &[crate::bpf::Case]) -> Vec<ConditionalVerdict> {
    cases
        .iter()
        .map(|case| {
            let conditions: Vec<String> = case.conditions.iter().map(ToString::to_string).collect();
            ConditionalVerdict {
                when: conditions.join(" && "),
                verdict: verdicts::of_action(case.action),
            }
        })
        .collect()
}

/// Puts the unnamed numbers that depend on arguments among the named ones.
fn depending_without_name(table: &mut AbiVerdicts, decided: &BTreeMap<u32, Decision>) {
    for range in std::mem::take(&mut table.unnamed) {
        if range.verdict != Verdict::Depends {
            table.unnamed.push(range);
            continue;
        }
        for number in range.first..=range.last {
            if let Some(Decision::Depends(cases)) = decided.get(&number) {
                table.syscalls.push(SyscallVerdict {
                    number,
                    name: number.to_string().into(),
                    verdict: Verdict::Depends,
                    arguments: Vec::new(),
                    cause: None,
                    executed: None,
                    cases: conditional(cases),
                });
            }
        }
    }
    table.syscalls.sort_by_key(|syscall| syscall.number);
}
