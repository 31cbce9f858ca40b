//! Decisions from verdicts that were asked, of which only some arguments are known.

use std::collections::BTreeMap;

use super::{Decisions, ExportError};
use crate::bpf::{Action, Case, Comparison, Condition, Decision, Field, Relation};
use crate::confinement::{AbiVerdicts, KillScope, SyscallVerdict, Verdict};
use crate::syscalls::Abi;

/// What the verdicts make likely: every listed vector as it was answered, and all other
/// arguments as zeros were.
pub(super) fn decisions(tables: &[AbiVerdicts]) -> Result<Decisions, ExportError> {
    let mut decisions = Decisions::new();
    for table in tables {
        let Some(abi) = Abi::from_name(&table.abi) else {
            continue;
        };
        let mut all = BTreeMap::new();
        for syscall in &table.syscalls {
            all.insert(syscall.number, of_syscall(abi, syscall)?);
        }
        for range in &table.unnamed {
            let always = Decision::Always(action(&table.abi, "a number", &range.verdict)?);
            for number in range.first..=range.last.min(range.first.saturating_add(super::NUMBERS)) {
                all.insert(number, always.clone());
            }
        }
        decisions.insert(abi, all);
    }
    Ok(decisions)
}

fn of_syscall(abi: Abi, syscall: &SyscallVerdict) -> Result<Decision, ExportError> {
    let base = action(abi.as_str(), &syscall.name, &syscall.verdict)?;
    let mut exceptions: Vec<(Vec<Comparison>, Action)> = Vec::new();
    for asked in &syscall.arguments {
        let action = action(abi.as_str(), &syscall.name, &asked.verdict)?;
        let vectors = abi.argument_vectors(&syscall.name);
        let vector = vectors.iter().find(|vector| vector.label == asked.label);
        let Some(vector) = vector.filter(|_| action != base) else {
            continue;
        };
        let bits = vector.label.starts_with("CLONE_");
        let meant = vector.arguments(abi, &syscall.name);
        let comparisons: Vec<Comparison> = (0_u8..)
            .zip(meant)
            .filter(|(_, value)| *value != 0)
            .map(|(index, value)| Comparison {
                field: Field::Argument(index),
                mask: if bits { value } else { u64::MAX },
                relation: Relation::Equal,
                value,
            })
            .collect();
        let known = exceptions.iter().any(|(known, _)| *known == comparisons);
        if !comparisons.is_empty() && !known {
            exceptions.push((comparisons, action));
        }
    }
    if exceptions.is_empty() {
        return Ok(Decision::Always(base));
    }
    let mut cases = vec![Vec::new()];
    for (comparisons, _) in &exceptions {
        // Outside of this exception: one of its comparisons does not hold.
        cases = cases
            .iter()
            .flat_map(|case: &Vec<Condition>| {
                comparisons.iter().map(|comparison| {
                    let mut outside = case.clone();
                    outside.push(Condition::Comparison(Comparison {
                        relation: Relation::NotEqual,
                        ..*comparison
                    }));
                    outside
                })
            })
            .take(MOST)
            .collect();
    }
    let outside = cases.into_iter().map(|conditions| (conditions, base));
    let inside = exceptions.iter().map(|(comparisons, action)| {
        let all = comparisons.iter().copied().map(Condition::Comparison);
        (all.collect(), *action)
    });
    Ok(Decision::Depends(
        outside
            .chain(inside)
            .map(|(conditions, action)| Case {
                conditions,
                action,
                witness: None,
            })
            .collect(),
    ))
}

/// Most cases of one syscall; what they leave out the profile is refused for.
const MOST: usize = 256;

fn action(abi: &str, name: &str, verdict: &Verdict) -> Result<Action, ExportError> {
    let unknown = || ExportError::Unknown(format!("{name} in {abi}: {verdict}"));
    Ok(match verdict {
        Verdict::Allowed | Verdict::NeverFiltered => Action::Allow,
        Verdict::Logged => Action::Log,
        Verdict::Errno(errno) => Action::Errno(u16::try_from(errno.0).map_err(|_| unknown())?),
        Verdict::Trapped(data) => Action::Trap(*data),
        Verdict::Traced(data) => Action::Trace(*data),
        Verdict::Notified => Action::UserNotif,
        Verdict::Killed(KillScope::Thread) => Action::KillThread,
        Verdict::Killed(KillScope::Process) => Action::KillProcess,
        Verdict::Depends | Verdict::Inconclusive(_) | Verdict::NotProbed(_) => {
            return Err(unknown());
        }
    })
}
