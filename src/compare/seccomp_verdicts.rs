//! A declared seccomp profile held against what the filters in force decide, syscall by syscall.

use std::collections::BTreeMap;

use super::Actual;
use super::Kind;
use super::findings::{Findings, declared};
use crate::confinement::{
    AbiVerdicts, Confinement, Expectation, SeccompRule, SyscallVerdict, Text, Verdict,
};

/// How many syscalls a finding names before it only counts.
const NAMED: usize = 12;

pub(super) fn check(
    expectation: &Expectation<SeccompRule>,
    name: &Text,
    wanted: &[AbiVerdicts],
    actual: &Confinement,
    findings: &mut Findings<'_>,
) {
    let mut compared = 0usize;
    let mut unknown = 0usize;
    // By what differs: one profile swapped for another is a few findings, not three hundred.
    let mut differences: BTreeMap<(String, bool, String, String), Vec<String>> = BTreeMap::new();
    for abi in wanted {
        let Some(have) = actual.seccomp.abis.iter().find(|a| a.abi == abi.abi) else {
            continue;
        };
        for want in &abi.syscalls {
            let Some(have) = have.by_name(&want.name) else {
                continue;
            };
            for (label, want, have) in pairs(want, have) {
                match (settled(want), settled(have)) {
                    (true, true) => {
                        compared += 1;
                        if !same(want, have) {
                            let weaker = have.stopped() == Some(false);
                            let key = (abi.abi.clone(), weaker, want.to_string(), have.to_string());
                            differences.entry(key).or_default().push(label);
                        }
                    }
                    _ => unknown += 1,
                }
            }
        }
    }
    let verdicts = |value: String| Actual {
        value,
        evidence: String::from("the filters' own verdicts"),
    };
    if compared == 0 {
        let finding = findings.add(
            "seccomp-verdicts",
            Kind::Unobserved,
            declared(expectation, format!("profile {name}")),
            verdicts(String::from("the report holds no verdicts")),
        );
        finding.mend = String::from(
            "inspect from inside the container, or with CAP_SYS_ADMIN on the node, which can dump filters",
        );
        return;
    }
    if differences.is_empty() {
        findings.add(
            "seccomp-verdicts",
            Kind::Agreement,
            declared(expectation, format!("profile {name}")),
            verdicts(format!(
                "{compared} verdicts agree, {unknown} could not be held against it"
            )),
        );
    }
    for ((abi, weaker, want, have), syscalls) in differences {
        let listed = syscalls
            .iter()
            .take(NAMED)
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        let more = syscalls.len().saturating_sub(NAMED);
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let finding = findings.add(
            "seccomp-verdicts",
            Kind::Drift,
            declared(expectation, format!("{abi}: {want}: {listed}{tail}")),
            verdicts(format!("{abi}: {have}")),
        );
        if !weaker {
            finding.severity = super::Severity::Low;
            finding.why = format!("the profile has it {want}, the kernel has it {have}");
        }
    }
}

/// The verdicts of one syscall that can be held against each other, with their labels:
/// the one for zero arguments, and one for each argument vector that both sides name.
fn pairs<'a>(
    want: &'a SyscallVerdict,
    have: &'a SyscallVerdict,
) -> Vec<(String, &'a Verdict, &'a Verdict)> {
    let mut out = vec![(want.name.clone(), &want.verdict, &have.verdict)];
    for argument in &want.arguments {
        if let Some(other) = have.arguments.iter().find(|o| o.label == argument.label) {
            let label = format!("{}({})", want.name, argument.label);
            out.push((label, &argument.verdict, &other.verdict));
        }
    }
    out
}

/// Whether a verdict is one answer.
fn settled(verdict: &Verdict) -> bool {
    !matches!(
        verdict,
        Verdict::Depends | Verdict::Inconclusive(_) | Verdict::NotProbed(_)
    )
}

fn same(want: &Verdict, have: &Verdict) -> bool {
    // What this kernel never filters no profile can stop.
    want == have || *have == Verdict::NeverFiltered
}
