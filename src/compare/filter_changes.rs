//! Which syscalls became more or less allowed between two filters, profiles or reports.

use super::filter_change::{FILTER_CHANGES_SCHEMA, FilterChange, FilterChanges, NotCompared, Turn};
use super::filter_side::{ByNumber, FilterSide};
use crate::bpf::{Action, Difference, differ};
use crate::confinement::Verdict;
use crate::syscalls::Abi;

/// Numbers of an ABI that are compared, named or not.
pub(super) const NUMBERS: u32 = 1024;

/// Compares two sides, for every number from 0 to 1023 of every ABI that both speak of.
#[must_use]
pub fn filter_changes(before: &FilterSide, after: &FilterSide) -> FilterChanges {
    let mut found = FilterChanges {
        schema: FILTER_CHANGES_SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        before: before.name.clone(),
        after: after.name.clone(),
        exact: before.programs.is_some() && after.programs.is_some(),
        changes: Vec::new(),
        not_compared: Vec::new(),
    };
    let native = Abi::native();
    for abi in std::iter::once(&native).chain(native.foreign()).copied() {
        let sure = found.leave_out(abi, before, after);
        match (&before.programs, &after.programs) {
            (Some(left), Some(right)) => {
                let first = abi.first();
                let all = differ(left, right, abi.audit_arch(), first..=first + (NUMBERS - 1));
                for (number, differing) in all.into_iter().filter(|(n, _)| sure(*n)) {
                    match differing {
                        Ok(list) => found.exactly(abi, number, &list),
                        Err(why) => found.omit(abi, number, &why.to_string()),
                    }
                }
            }
            _ => match (before.by_number(abi), after.by_number(abi)) {
                (Some(left), Some(right)) => found.by_verdicts(abi, &left, &right, &sure),
                (None, None) => {}
                (left, _) => {
                    let side = if left.is_none() { before } else { after };
                    let why = format!("{} says nothing of this ABI", side.name);
                    found.not_compared.push(NotCompared {
                        abi: abi.as_str().to_owned(),
                        first: abi.first(),
                        last: abi.first() + (NUMBERS - 1),
                        why,
                    });
                }
            },
        }
    }
    found
}

impl FilterChanges {
    /// Notes the numbers of which exactly one side is not sure, and gives a test for the
    /// others. Two profiles leave the same to their runtime.
    fn leave_out(
        &mut self,
        abi: Abi,
        before: &FilterSide,
        after: &FilterSide,
    ) -> impl Fn(u32) -> bool + use<> {
        let mut out = std::collections::BTreeSet::new();
        for number in abi.first()..abi.first() + NUMBERS {
            let why = match (before.unsure(abi, number), after.unsure(abi, number)) {
                (Some(left), Some(right)) if left == right => continue,
                (Some(why), _) | (None, Some(why)) => why,
                (None, None) => continue,
            };
            out.insert(number);
            self.omit(abi, number, &why);
        }
        move |number| !out.contains(&number)
    }

    fn omit(&mut self, abi: Abi, number: u32, why: &str) {
        match self.not_compared.last_mut() {
            Some(run) if run.abi == abi.as_str() && run.last + 1 == number && run.why == why => {
                run.last = number;
            }
            _ => self.not_compared.push(NotCompared {
                abi: abi.as_str().to_owned(),
                first: number,
                last: number,
                why: why.to_owned(),
            }),
        }
    }

    fn exactly(&mut self, abi: Abi, number: u32, differing: &[Difference]) {
        let verdict_of = |action: Action| Verdict::of_filter_return(action.to_raw());
        for difference in differing {
            let all: Vec<String> = difference
                .conditions
                .iter()
                .map(ToString::to_string)
                .collect();
            let (before, after) = (verdict_of(difference.left), verdict_of(difference.right));
            // Of two actions the kernel may make the same.
            if before != after {
                let when = (!all.is_empty()).then(|| all.join(" && "));
                let example = difference.witness.map(|call| call.args);
                self.add(abi, number, when, (&before, &after), example);
            }
        }
    }

    fn by_verdicts(
        &mut self,
        abi: Abi,
        left: &ByNumber<'_>,
        right: &ByNumber<'_>,
        sure: &dyn Fn(u32) -> bool,
    ) {
        for (number, before) in &left.verdicts {
            if !sure(*number) {
                continue;
            }
            let Some(after) = right.verdicts.get(number) else {
                self.omit(abi, *number, "one side alone says something of it");
                continue;
            };
            let ours = left.named.get(number);
            let theirs = right.named.get(number);
            if before != after && !(passes(before) && passes(after)) {
                self.add(abi, *number, None, (before, after), None);
            }
            let listed = ours.map_or([].as_slice(), |syscall| &syscall.arguments);
            for asked in listed {
                let other = theirs.and_then(|syscall| {
                    syscall
                        .arguments
                        .iter()
                        .find(|other| other.label == asked.label)
                });
                // The same turn as with other arguments says nothing new.
                let plain =
                    asked.verdict == **before && other.is_some_and(|o| o.verdict == **after);
                if let Some(other) = other
                    && other.verdict != asked.verdict
                    && !plain
                {
                    let when = Some(asked.label.to_string());
                    self.add(abi, *number, when, (&asked.verdict, &other.verdict), None);
                }
            }
        }
    }

    fn add(
        &mut self,
        abi: Abi,
        number: u32,
        when: Option<String>,
        (before, after): (&Verdict, &Verdict),
        example: Option<[u64; 6]>,
    ) {
        self.changes.push(FilterChange {
            abi: abi.as_str().to_owned(),
            number,
            name: abi.name(number).map(ToOwned::to_owned),
            when,
            before: before.clone(),
            after: after.clone(),
            turn: turn(before, after),
            example,
        });
    }
}

/// Whether it is let through, be it that this kernel asks no filter: a report says so, and no
/// filter can.
fn passes(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Allowed | Verdict::NeverFiltered)
}

/// Which way it went.
fn turn(before: &Verdict, after: &Verdict) -> Turn {
    match openness(after).cmp(&openness(before)) {
        std::cmp::Ordering::Greater => Turn::MoreAllowed,
        std::cmp::Ordering::Less => Turn::LessAllowed,
        std::cmp::Ordering::Equal => Turn::Otherwise,
    }
}

/// How far a call gets: stopped, up to someone else or to its arguments, let through.
fn openness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Notified | Verdict::Traced(_) | Verdict::Depends => 1,
        other => match other.stopped() {
            Some(true) => 0,
            Some(false) => 2,
            None => 1,
        },
    }
}
