//! What each capability set has to be, once it is known who the process is.

use crate::confinement::{
    CAP_SYS_ADMIN, Capabilities, CapabilityRule, CapabilitySet, EffectiveRule, Reading, SetRule,
};

/// How far one set is from what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Distance {
    /// The set's name.
    pub(super) set: &'static str,
    /// What it holds.
    pub(super) have: CapabilitySet,
    /// What it holds beyond.
    pub(super) extra: CapabilitySet,
    /// What it wants.
    pub(super) missing: CapabilitySet,
}

/// Each known set's distance from the rule; `Err` names the first set that is not known.
/// `another_user` tells that the process runs as another user than is declared.
pub(super) fn distances<'a>(
    rule: &CapabilityRule,
    sets: &'a Capabilities,
    uid: &Reading<u32>,
    another_user: bool,
) -> Result<Vec<Distance>, &'a Reading<CapabilitySet>> {
    let mut out = Vec::new();
    for (name, reading) in sets.sets() {
        let wanted = match name {
            "bounding" => rule.bounding,
            "inheritable" => rule.inheritable,
            "ambient" => rule.ambient,
            _ => match (rule.effective, uid.known()) {
                (EffectiveRule::AfterExec, Some(uid)) => after_exec(rule, *uid),
                (EffectiveRule::AfterExecWithin(before), Some(uid)) => {
                    match after_exec(rule, *uid) {
                        SetRule::Exactly(set) => SetRule::Exactly(CapabilitySet(set.0 & before.0)),
                        other => other,
                    }
                }
                _ => SetRule::Any,
            },
        };
        if wanted == SetRule::Any {
            continue;
        }
        let Reading::Known(have) = reading else {
            // Ambient sets came with Linux 4.3: where there are none, none is held.
            if name == "ambient" && matches!(reading, Reading::Absent { .. }) {
                continue;
            }
            return Err(reading);
        };
        let mut distance = distance(name, wanted, *have);
        // What another user than the declared one wants is told as that user; under
        // no_new_privs an execve as user 0 gives no more than was permitted before.
        if another_user && matches!(name, "effective" | "permitted") {
            distance.missing = CapabilitySet::EMPTY;
        }
        out.push(distance);
    }
    Ok(out)
}

/// The permitted set after an execve of an ordinary file, `capabilities(7)`.
fn after_exec(rule: &CapabilityRule, uid: u32) -> SetRule {
    if uid == 0 {
        // P'(permitted) = P(inheritable) | P(bounding) for the superuser.
        return match (rule.bounding, rule.inheritable) {
            (SetRule::Exactly(bounding), SetRule::Exactly(inheritable)) => {
                SetRule::Exactly(bounding.union(inheritable))
            }
            (SetRule::AllBut(dropped), _) => SetRule::AllBut(dropped),
            _ => SetRule::Any,
        };
    }
    rule.ambient
}

fn distance(set: &'static str, wanted: SetRule, have: CapabilitySet) -> Distance {
    let (extra, missing) = match wanted {
        SetRule::Exactly(wanted) => (have.minus(wanted), wanted.minus(have)),
        // How many the runtime holds is not known; those that make the difference are.
        SetRule::AllBut(dropped) => (
            CapabilitySet(have.0 & dropped.0),
            CapabilitySet::DOCKER_DEFAULT
                .with(CAP_SYS_ADMIN)
                .minus(dropped)
                .minus(have),
        ),
        SetRule::Any => (CapabilitySet::EMPTY, CapabilitySet::EMPTY),
    };
    Distance {
        set,
        have,
        extra,
        missing,
    }
}
