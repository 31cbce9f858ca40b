//! Decisions as rules by name.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::alternatives;
use super::default::stub_from;
use super::profile::named;
use super::{
    Decisions, ExportError, ExportedArgument, ExportedProfile, ExportedRule, abis, called,
};
use crate::bpf::{Action, Case, Comparison, Condition, Decision, Field};
use crate::syscalls::Abi;

/// Most rules of one syscall.
const MOST: usize = 1024;

/// A profile that was not yet held against its source.
pub(super) struct Built {
    pub(super) profile: ExportedProfile,
    pub(super) default: Action,
    /// From which number on a runtime's own stub answers, by ABI.
    pub(super) stubs: BTreeMap<Abi, u32>,
}

/// What a rule does and where: one for all syscalls alike.
type Key = (Action, Vec<ExportedArgument>);

/// The rules that give these decisions where nothing else is the default.
pub(super) fn build(decisions: &Decisions, default: Action) -> Result<Built, ExportError> {
    let native = Abi::native();
    let dead = Decision::Always(Action::KillThread);
    let spoken = |abi: &Abi| {
        let mut all = decisions.get(abi).into_iter().flat_map(BTreeMap::values);
        *abi == native || all.any(|decision| *decision != dead)
    };
    let architectures: Vec<Abi> = abis().filter(spoken).collect();
    let stubs: BTreeMap<Abi, u32> = architectures
        .iter()
        .filter_map(|abi| Some((*abi, stub_from(decisions, *abi, default)?)))
        .collect();
    let mut rules: Vec<(Key, Vec<String>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for abi in &architectures {
        for row in abi.syscalls() {
            if stubs.get(abi).is_some_and(|from| row.number >= *from) || !seen.insert(row.name()) {
                continue;
            }
            let Some(decision) = decisions.get(abi).and_then(|all| all.get(&row.number)) else {
                continue;
            };
            for key in keys(decision, default, *abi).map_err(|why| {
                ExportError::Inexpressible(format!("{}: {why}", called(*abi, row.number)))
            })? {
                match rules.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, names)) => names.push(row.name().to_owned()),
                    None => rules.push((key, vec![row.name().to_owned()])),
                }
            }
        }
    }
    let mut syscalls = Vec::new();
    for ((action, args), names) in rules {
        let (name, errno_ret) = spelled(action)?;
        syscalls.push(ExportedRule {
            names,
            action: name,
            errno_ret,
            args,
        });
    }
    anchors(&mut syscalls, default, &stubs)?;
    let (default_action, default_errno_ret) = spelled(default)?;
    Ok(Built {
        profile: ExportedProfile {
            default_action,
            default_errno_ret,
            architectures: architectures.iter().map(|abi| abi.oci_name()).collect(),
            syscalls,
        },
        default,
        stubs,
    })
}

fn spelled(action: Action) -> Result<(&'static str, Option<u16>), ExportError> {
    named(action).ok_or_else(|| ExportError::Inexpressible(format!("the action {action}")))
}

/// Names the last syscall before a stub, so that runc puts its own there too.
fn anchors(
    rules: &mut Vec<ExportedRule>,
    default: Action,
    stubs: &BTreeMap<Abi, u32>,
) -> Result<(), ExportError> {
    let mut names = Vec::new();
    for (abi, from) in stubs {
        let before = abi.syscalls().iter().rfind(|row| row.number < *from);
        let Some(last) = before else { continue };
        let named = rules
            .iter()
            .any(|rule| rule.names.iter().any(|name| name == last.name()));
        if !named && !names.contains(&last.name().to_owned()) {
            names.push(last.name().to_owned());
        }
    }
    if !names.is_empty() {
        let (action, errno_ret) = spelled(default)?;
        rules.push(ExportedRule {
            names,
            action,
            errno_ret,
            args: Vec::new(),
        });
    }
    Ok(())
}

/// The rules of one syscall.
fn keys(decision: &Decision, default: Action, abi: Abi) -> Result<Vec<Key>, String> {
    match decision {
        Decision::Always(action) if *action == default => Ok(Vec::new()),
        Decision::Always(action) => Ok(vec![(*action, Vec::new())]),
        Decision::TooComplex(why) => Err(why.to_string()),
        Decision::Depends(cases) => {
            let mut keys = Vec::new();
            for case in cases.iter().filter(|case| case.action != default) {
                for arguments in of_case(case, abi)? {
                    keys.push((case.action, arguments));
                }
                if keys.len() > MOST {
                    return Err("its conditions need too many rules".to_owned());
                }
            }
            Ok(keys)
        }
    }
}

/// The comparisons of one case: any of these lists.
fn of_case(case: &Case, abi: Abi) -> Result<Vec<Vec<ExportedArgument>>, String> {
    let mut by_argument: BTreeMap<u8, Vec<Comparison>> = BTreeMap::new();
    for condition in &case.conditions {
        match condition {
            Condition::Comparison(comparison) => match comparison.field {
                Field::Argument(index) => {
                    by_argument
                        .entry(index)
                        .or_default()
                        .push(as_wide(*comparison, abi));
                }
                Field::InstructionPointer => {
                    return Err("it depends on where the call is made".to_owned());
                }
            },
            Condition::Computation(_) => {
                return Err(format!("it depends on a computation, {condition}"));
            }
        }
    }
    let mut all = vec![Vec::new()];
    for (index, comparisons) in by_argument {
        let any = alternatives(index, &comparisons)
            .ok_or_else(|| format!("the conditions on its argument {index} are no profile's"))?;
        all = all
            .iter()
            .flat_map(|list: &Vec<ExportedArgument>| {
                any.iter().map(|argument| {
                    let mut longer = list.clone();
                    longer.extend(argument.clone());
                    longer
                })
            })
            .collect();
        if all.len() > MOST {
            return Err("its conditions need too many rules".to_owned());
        }
    }
    Ok(all)
}

/// In an ABI of 32 bits, and in x32, libseccomp compares the lower half of every argument.
fn as_wide(mut comparison: Comparison, abi: Abi) -> Comparison {
    let half = u64::from(u32::MAX);
    if matches!(abi, Abi::I386 | Abi::X32 | Abi::Arm) && comparison.mask == half {
        comparison.mask = u64::MAX;
    }
    comparison
}
