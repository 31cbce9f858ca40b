//! `volumeDevices`, OCI `linux.devices`, an engine's `--device`: held against the device nodes
//! in the process's `/dev`.

use super::findings::{Findings, declared, lifted_by, not_known};
use super::{Actual, Kind};
use crate::confinement::{Confinement, DeviceNode, Expected, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.devices else {
        return;
    };
    let evidence = "device nodes below /dev";
    let reading = &actual.filesystem.devices;
    let shown = match expectation.value.declared.len() {
        0 => String::from("none but those of every container"),
        count => format!("{count} devices"),
    };
    let Reading::Known(nodes) = reading else {
        // Nothing is declared of devices: then there is no declaration to leave unobserved.
        if !expectation.value.declared.is_empty() {
            let unknown = not_known(reading, evidence);
            findings
                .add(
                    "device-extra",
                    Kind::Unobserved,
                    declared(expectation, shown),
                    unknown,
                )
                .mend = lifted_by(reading);
        }
        return;
    };
    let mounts = expected.mounts.iter().flat_map(|m| &m.value.declared);
    let mounted: Vec<&[u8]> = mounts.map(|m| m.mount_point.as_bytes()).collect();
    let is_declared = |node: &DeviceNode| {
        let paths = expectation
            .value
            .declared
            .iter()
            .map(|path| path.as_bytes());
        paths
            .chain(mounted.iter().copied())
            // A declared mount of /dev itself is the tmpfs that every container has.
            .filter(|path| *path != b"/dev" && *path != b"/")
            .any(|path| below(node.path.as_bytes(), path))
    };
    let extra: Vec<String> = nodes
        .iter()
        .filter(|node| !is_declared(node))
        .map(|node| {
            let kind = if node.block { "block" } else { "character" };
            format!("{} ({kind} {}:{})", node.path, node.major, node.minor)
        })
        .collect();
    let (kind, value) = if extra.is_empty() {
        (Kind::Agreement, String::from("as declared"))
    } else {
        (Kind::Drift, extra.join(", "))
    };
    let evidence = evidence.to_owned();
    findings.add(
        "device-extra",
        kind,
        declared(expectation, shown),
        Actual { value, evidence },
    );
}

/// Whether a path is another one, or lies in it.
fn below(path: &[u8], top: &[u8]) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || top.ends_with(b"/"))
}
