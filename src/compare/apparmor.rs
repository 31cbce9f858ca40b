//! `appArmorProfile` and the older annotation, OCI `process.apparmorProfile`: held against
//! `/proc/PID/attr/apparmor/current`.

use super::findings::{Findings, declared, not_known};
use super::{Kind, Severity};
use crate::confinement::{AppArmor, AppArmorMode, AppArmorRule, Confinement, Expected, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.apparmor else {
        return;
    };
    let shown = match &expectation.value {
        AppArmorRule::Unconfined => String::from("unconfined"),
        AppArmorRule::RuntimeDefault(Some(name)) => format!("the runtime's default, {name}"),
        AppArmorRule::RuntimeDefault(None) => String::from("the runtime's default"),
        AppArmorRule::Unset(_) => String::from("unset: the runtime's default"),
        AppArmorRule::Profile(name) => name.escaped(),
    };
    let reading = &actual.lsm.apparmor;
    let unset = matches!(expectation.value, AppArmorRule::Unset(_));
    if unset && reading.known().is_none() {
        return;
    }
    // A kernel without AppArmor confines nothing: that is known. It is drift where a
    // profile is declared, and just what an unconfined process has.
    if let Reading::Absent { .. } = reading {
        let kind = if expectation.value == AppArmorRule::Unconfined {
            Kind::Agreement
        } else {
            Kind::Drift
        };
        let actual = not_known(reading, "/proc/PID/attr/apparmor/current");
        findings.add("apparmor", kind, declared(expectation, shown), actual);
        return;
    }
    let finding = findings.judge(
        "apparmor",
        expectation,
        shown,
        reading,
        "/proc/PID/attr/apparmor/current",
        agrees,
        |have| have.label.to_string(),
    );
    if unset && finding.kind == Kind::Drift {
        finding.severity = Severity::Medium;
        finding.mend = String::from(
            "see that the runtime can load its profile, or declare appArmorProfile as it is",
        );
    }
}

fn agrees(rule: &AppArmorRule, have: &AppArmor) -> bool {
    let enforced = |name: &[u8]| {
        have.profiles.iter().any(|profile| {
            profile.name.as_bytes() == name
                && matches!(profile.mode, AppArmorMode::Enforce | AppArmorMode::Kill)
        })
    };
    match rule {
        AppArmorRule::Unconfined => have
            .profiles
            .iter()
            .all(|profile| profile.mode == AppArmorMode::Unconfined),
        AppArmorRule::RuntimeDefault(Some(name)) | AppArmorRule::Unset(Some(name)) => {
            enforced(name.as_bytes())
        }
        AppArmorRule::RuntimeDefault(None) | AppArmorRule::Unset(None) => have
            .profiles
            .iter()
            .any(|p| matches!(p.mode, AppArmorMode::Enforce | AppArmorMode::Kill)),
        AppArmorRule::Profile(name) => enforced(name.as_bytes()),
    }
}
