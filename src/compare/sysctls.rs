//! `sysctls`, OCI `linux.sysctl`: held against the settings of the process's own namespaces.

use super::findings::Findings;
use crate::confinement::{Confinement, Expected, Reading, Text};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    for expectation in &expected.sysctls {
        let (name, value) = &expectation.value;
        let reading = actual
            .sysctls
            .iter()
            .find(|sysctl| sysctl.name == *name)
            .map_or_else(|| not_held(name), |sysctl| sysctl.value.clone());
        findings.judge(
            "sysctl",
            expectation,
            format!("{name} = {value}"),
            &reading,
            "/proc/sys, as the process itself sees it",
            |(_, want), have| words(want) == words(&have.to_lossy()),
            |have| format!("{name} = {}", words(&have.to_lossy()).join(" ")),
        );
    }
}

fn not_held(name: &str) -> Reading<Text> {
    Reading::denied(
        "none",
        format!("/proc/sys/{}", name.replace('.', "/")),
        None,
        "inspect from inside the container; a report holds the settings that Pods usually are given",
    )
}

/// The parts of a value: the kernel parts numbers by tabs, declarations by blanks.
fn words(value: &str) -> Vec<&str> {
    value.split_whitespace().collect()
}
