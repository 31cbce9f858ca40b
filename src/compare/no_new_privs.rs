//! `allowPrivilegeEscalation`, OCI `noNewPrivileges`: held against `NoNewPrivs:` of status.

use super::Actual;
use super::findings::{Findings, declared};
use super::{Kind, Severity};
use crate::confinement::{CAP_SYS_ADMIN, Confinement, Expected};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.no_new_privs else {
        return;
    };
    let finding = findings.judge(
        "no-new-privs",
        expectation,
        format!("no_new_privs {}", u8::from(expectation.value)),
        &actual.identity.no_new_privs,
        "NoNewPrivs of /proc/PID/status",
        |want, have| want == have,
        |have| format!("no_new_privs {}", u8::from(*have)),
    );
    if finding.kind == Kind::Drift && !expectation.value {
        finding.severity = Severity::Low;
        finding.why = String::from("stricter than declared: set-user-ID programs will not work");
        finding.mend = String::from("declare allowPrivilegeEscalation: false, as it is");
    }
    let agrees = finding.kind == Kind::Agreement;
    // Where no declaration gives the capability, it is an extra one, and told as that.
    let given = expected.capabilities.as_ref().is_some_and(|capabilities| {
        capabilities.value.written.iter().any(|written| {
            !written.drop && written.meant.is_some_and(|set| set.contains(CAP_SYS_ADMIN))
        })
    });
    let effective = &actual.capabilities.effective;
    let held = effective
        .known()
        .is_some_and(|set| set.contains(CAP_SYS_ADMIN));
    if expectation.value && agrees && given && held {
        findings.add(
            "no-new-privs-with-sys-admin",
            Kind::Drift,
            declared(expectation, "no_new_privs 1"),
            Actual {
                value: String::from("CAP_SYS_ADMIN is effective"),
                evidence: String::from("CapEff of /proc/PID/status"),
            },
        );
    }
}
