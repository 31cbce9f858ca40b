//! `capabilities.add`, `capabilities.drop`, the runtime's default and OCI's five sets: held
//! against the `Cap*` lines of status.
//!
//! What a written name means and what the runtime makes of it are two things: a name
//! that the runtime ignores is one finding with the spelling that would have worked,
//! and the bits it explains are not told a second time.

use super::Kind;
use super::capability_sets::{Distance, distances};
use super::findings::{Findings, declared, lifted_by, not_known};
use super::identity::inside;
use super::{Actual, Declared};
use crate::confinement::{
    CapabilityRule, CapabilitySet, Confinement, Expectation, Expected, SetRule, WrittenCapability,
};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.capabilities else {
        return;
    };
    let rule = &expectation.value;
    for written in rule.written.iter().filter(|w| w.meant.is_none()) {
        unknown_name(written, findings);
    }
    let uid = inside(&actual.identity.uid, &actual.identity.uid_map);
    let another_user = match (&expected.uid, uid.known()) {
        (Some(declared), Some(uid)) => declared.value != *uid,
        _ => false,
    };
    let distances = match distances(rule, &actual.capabilities, &uid, another_user) {
        Ok(distances) => distances,
        Err(reading) => {
            findings
                .add(
                    "capability-extra",
                    Kind::Unobserved,
                    declared(expectation, show(rule)),
                    not_known(reading, "Cap* of /proc/PID/status"),
                )
                .mend = lifted_by(reading);
            return;
        }
    };
    let sum = |part: fn(&Distance) -> CapabilitySet| {
        distances
            .iter()
            .fold(CapabilitySet::EMPTY, |sum, distance| {
                sum.union(part(distance))
            })
    };
    let (mut extra, mut missing) = (sum(|d| d.extra), sum(|d| d.missing));
    for written in &rule.written {
        let Some(meant) = written.meant else { continue };
        let failed = if written.drop { extra } else { missing };
        let explained = CapabilitySet(meant.0 & failed.0);
        if explained.is_empty() {
            continue;
        }
        ignored(written, explained, &distances, findings);
        if written.drop {
            extra = extra.minus(explained);
        } else {
            missing = missing.minus(explained);
        }
    }
    report(
        "capability-extra",
        extra,
        |d| d.extra,
        expectation,
        &distances,
        findings,
    );
    report(
        "capability-missing",
        missing,
        |d| d.missing,
        expectation,
        &distances,
        findings,
    );
    if sum(|d| d.extra.union(d.missing)).is_empty() {
        let actual = shown_sets(&distances, |_| true);
        findings.add(
            "capability-extra",
            Kind::Agreement,
            declared(expectation, show(rule)),
            actual,
        );
    }
}

/// A name that no kernel has.
fn unknown_name(written: &WrittenCapability, findings: &mut Findings<'_>) {
    findings.add(
        "capability-unknown",
        Kind::Drift,
        as_written(written),
        Actual {
            value: String::from("no such capability"),
            evidence: String::from("linux/capability.h has no such name"),
        },
    );
}

/// A written capability that was not heeded.
fn ignored(
    written: &WrittenCapability,
    explained: CapabilitySet,
    distances: &[Distance],
    findings: &mut Findings<'_>,
) {
    let touched = |d: &Distance| {
        let part = if written.drop { d.extra } else { d.missing };
        part.0 & explained.0 != 0
    };
    let mut actual = shown_sets(distances, touched);
    actual.value = format!(
        "{} {}",
        if written.drop {
            "still held:"
        } else {
            "not given:"
        },
        few(explained)
    );
    let finding = findings.add(
        "capability-ignored",
        Kind::Drift,
        as_written(written),
        actual,
    );
    match &written.ignored {
        Some(ignored) => {
            finding.why.clone_from(&ignored.why);
            finding.mend.clone_from(&ignored.mend);
        }
        None => {
            finding.why = String::from(
                "the declaration is spelled as the runtime reads it, yet it is not what is enforced",
            );
            finding.mend = String::from("start the container again from its declaration");
        }
    }
}

/// Bits that no written name explains.
fn report(
    id: &'static str,
    bits: CapabilitySet,
    part: fn(&Distance) -> CapabilitySet,
    expectation: &Expectation<CapabilityRule>,
    distances: &[Distance],
    findings: &mut Findings<'_>,
) {
    if bits.is_empty() {
        return;
    }
    let mut actual = shown_sets(distances, |d| part(d).0 & bits.0 != 0);
    actual.value = format!("{} in {}", few(bits), actual.value);
    findings.add(
        id,
        Kind::Drift,
        declared(expectation, show(&expectation.value)),
        actual,
    );
}

/// The names of a set; of a wide one the first, the masks beside have all.
fn few(set: CapabilitySet) -> String {
    const MOST: usize = 14;
    const FIRST: usize = 6;
    let names = set.names();
    if names.len() <= MOST {
        return names.join(" ");
    }
    let first = names.iter().take(FIRST).cloned().collect::<Vec<_>>();
    format!("{} and {} more", first.join(" "), names.len() - FIRST)
}

/// The masks of some sets.
fn shown_sets(distances: &[Distance], which: impl Fn(&Distance) -> bool) -> Actual {
    let chosen: Vec<&Distance> = distances.iter().filter(|d| which(d)).collect();
    let join = |text: fn(&Distance) -> String| {
        chosen
            .iter()
            .map(|d| text(d))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Actual {
        value: join(|d| d.set.to_owned()),
        evidence: format!(
            "/proc/PID/status: {}",
            join(|d| format!("{} {}", d.set, d.have))
        ),
    }
}

fn as_written(written: &WrittenCapability) -> Declared {
    Declared {
        value: format!(
            "{} {}",
            if written.drop { "drop" } else { "add" },
            written.spelling
        ),
        because: String::from("as written"),
        source: written.source.clone(),
    }
}

fn show(rule: &CapabilityRule) -> String {
    let set = |rule: &SetRule| match rule {
        SetRule::Exactly(set) if set.is_empty() => String::from("none"),
        SetRule::Exactly(set) => set.to_string(),
        SetRule::AllBut(dropped) if dropped.is_empty() => {
            String::from("all that the runtime holds")
        }
        SetRule::AllBut(dropped) => {
            format!(
                "all that the runtime holds but {}",
                dropped.names().join(" ")
            )
        }
        SetRule::Any => String::from("any"),
    };
    format!(
        "bounding {}, inheritable {}, ambient {}",
        set(&rule.bounding),
        set(&rule.inheritable),
        set(&rule.ambient)
    )
}
