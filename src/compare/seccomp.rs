//! `seccompProfile`, OCI `linux.seccomp`: held against `Seccomp:` of status, then verdict
//! by verdict.

use super::Actual;
use super::findings::{Findings, declared, lifted_by, not_known};
use super::{Kind, Severity, seccomp_defaults, seccomp_verdicts};
use crate::confinement::{Confinement, Expected, Reading, SeccompMode, SeccompRule};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.seccomp else {
        return;
    };
    let shown = show(&expectation.value);
    let mode = &actual.seccomp.mode;
    let evidence = "Seccomp of /proc/PID/status";
    let filtered = match mode {
        Reading::Known(mode) => *mode != SeccompMode::Disabled,
        // A kernel without seccomp has no filter.
        Reading::Absent { .. } => false,
        Reading::Denied(_) => {
            findings
                .add(
                    "seccomp-mode",
                    Kind::Unobserved,
                    declared(expectation, shown),
                    not_known(mode, evidence),
                )
                .mend = lifted_by(mode);
            return;
        }
    };
    let wanted = match expectation.value {
        SeccompRule::Unset => filtered,
        SeccompRule::Unconfined => false,
        _ => true,
    };
    let kind = if wanted == filtered {
        Kind::Agreement
    } else {
        Kind::Drift
    };
    let value = if filtered {
        let count = actual.seccomp.filters.known().map_or_else(
            || String::from("filters"),
            |n| format!("{n} filter{}", if *n == 1 { "" } else { "s" }),
        );
        format!("{count} installed")
    } else {
        String::from("no filter is installed")
    };
    let finding = findings.add(
        "seccomp-mode",
        kind,
        declared(expectation, shown),
        Actual {
            value,
            evidence: evidence.to_owned(),
        },
    );
    if kind == Kind::Drift && filtered {
        finding.severity = Severity::Low;
        finding.why = String::from("stricter than declared: syscalls that the work uses may fail");
        finding.mend = String::from("declare the profile that is in force");
    }
    if wanted && filtered {
        verdicts(expected, actual, findings);
    }
}

fn verdicts(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.seccomp else {
        return;
    };
    match &expectation.value {
        SeccompRule::Profile { name, verdicts } => {
            seccomp_verdicts::check(expectation, name, verdicts, actual, findings);
        }
        SeccompRule::Localhost(path) => {
            let finding = findings.add(
                "seccomp-verdicts",
                Kind::Unobserved,
                declared(expectation, format!("the profile {path} of the node")),
                Actual {
                    value: String::from("not compared"),
                    evidence: String::from("the profile's file was not given"),
                },
            );
            finding.mend = format!("give a folder that holds {path} with --seccomp-root");
        }
        // Unset, and yet a filter: then the kubelet's seccompDefault put the default there.
        SeccompRule::RuntimeDefault(_) | SeccompRule::Unset => {
            seccomp_defaults::check(expectation, expected, actual, findings);
        }
        SeccompRule::Unconfined => {}
    }
}

fn show(rule: &SeccompRule) -> String {
    match rule {
        SeccompRule::Unconfined => String::from("Unconfined"),
        SeccompRule::Unset => String::from("unset: the kubelet decides"),
        SeccompRule::RuntimeDefault(_) => String::from("RuntimeDefault"),
        SeccompRule::Localhost(path) => format!("Localhost {path}"),
        SeccompRule::Profile { name, .. } => format!("profile {name}"),
    }
}
