//! `privileged`: what it makes of a user other than 0, and whether a container that is not
//! declared privileged has the marks of one.

use super::Actual;
use super::findings::{Findings, declared, not_known};
use super::identity::inside;
use super::{Kind, Severity};
use crate::confinement::{CapabilitySet, Confinement, Expected, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = expected.privileged.as_ref().filter(|e| e.value) else {
        return;
    };
    let uid = inside(&actual.identity.uid, &actual.identity.uid_map);
    let (Reading::Known(uid), Reading::Known(effective)) = (&uid, &actual.capabilities.effective)
    else {
        let unknown = not_known(&actual.capabilities.effective, "CapEff of /proc/PID/status");
        findings.add(
            "privileged",
            Kind::Unobserved,
            declared(expectation, "true"),
            unknown,
        );
        return;
    };
    if *uid == 0 {
        let kind = if effective.is_empty() {
            Kind::Drift
        } else {
            Kind::Agreement
        };
        let finding = findings.add(
            "privileged",
            kind,
            declared(expectation, "true"),
            Actual {
                value: format!(
                    "user 0 with effective capabilities {effective}{}",
                    lacking(actual, *effective)
                ),
                evidence: String::from("Uid and CapEff of /proc/PID/status"),
            },
        );
        if kind == Kind::Drift {
            finding.severity = Severity::Low;
            finding.why = String::from("declared privileged, yet without any capability");
        }
        return;
    }
    let finding = findings.add(
        "privileged-non-root",
        Kind::Drift,
        declared(expectation, "true, as a user other than 0"),
        Actual {
            value: format!("user {uid} with effective capabilities {effective}"),
            evidence: String::from("Uid and CapEff of /proc/PID/status"),
        },
    );
    if effective.is_empty() {
        finding.severity = Severity::Low;
    }
}

/// What the kernel has and the container was not given: what started it may be older than
/// the newest capabilities, or have lacked them itself.
fn lacking(actual: &Confinement, effective: CapabilitySet) -> String {
    let Some(last) = actual.capabilities.last.known() else {
        return String::new();
    };
    let lacking = CapabilitySet::up_to(*last).minus(effective);
    if lacking.is_empty() || effective.is_empty() {
        return String::new();
    }
    let names = lacking.names().join(" ");
    format!(", without {names}, which this kernel has")
}
