//! What differs between two filters, profiles or reports.

use crate::compare::{FilterChange, FilterChanges, Turn};

use super::Options;
use super::page::{Mark, Section};

/// An ABI with more changes, all alike, is told by their number: no table names as many.
const MANY: usize = 1000;

/// The differences for people: by ABI and by which way they went.
#[must_use]
pub fn filter_changes_text(found: &FilterChanges, options: &Options) -> String {
    let mut out = format!("from  {}\nto    {}\n", found.before, found.after);
    let how = match (found.exact, found.changes.is_empty()) {
        (true, true) if !found.not_compared.is_empty() => {
            "no difference in what was compared, for all arguments\n"
        }
        (false, true) if !found.not_compared.is_empty() => {
            "no difference in the verdicts that were compared, listed arguments among them\n"
        }
        (true, true) => "no difference, for all arguments\n",
        (true, false) => "",
        (false, true) => "no difference in verdicts, listed arguments among them\n",
        (false, false) => "by verdicts: only listed arguments were compared\n",
    };
    out.push_str(how);
    let mut abis: Vec<&str> = found
        .changes
        .iter()
        .map(|change| change.abi.as_str())
        .collect();
    abis.dedup();
    for abi in abis {
        for (turn, title, mark) in [
            (Turn::MoreAllowed, "more allowed", Mark::Bad),
            (Turn::LessAllowed, "less allowed", Mark::Good),
            (Turn::Otherwise, "changed otherwise", Mark::Warn),
        ] {
            let mut section = Section::new(format!("{abi}, {title}"));
            let these = |change: &&FilterChange| change.abi == abi && change.turn == turn;
            let chosen: Vec<&FilterChange> = found.changes.iter().filter(these).collect();
            if chosen.len() > MANY && alike(&chosen) {
                let each = chosen.first().map_or(String::new(), |change| label(change));
                let all = format!("all {} numbers", chosen.len());
                section.add("seccomp.diff", each, (all, mark));
                section.render(options, &mut out);
                continue;
            }
            for (label, names) in grouped(&chosen) {
                section.add("seccomp.diff", label, (names, mark));
            }
            section.render(options, &mut out);
        }
    }
    let mut section = Section::new("Not compared");
    for omitted in &found.not_compared {
        let which = if omitted.first == omitted.last {
            omitted.first.to_string()
        } else {
            format!("{} to {}", omitted.first, omitted.last)
        };
        section.add(
            "seccomp.diff",
            format!("{} {which}", omitted.abi),
            (omitted.why.clone(), Mark::Unknown),
        );
    }
    section.render(options, &mut out);
    out
}

/// Whether every number of an ABI changed in the same way.
fn alike(changes: &[&FilterChange]) -> bool {
    changes.first().is_some_and(|first| {
        let same = |c: &&FilterChange| (&c.before, &c.after) == (&first.before, &first.after);
        changes
            .iter()
            .all(|change| same(change) && change.when.is_none())
    })
}

/// How a syscall changed.
fn label(change: &FilterChange) -> String {
    let when = change.when.as_ref();
    let when = when.map_or_else(String::new, |when| format!(" when {when}"));
    format!("{} to {}{when}", change.before, change.after)
}

/// Changes alike on one line: how it changed, and the names.
fn grouped(changes: &[&FilterChange]) -> Vec<(String, String)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut numbers: Vec<(String, u32, u32)> = Vec::new();
    for change in changes {
        let label = label(change);
        let Some(name) = &change.name else {
            match numbers.last_mut() {
                Some((known, _, last)) if *known == label && *last + 1 == change.number => {
                    *last = change.number;
                }
                _ => numbers.push((label, change.number, change.number)),
            }
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == label) {
            Some((_, names)) => names.push(name.clone()),
            None => groups.push((label, vec![name.clone()])),
        }
    }
    for (label, first, last) in numbers {
        let run = if first == last {
            format!("number {first}")
        } else {
            format!("numbers {first} to {last}")
        };
        match groups.iter_mut().find(|(known, _)| *known == label) {
            Some((_, names)) => names.push(run),
            None => groups.push((label, vec![run])),
        }
    }
    groups
        .into_iter()
        .map(|(label, names)| (label, names.join(" ")))
        .collect()
}

/// The differences as indented JSON, with a line feed at its end.
///
/// # Errors
///
/// Where a value cannot be serialised, which no such report's can.
pub fn filter_changes_json(found: &FilterChanges) -> Result<String, serde_json::Error> {
    let mut text = super::to_json(found, super::Form::Indented)?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of [`FilterChanges`], draft 2020-12.
#[must_use]
pub fn filter_changes_schema() -> schemars::Schema {
    schemars::schema_for!(FilterChanges)
}
