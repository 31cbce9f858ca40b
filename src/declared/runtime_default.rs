//! `RuntimeDefault`: what a runtime's own seccomp profile decides, release by release.
//!
//! The tables below `runtime_defaults/` hold the rules of every release; those that hold
//! for a container's capabilities, the machine and the kernel are compiled by libseccomp
//! as a profile of a file is. Which release a node runs is not seen from inside, so each
//! answer that a release gives is one that `RuntimeDefault` may mean.

use std::collections::BTreeSet;

use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp};

use super::seccomp_compile::{Rule, compile, evaluate_abi, filtered_myself};
use super::seccomp_rule::go_arch;
use crate::confinement::{CapabilitySet, DefaultVerdicts, Manager, capability_number};
use crate::syscalls::{Abi, Release};

const CONTAINERD: &str = include_str!("runtime_defaults/containerd.tsv");
const CRIO: &str = include_str!("runtime_defaults/cri-o.tsv");
const DOCKER: &str = include_str!("runtime_defaults/docker.tsv");
const PODMAN: &str = include_str!("runtime_defaults/podman.tsv");

/// What the default profile of each release decides, for a container with this bounding
/// set; releases that decide alike are one. Empty where the manager's profile is not known,
/// or where this process is itself filtered, so that libseccomp is not to be called.
pub fn default_verdicts(
    manager: Manager,
    bounding: CapabilitySet,
    kernel: Option<Release>,
) -> Vec<DefaultVerdicts> {
    let table = match manager {
        Manager::Containerd => CONTAINERD,
        Manager::Crio => CRIO,
        Manager::Docker => DOCKER,
        Manager::Podman | Manager::Buildah => PODMAN,
        Manager::Lxc | Manager::Systemd => return Vec::new(),
    };
    if filtered_myself() {
        return Vec::new();
    }
    let table = Table::parse(table);
    let mut profiles: Vec<(Vec<String>, BTreeSet<usize>)> = Vec::new();
    for (at, release) in table.releases.iter().enumerate() {
        let rules = table.rules_of(at, bounding, kernel);
        match profiles.iter_mut().find(|(_, same)| *same == rules) {
            Some((releases, _)) => releases.push((*release).to_owned()),
            None => profiles.push((vec![(*release).to_owned()], rules)),
        }
    }
    profiles
        .into_iter()
        .filter_map(|(releases, rules)| {
            let chosen = || rules.iter().filter_map(|at| table.lines.get(*at));
            let errno = chosen()
                .find(|line| line.action == "default")
                .and_then(|line| line.names.parse().ok())?;
            let default = ScmpAction::Errno(errno);
            let rules: Vec<Rule<'_>> = chosen().filter_map(Line::rule).collect();
            let rules: Vec<Rule<'_>> = rules.into_iter().filter(|r| r.action != default).collect();
            let abis: Vec<Abi> = std::iter::once(Abi::native())
                .chain(Abi::native().foreign().iter().copied())
                .collect();
            let program = compile(default, &abis, &rules).ok()?;
            let verdicts = abis
                .iter()
                .map(|abi| evaluate_abi(*abi, &program, &rules, default))
                .collect();
            Some(DefaultVerdicts { releases, verdicts })
        })
        .collect()
}

/// One file of rules.
struct Table {
    releases: Vec<&'static str>,
    lines: Vec<Line>,
}

/// One line: which releases have the rule, what it does, when, and for which calls.
struct Line {
    releases: &'static str,
    action: &'static str,
    condition: &'static str,
    arguments: &'static str,
    names: &'static str,
}

impl Table {
    fn parse(text: &'static str) -> Self {
        let mut rows = text.lines().filter(|line| !line.starts_with('#'));
        let releases = rows
            .next()
            .and_then(|row| row.strip_prefix("versions\t"))
            .unwrap_or_default()
            .split(' ')
            .collect();
        let lines = rows
            .filter_map(|row| {
                let mut columns = row.split('\t');
                Some(Line {
                    releases: columns.next()?,
                    action: columns.next()?,
                    condition: columns.next()?,
                    arguments: columns.next()?,
                    names: columns.next()?,
                })
            })
            .collect();
        Self { releases, lines }
    }

    /// The rules of the release at `at` that hold here, by their index.
    fn rules_of(
        &self,
        at: usize,
        bounding: CapabilitySet,
        kernel: Option<Release>,
    ) -> BTreeSet<usize> {
        let place = |name: &str| self.releases.iter().position(|release| *release == name);
        let has = |range: &str| {
            let (first, last) = range.split_once("..").unwrap_or((range, range));
            range == "*"
                || place(first).is_some_and(|first| first <= at)
                    && place(last).is_some_and(|last| at <= last)
        };
        self.lines
            .iter()
            .enumerate()
            .filter(|(_, line)| {
                line.releases.split(',').any(has)
                    && line
                        .condition
                        .split(' ')
                        .all(|term| holds(term, bounding, kernel))
            })
            .map(|(index, _)| index)
            .collect()
    }
}

impl Line {
    /// The rule for libseccomp; `None` for the line of the default action.
    fn rule(&self) -> Option<Rule<'static>> {
        let action = match self.action.split_once(' ') {
            None if self.action == "allow" => ScmpAction::Allow,
            Some(("errno", number)) => ScmpAction::Errno(number.parse().ok()?),
            _ => return None,
        };
        let mut conditions = Vec::new();
        for text in self.arguments.split(' ').filter(|text| *text != "*") {
            conditions.push(comparison(text)?);
        }
        Some(Rule {
            names: self.names.split(' ').collect(),
            action,
            conditions,
        })
    }
}

/// Whether one term of a condition holds.
fn holds(term: &str, bounding: CapabilitySet, kernel: Option<Release>) -> bool {
    let held = |name: &str| capability_number(name).is_some_and(|n| bounding.contains(n));
    let here = |list: &str| list.split(',').any(|arch| arch == go_arch());
    if let Some(name) = term.strip_prefix('+') {
        return held(name);
    }
    if let Some(name) = term.strip_prefix('-') {
        return !held(name);
    }
    if let Some(list) = term.strip_prefix("arch:") {
        return here(list);
    }
    if let Some(list) = term.strip_prefix("!arch:") {
        return !here(list);
    }
    if let Some(release) = term.strip_prefix("kernel>=") {
        let wanted = Release::from_uname(release);
        return kernel.is_none_or(|kernel| wanted.is_none_or(|wanted| kernel >= wanted));
    }
    term == "*"
}

/// `0==0x8`, `0!=0x28`, `0<0x26`, `0>0x28`, `0&0x7e020000==0x0`.
fn comparison(text: &str) -> Option<(u32, ScmpArgCompare)> {
    let index = text.get(..1)?.parse().ok()?;
    let rest = text.get(1..)?;
    let number = |text: &str| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    let (operation, datum) = if let Some(rest) = rest.strip_prefix('&') {
        let (mask, value) = rest.split_once("==")?;
        (ScmpCompareOp::MaskedEqual(number(mask)?), number(value)?)
    } else if let Some(value) = rest.strip_prefix("==") {
        (ScmpCompareOp::Equal, number(value)?)
    } else if let Some(value) = rest.strip_prefix("!=") {
        (ScmpCompareOp::NotEqual, number(value)?)
    } else if let Some(value) = rest.strip_prefix('<') {
        (ScmpCompareOp::Less, number(value)?)
    } else {
        (ScmpCompareOp::Greater, number(rest.strip_prefix('>')?)?)
    };
    Some((index, ScmpArgCompare::new(index, operation, datum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_table_can_be_read() {
        for text in [CONTAINERD, CRIO, DOCKER, PODMAN] {
            let table = Table::parse(text);
            let rows = text.lines().filter(|line| !line.starts_with('#')).count();
            assert_eq!(table.lines.len() + 1, rows);
            assert!(table.releases.len() > 5);
            for line in &table.lines {
                let shown = format!("{} {} {}", line.releases, line.action, line.arguments);
                assert!(line.action == "default" || line.rule().is_some(), "{shown}");
                for release in line.releases.split([',', '.']).filter(|r| *r == "*") {
                    assert_eq!(release, line.releases);
                }
                for term in line.condition.split(' ') {
                    let name = term.strip_prefix(['+', '-']);
                    assert!(
                        name.map_or(
                            term == "*" || term.contains("arch:") || term.starts_with("kernel>="),
                            |name| capability_number(name).is_some()
                        ),
                        "{term}"
                    );
                }
            }
        }
    }
}
