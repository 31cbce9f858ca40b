//! Verdicts as lines: grouped by verdict, with arguments, causes and folded ranges.

use crate::confinement::{
    AbiVerdicts, ArgumentVerdict, Cause, SyscallVerdict, Verdict, VerdictRange,
};

use super::page::{Mark, Section};
use super::{SyscallList, show};

/// Whether a verdict is worth a place in a list of what is blocked: not plainly let
/// through, or with arguments, conditions or another layer that make a difference.
pub(super) fn stands_out(syscall: &SyscallVerdict) -> bool {
    syscall.verdict != Verdict::Allowed
        || has_exceptions(syscall)
        || !syscall.cases.is_empty()
        || other_layer(syscall).is_some()
}

/// Whether some listed arguments have another verdict than all arguments zero.
pub(super) fn has_exceptions(syscall: &SyscallVerdict) -> bool {
    let other = |asked: &ArgumentVerdict| asked.verdict != syscall.verdict;
    syscall.arguments.iter().any(other)
}

/// Adds the lines of one ABI.
pub(super) fn add(section: &mut Section, abi: &AbiVerdicts, list: SyscallList) {
    let native = if abi.native { "native, " } else { "" };
    let offered = match abi.offered {
        Some(true) => "; this kernel offers it",
        Some(false) => "; this kernel does not offer it, whatever a filter says",
        None => "",
    };
    section.plain(
        "seccomp.verdict",
        abi.abi.clone(),
        format!("{native}named by the table of Linux {}{offered}", abi.table),
    );
    // What has exceptions never stands among what is plainly allowed.
    let mut groups: Vec<((&Verdict, bool), Vec<&str>)> = Vec::new();
    for syscall in &abi.syscalls {
        let key = (&syscall.verdict, has_exceptions(syscall));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, names)) => names.push(&syscall.name),
            None => groups.push((key, vec![&syscall.name])),
        }
    }
    groups.sort_by_key(|(key, _)| *key);
    for ((verdict, exceptions), names) in groups {
        let plain = matches!(verdict, Verdict::Allowed | Verdict::NotProbed(_)) && !exceptions;
        let listed = match list {
            SyscallList::All => true,
            SyscallList::Blocked => !plain,
            SyscallList::Summary => false,
        };
        let every = names.len() == abi.syscalls.len() && list == SyscallList::Blocked;
        let value = if listed && every {
            format!("{}: every one that the table names", names.len())
        } else if listed {
            format!("{}: {}", names.len(), names.join(" "))
        } else {
            names.len().to_string()
        };
        let label = match (verdict, exceptions) {
            (Verdict::Allowed, true) => "  allowed in part".to_owned(),
            (_, true) => format!("  {verdict}, with exceptions"),
            (_, false) => format!("  {verdict}"),
        };
        section.add("seccomp.verdict", label, (value, mark(verdict)));
    }
    if list != SyscallList::Summary {
        for syscall in &abi.syscalls {
            arguments(section, syscall);
        }
        causes(section, abi);
    }
    unnamed(section, abi, list == SyscallList::All || abi.native);
}

/// One line for each verdict of the numbers that the table does not name; by how many
/// they are where the numbers are not wanted.
fn unnamed(section: &mut Section, abi: &AbiVerdicts, numbers: bool) {
    let mut groups: Vec<(&Verdict, Vec<&VerdictRange>)> = Vec::new();
    for range in &abi.unnamed {
        match groups.iter_mut().find(|(v, _)| **v == range.verdict) {
            Some((_, ranges)) => ranges.push(range),
            None => groups.push((&range.verdict, vec![range])),
        }
    }
    for (verdict, ranges) in groups {
        let which = if numbers {
            let ranges: Vec<String> = ranges.iter().map(|range| span(range)).collect();
            ranges.join(", ")
        } else {
            let count = |range: &&VerdictRange| u64::from(range.last.abs_diff(range.first)) + 1;
            format!("{} numbers", ranges.iter().map(count).sum::<u64>())
        };
        section.add(
            "seccomp.unnamed",
            "  unnamed",
            (
                format!("{which}, unknown to this tool's table: {verdict}"),
                mark(verdict),
            ),
        );
    }
}

fn span(range: &VerdictRange) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{} to {}", range.first, range.last)
    }
}

fn mark(verdict: &Verdict) -> Mark {
    match verdict {
        Verdict::Inconclusive(_) | Verdict::NotProbed(_) => Mark::Unknown,
        Verdict::NeverFiltered => Mark::Warn,
        other if other.stopped() == Some(true) => Mark::Good,
        _ => Mark::Plain,
    }
}

/// `socket: allowed, except AF_ALG, AF_VSOCK (errno EAFNOSUPPORT)`.
fn arguments(section: &mut Section, syscall: &SyscallVerdict) {
    if let Some(except) = show::exceptions(&syscall.verdict, &syscall.arguments) {
        section.plain(
            "seccomp.arguments",
            format!("  {}:", syscall.name),
            format!("{}, except {except}", syscall.verdict),
        );
    }
    for case in &syscall.cases {
        section.plain(
            "seccomp.arguments",
            format!("  {}:", syscall.name),
            format!("{} when {}", case.verdict, case.when),
        );
    }
}

/// What stops a syscall that seccomp lets through, in words.
fn other_layer(syscall: &SyscallVerdict) -> Option<String> {
    match syscall.cause.as_ref()? {
        Cause::Seccomp => None,
        other => Some(show::cause(other)),
    }
}

fn causes(section: &mut Section, abi: &AbiVerdicts) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for syscall in &abi.syscalls {
        let Some(layer) = other_layer(syscall) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == layer) {
            Some((_, names)) => names.push(&syscall.name),
            None => groups.push((layer, vec![&syscall.name])),
        }
    }
    for (layer, names) in groups {
        section.plain(
            "seccomp.cause",
            "  stopped by",
            format!("{layer}: {}", names.join(" ")),
        );
    }
}
