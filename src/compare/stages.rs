//! Several stages of one declaration held against what is enforced: where did drift begin?

use super::{Finding, Hop, Kind, compare};
use crate::confinement::{Confinement, Expected, Stage};

/// Holds each stage of one container's declaration against what is enforced.
///
/// A drift is told once, for the earliest stage that has it, with the hop at which
/// it began: into the first later stage that no longer says what was declared.
pub fn compare_stages(stages: &[&Expected], actual: &Confinement) -> Vec<Finding> {
    let mut ordered: Vec<&Expected> = stages.to_vec();
    ordered.sort_by_key(|expected| expected.stage);
    let compared: Vec<(Stage, Vec<Finding>)> = ordered
        .iter()
        .map(|expected| (expected.stage, compare(expected, actual)))
        .collect();
    let mut out: Vec<Finding> = Vec::new();
    for (position, (stage, findings)) in compared.iter().enumerate() {
        let earlier = out.len();
        for finding in findings {
            let before = out.get_mut(..earlier).unwrap_or_default();
            if let Some(told) = before.iter_mut().find(|told| says_as_much(told, finding)) {
                point_outside(told, finding);
                continue;
            }
            let mut finding = finding.clone();
            if finding.kind == Kind::Drift {
                let later = compared.get(position + 1..).unwrap_or_default();
                finding.hop = Some(hop(*stage, later, &finding));
            }
            out.push(finding);
        }
    }
    out
}

/// Points to the field itself where an annotation keeps a copy of the same.
fn point_outside(told: &mut Finding, finding: &Finding) {
    let copy = &told.declared.source;
    let field = &finding.declared.source;
    if copy.file == field.file && copy.field.ends_with(&format!(": {}", field.field)) {
        told.declared.source = field.clone();
    }
}

/// Whether a finding of an earlier stage makes one of a later stage superfluous.
fn says_as_much(told: &Finding, finding: &Finding) -> bool {
    same_matter(told, finding)
        && match finding.kind {
            Kind::Drift => told.kind == Kind::Drift,
            kind => told.kind == Kind::Drift || told.kind == kind,
        }
}

/// Whether two findings are about the same thing: the same id, or capability bits,
/// which are one matter however they were written.
fn same_matter(one: &Finding, other: &Finding) -> bool {
    let bits = |id: &str| {
        matches!(
            id,
            "capability-extra" | "capability-missing" | "capability-ignored"
        )
    };
    one.id == other.id || bits(one.id) && bits(other.id)
}

/// The hop into the first stage that no longer has the drift: that says what is enforced.
fn hop(stage: Stage, later: &[(Stage, Vec<Finding>)], finding: &Finding) -> Hop {
    let mut from = stage;
    for (next, findings) in later {
        let still = findings
            .iter()
            .any(|other| other.kind == Kind::Drift && same_matter(finding, other));
        if !still {
            return Hop { from, to: *next };
        }
        from = *next;
    }
    Hop {
        from,
        to: Stage::Enforced,
    }
}
