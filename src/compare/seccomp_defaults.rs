//! `RuntimeDefault` held against what the filters in force decide, syscall by syscall.
//!
//! Which release of the runtime made the filter is not known from inside, nor which
//! libseccomp compiled it. What any known release may have decided is agreement, and what
//! rests on the libseccomp cannot be decided: only what no release does is drift.

use super::Actual;
use super::Kind;
use super::findings::{Findings, declared};
use super::seccomp_verdicts::{Differences, pairs, same, settled};
use crate::confinement::{Confinement, Errno, Expectation, Expected, SeccompRule, Verdict};

/// The first number that libseccomp 2.5.0, the oldest that today's runtimes are built with,
/// does not know (Linux 5.9's close_range, 436, is one that it does not know either).
const UNKNOWN_FROM: u32 = 440;
const CLOSE_RANGE: u32 = 436;
/// x32's bit in a number, `asm/unistd.h`.
const X32: u32 = 0x4000_0000;

pub(super) fn check(
    expectation: &Expectation<SeccompRule>,
    expected: &Expected,
    actual: &Confinement,
    findings: &mut Findings<'_>,
) {
    let defaults = &expected.seccomp_defaults;
    if defaults.is_empty() {
        let finding = findings.add(
            "seccomp-verdicts",
            Kind::Unobserved,
            declared(expectation, "the runtime's default profile"),
            Actual {
                value: String::from("not compared"),
                evidence: String::from("which runtime's default it is, is not known here"),
            },
        );
        finding.mend = String::from(
            "tell the runtime with --runtime, or its profile with --runtime-default FILE",
        );
        return;
    }
    let mut differences = Differences::default();
    // How far each group of releases is from what is in force.
    let mut far = vec![0usize; defaults.len()];
    for have_abi in &actual.seccomp.abis {
        for have in &have_abi.syscalls {
            let wanted: Vec<Vec<_>> = defaults
                .iter()
                .filter_map(|default| {
                    let abi = default.verdicts.iter().find(|a| a.abi == have_abi.abi)?;
                    Some(pairs(abi.by_name(&have.name)?, have))
                })
                .collect();
            let Some(first) = wanted.first() else {
                continue;
            };
            for (at, (label, _, have_verdict)) in first.iter().enumerate() {
                let wants: Vec<&Verdict> = wanted
                    .iter()
                    .filter_map(|list| list.get(at).map(|(_, want, _)| *want))
                    .collect();
                for (far, want) in far.iter_mut().zip(&wants) {
                    *far += usize::from(settled(want) && !same(want, have_verdict));
                }
                match judge(&wants, have_verdict, have.number) {
                    Some(true) => differences.compared += 1,
                    Some(false) => differences.add(
                        &have_abi.abi,
                        wants.first().copied(),
                        have_verdict,
                        label.clone(),
                    ),
                    None => differences.add_unknown(have_verdict),
                }
            }
        }
    }
    let nearest = far.iter().min().copied().unwrap_or_default();
    let releases: Vec<&str> = defaults
        .iter()
        .zip(&far)
        .filter(|(_, far)| **far == nearest)
        .flat_map(|(default, _)| default.releases.iter().map(String::as_str))
        .collect();
    let name = match &expectation.value {
        SeccompRule::RuntimeDefault(Some(manager)) => {
            format!("{}'s default profile", manager.name())
        }
        _ => String::from("the runtime's default profile"),
    };
    let like = format!("most like that of {}", releases.join(", "));
    differences.report(expectation, &name, &like, findings);
}

/// Whether what is in force is what a release does; `None` where that cannot be decided.
fn judge(wants: &[&Verdict], have: &Verdict, number: u32) -> Option<bool> {
    if !settled(have) {
        return None;
    }
    if wants.iter().any(|want| settled(want) && same(want, have)) {
        return Some(true);
    }
    if wants.iter().any(|want| !settled(want)) {
        return None;
    }
    let bare = number & !X32;
    let refused = |verdict: &Verdict| {
        [Errno::EPERM, Errno::ENOSYS]
            .iter()
            .any(|errno| *verdict == Verdict::Errno(*errno))
    };
    // A name that the runtime's libseccomp does not know gets the default action, and above
    // the last one that it knows runc answers ENOSYS.
    if refused(have) && (bare >= UNKNOWN_FROM || bare == CLOSE_RANGE) {
        return None;
    }
    Some(false)
}
