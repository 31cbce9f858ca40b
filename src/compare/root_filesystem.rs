//! `readOnlyRootFilesystem`, OCI `root.readonly`: held against field 6 of the mount at `/`.

use super::findings::Findings;
use super::{Kind, Severity};
use crate::confinement::{Confinement, Expected};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.root_read_only else {
        return;
    };
    let word = |read_only: bool| if read_only { "read-only" } else { "writable" };
    let finding = findings.judge(
        "root-filesystem",
        expectation,
        word(expectation.value),
        &actual.filesystem.root,
        "the mount's own options at / in /proc/PID/mountinfo",
        |want, root| *want == root.read_only,
        |root| format!("{} ({})", word(root.read_only), root.options),
    );
    if finding.kind == Kind::Drift && !expectation.value {
        finding.severity = Severity::Low;
        finding.why = String::from("stricter than declared: the work may fail to write");
        finding.mend = String::from("declare readOnlyRootFilesystem: true, as it is");
    }
}
