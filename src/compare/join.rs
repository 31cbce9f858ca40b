//! Which report belongs to which declaration: by namespace, Pod, uid and container.

use crate::confinement::{Expected, Stage, Subject};

/// What belongs together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined {
    /// Each report that has a declaration, with all the stages that were given of it.
    pub pairs: Vec<Pair>,
    /// Declarations that no report is about, by their index.
    pub unobserved: Vec<usize>,
    /// Reports that no declaration is about, by their index, with the reason.
    pub undeclared: Vec<(usize, String)>,
}

/// One report and what was declared of its container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The report's index.
    pub actual: usize,
    /// The declarations' indexes: one, or one for each stage.
    pub declared: Vec<usize>,
}

/// Joins declarations with reports.
///
/// Two belong together when nothing that both name differs, and no other container
/// has more in common; where two have as much, neither is taken. Many reports may
/// share one declaration: a workload's replicas.
pub fn join(declared: &[Expected], actual: &[Subject]) -> Joined {
    let mut joined = Joined::default();
    let mut used = vec![false; declared.len()];
    for (index, subject) in actual.iter().enumerate() {
        let scored: Vec<(usize, u32)> = declared
            .iter()
            .enumerate()
            .filter_map(|(at, expected)| Some((at, in_common(expected, subject)?)))
            .collect();
        let Some(best) = scored.iter().map(|(_, score)| *score).max() else {
            let why = String::from("no declaration is about it");
            joined.undeclared.push((index, why));
            continue;
        };
        let mut chosen: Vec<usize> = scored
            .iter()
            .filter(|(_, score)| *score == best)
            .map(|(at, _)| *at)
            .collect();
        let first = chosen.first().and_then(|at| declared.get(*at));
        let Some(first) = first else { continue };
        let ambiguous = chosen
            .iter()
            .filter_map(|at| declared.get(*at))
            .any(|other| !same_container(&first.subject, &other.subject));
        if ambiguous {
            let why = format!(
                "{} declared containers fit it: name one with --container",
                chosen.len()
            );
            joined.undeclared.push((index, why));
            continue;
        }
        // Other stages of the same container, though they name less of it.
        chosen.extend(
            scored
                .iter()
                .filter(|(at, score)| {
                    *score < best
                        && declared.get(*at).is_some_and(|e| {
                            e.stage != first.stage && same_container(&first.subject, &e.subject)
                        })
                })
                .map(|(at, _)| *at),
        );
        for at in &chosen {
            if let Some(used) = used.get_mut(*at) {
                *used = true;
            }
        }
        joined.pairs.push(Pair {
            actual: index,
            declared: chosen,
        });
    }
    joined.unobserved = (0..declared.len())
        .filter(|at| used.get(*at) == Some(&false))
        .collect();
    joined
}

/// How many names a declaration and a report have in common; `None` where one differs.
fn in_common(expected: &Expected, actual: &Subject) -> Option<u32> {
    let declared = &expected.subject;
    let mut score = 0;
    let mut compare =
        |declared: &Option<String>, actual: &Option<String>, prefix: bool| match (declared, actual)
        {
            (Some(want), Some(have)) => {
                let made_of = prefix
                    && have
                        .strip_prefix(want.as_str())
                        .is_some_and(|rest| rest.starts_with('-'));
                if want == have || made_of {
                    score += 1;
                    Some(())
                } else {
                    None
                }
            }
            _ => Some(()),
        };
    compare(&declared.namespace, &actual.namespace, false)?;
    compare(&declared.pod, &actual.pod, declared.pod_is_prefix)?;
    compare(&declared.uid, &actual.uid, false)?;
    compare(&declared.container, &actual.container, false)?;
    // A Pod's status may be of before its container was started anew: its name says enough.
    let named = expected.stage < Stage::Told
        && declared.container.is_some()
        && declared.container == actual.container;
    if !named || declared.id == actual.id {
        compare(&declared.id, &actual.id, false)?;
    }
    Some(score)
}

/// Whether two declarations are stages of one container.
fn same_container(one: &Subject, other: &Subject) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    let named = one.container.is_some() && one.container == other.container;
    same(&one.namespace, &other.namespace)
        && same(&one.pod, &other.pod)
        && same(&one.uid, &other.uid)
        && same(&one.container, &other.container)
        && (named || same(&one.id, &other.id))
}
