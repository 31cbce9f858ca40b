//! `seLinuxOptions`, OCI `process.selinuxLabel`: held against `/proc/PID/attr/current`.

use super::Kind;
use super::findings::{Findings, declared, not_known};
use crate::confinement::{Confinement, Expected, Reading, SeLinux, SeLinuxRule, Text};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.selinux else {
        return;
    };
    let shown = show(&expectation.value);
    let reading = &actual.lsm.selinux;
    // A kernel without SELinux enforces no label: that is known, and it is drift.
    if let Reading::Absent { .. } = reading {
        let actual = not_known(reading, "/proc/PID/attr/current");
        findings.add("selinux", Kind::Drift, declared(expectation, shown), actual);
        return;
    }
    findings.judge(
        "selinux",
        expectation,
        shown,
        reading,
        "/proc/PID/attr/current",
        matches,
        |have| have.context.to_string(),
    );
}

fn matches(rule: &SeLinuxRule, have: &SeLinux) -> bool {
    let same = |want: &Option<Text>, have: &Text| want.as_ref().is_none_or(|want| want == have);
    same(&rule.user, &have.user)
        && same(&rule.role, &have.role)
        && same(&rule.kind, &have.kind)
        && same(&rule.level, &have.level)
}

fn show(rule: &SeLinuxRule) -> String {
    [&rule.user, &rule.role, &rule.kind, &rule.level]
        .map(|part| {
            part.as_ref()
                .map_or_else(|| String::from("*"), Text::escaped)
        })
        .join(":")
}
