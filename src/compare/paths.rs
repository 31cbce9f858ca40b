//! `procMount`, OCI `maskedPaths` and `readonlyPaths`: held against what covers each path.

use super::Actual;
use super::Kind;
use super::findings::{Findings, declared, lifted_by, not_known};
use crate::confinement::{
    Confinement, Expectation, Expected, PathRule, ProtectedPath, Protection, Reading,
};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.paths else {
        return;
    };
    let rule = &expectation.value;
    let seen = &actual.filesystem;
    one_list(
        "masked-paths",
        &rule.masked,
        &seen.masked,
        |p| matches!(p, Protection::Masked | Protection::MaskedWritable),
        expectation,
        findings,
    );
    one_list(
        "readonly-paths",
        &rule.read_only,
        &seen.readonly,
        |p| *p != Protection::None,
        expectation,
        findings,
    );
}

/// Judges one list of paths, as one finding.
fn one_list(
    id: &'static str,
    wanted: &[String],
    seen: &[ProtectedPath],
    protects: impl Fn(&Protection) -> bool,
    expectation: &Expectation<PathRule>,
    findings: &mut Findings<'_>,
) {
    let mut open = Vec::new();
    let mut unknown = None;
    let mut judged = 0;
    for path in seen {
        let is_wanted = wanted.contains(&path.path);
        match &path.state {
            Reading::Known(protection) => {
                judged += 1;
                let protected = protects(protection);
                if is_wanted && !protected {
                    open.push(format!("{} is {}", path.path, word(*protection)));
                }
            }
            Reading::Absent { .. } => judged += 1,
            Reading::Denied(_) if is_wanted => unknown = Some(&path.state),
            Reading::Denied(_) => {}
        }
    }
    // A report tells of the paths that runtimes are known to protect, and of no others.
    let beyond: Vec<&str> = wanted
        .iter()
        .filter(|path| !seen.iter().any(|seen| seen.path == **path))
        .map(String::as_str)
        .collect();
    if !beyond.is_empty() {
        let finding = findings.add(
            id,
            Kind::Unobserved,
            declared(expectation, beyond.join(" ")),
            Actual {
                value: String::from("not observed"),
                evidence: String::from("a report does not hold these paths"),
            },
        );
        finding.mend = String::from("look at them in /proc/PID/mountinfo");
        if beyond.len() == wanted.len() {
            return;
        }
    }
    let shown = if wanted.is_empty() {
        String::from("no path")
    } else {
        wanted.join(" ")
    };
    let declared = declared(expectation, shown);
    let evidence = String::from("/proc/PID/mountinfo");
    if !open.is_empty() {
        let value = open.join(", ");
        findings.add(id, Kind::Drift, declared, Actual { value, evidence });
    } else if let Some(state) = unknown {
        findings
            .add(id, Kind::Unobserved, declared, not_known(state, &evidence))
            .mend = lifted_by(state);
    } else if judged > 0 {
        let value = String::from("as declared");
        findings.add(id, Kind::Agreement, declared, Actual { value, evidence });
    }
}

fn word(protection: Protection) -> &'static str {
    match protection {
        Protection::Masked => "masked",
        Protection::MaskedWritable => "masked by a writable directory",
        Protection::ReadOnly => "read-only",
        Protection::None => "writable",
    }
}
