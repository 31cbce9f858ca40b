//! `appArmorProfile` and the older annotation, OCI `process.apparmorProfile`: held against
//! `/proc/PID/attr/apparmor/current`.

use super::finding::Actual;
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
    if let Some(have) = reading
        .known()
        .filter(|have| mixed(&expectation.value, have))
    {
        let actual = Actual {
            value: have.label.to_string(),
            evidence: String::from(
                "/proc/PID/attr/apparmor/current: the kernel writes one mode for profiles of \
                 different modes",
            ),
        };
        findings.add(
            "apparmor",
            Kind::Unobserved,
            declared(expectation, shown),
            actual,
        );
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

/// The names of profiles that are stacked, as `aa_stack_profile(2)` joins them.
fn stacked(names: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = names;
    while let Some(at) = rest.windows(STACK.len()).position(|w| w == STACK) {
        parts.extend(rest.get(..at));
        rest = rest.get(at + STACK.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

const STACK: &[u8] = b"//&";

/// Whether what is declared is there, in a stack whose modes cannot be told apart.
fn mixed(rule: &AppArmorRule, have: &AppArmor) -> bool {
    let all = |names: &[u8]| {
        stacked(names)
            .iter()
            .all(|name| have.profiles.iter().any(|p| p.name.as_bytes() == *name))
    };
    have.profiles.iter().any(|p| p.mode == AppArmorMode::Mixed)
        && match rule {
            AppArmorRule::Unconfined => false,
            AppArmorRule::RuntimeDefault(None) | AppArmorRule::Unset(None) => true,
            AppArmorRule::RuntimeDefault(Some(name)) | AppArmorRule::Unset(Some(name)) => {
                all(name.as_bytes())
            }
            AppArmorRule::Profile(name) => all(name.as_bytes()),
        }
}

fn agrees(rule: &AppArmorRule, have: &AppArmor) -> bool {
    let enforced = |names: &[u8]| {
        stacked(names).iter().all(|name| {
            have.profiles.iter().any(|profile| {
                profile.name.as_bytes() == *name
                    && matches!(profile.mode, AppArmorMode::Enforce | AppArmorMode::Kill)
            })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confinement::AppArmorProfile;

    fn label(names: &[&str], mode: AppArmorMode) -> AppArmor {
        let profile = |name: &&str| AppArmorProfile {
            name: name.as_bytes().into(),
            mode: mode.clone(),
        };
        AppArmor {
            label: names.join("//&").as_bytes().into(),
            profiles: names.iter().map(profile).collect(),
            read_from: String::from("attr/current"),
        }
    }

    #[test]
    fn a_stack_is_held_by_its_parts() {
        let rule = AppArmorRule::Profile("a//&b".into());
        let both = label(&["a", "b"], AppArmorMode::Enforce);
        assert!(agrees(&rule, &both) && !mixed(&rule, &both));
        let one = label(&["a"], AppArmorMode::Enforce);
        assert!(!agrees(&rule, &one));
        // Of what is there it is not known which part enforces; what is not there is known.
        let modes = label(&["a", "b"], AppArmorMode::Mixed);
        assert!(mixed(&rule, &modes) && !agrees(&rule, &modes));
        assert!(!mixed(&AppArmorRule::Profile("c".into()), &modes));
        assert!(!mixed(&AppArmorRule::Unconfined, &modes));
    }
}
