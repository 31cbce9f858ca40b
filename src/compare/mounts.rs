//! Volumes and OCI mounts: held against the mounts that bring the host's own files in.

use super::Kind;
use super::findings::{Findings, declared, lifted_by, not_known};
use super::{Actual, Declared};
use crate::confinement::{Confinement, Expected, ExpectedMount, Mount, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.mounts else {
        return;
    };
    let rule = &expectation.value;
    let reading = &actual.filesystem.host_paths;
    let evidence = "/proc/PID/mountinfo";
    let Reading::Known(mounts) = reading else {
        let unknown = not_known(reading, evidence);
        findings
            .add(
                "mount-extra",
                Kind::Unobserved,
                declared(expectation, "the declared mounts"),
                unknown,
            )
            .mend = lifted_by(reading);
        return;
    };
    let mut drifted = false;
    for mount in mounts {
        let bytes = mount.mount_point.as_bytes();
        let below = |point: &[u8]| {
            bytes
                .strip_prefix(point)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let named = rule.declared.iter().any(|want| below(point(want)))
            || rule.by_manager.iter().any(|known| below(known.as_bytes()));
        if bytes != b"/" && !named {
            drifted = true;
            findings.add(
                "mount-extra",
                Kind::Drift,
                declared(expectation, "no such mount"),
                shown(mount),
            );
        }
    }
    for want in &rule.declared {
        let found = mounts
            .iter()
            .rfind(|mount| mount.mount_point.as_bytes() == point(want));
        let declared = Declared {
            value: format!(
                "{} at {}",
                want.host_path
                    .as_ref()
                    .map_or_else(|| String::from("a volume"), |p| p.escaped()),
                want.mount_point
            ),
            because: String::from("as written"),
            source: want.source.clone(),
        };
        if let (Some(mount), Some(true)) = (found, want.read_only)
            && !mount.read_only
        {
            drifted = true;
            findings.add("mount-writable", Kind::Drift, declared, shown(mount));
        }
    }
    if !drifted {
        let value = format!("{} mounts of the node's files, all declared", mounts.len());
        let evidence = evidence.to_owned();
        findings.add(
            "mount-extra",
            Kind::Agreement,
            declared(expectation, format!("{} mounts", rule.declared.len())),
            Actual { value, evidence },
        );
    }
}

/// A mount point without a trailing slash.
fn point(mount: &ExpectedMount) -> &[u8] {
    let bytes = mount.mount_point.as_bytes();
    match bytes.strip_suffix(b"/") {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => bytes,
    }
}

fn shown(mount: &Mount) -> Actual {
    Actual {
        value: format!(
            "{} of {} at {}",
            mount.root, mount.source, mount.mount_point
        ),
        evidence: format!("/proc/PID/mountinfo: {} {}", mount.fstype, mount.options),
    }
}
