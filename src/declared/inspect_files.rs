//! What `docker inspect` and `podman inspect` say of paths and mounts.

use super::{Field, InputError, defaults};
use crate::confinement::{Expected, ExpectedMount, MountRule, PathRule, Text};

pub(super) fn paths(
    host: &Field<'_>,
    privileged: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let list = |key: &str| -> Result<Vec<String>, InputError> {
        let texts = host.get(key).texts()?;
        Ok(texts.into_iter().map(|(t, _)| t.to_owned()).collect())
    };
    let field = host.get("MaskedPaths");
    if !privileged && field.is_set() {
        let rule = PathRule {
            masked: list("MaskedPaths")?,
            read_only: list("ReadonlyPaths")?,
        };
        expected.paths = Some(field.expects(rule, "MaskedPaths and ReadonlyPaths"));
    }
    Ok(())
}

pub(super) fn mounts(root: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let list = root.get("Mounts");
    let mut declared = Vec::new();
    for mount in list.items()? {
        declared.push(ExpectedMount {
            mount_point: Text::from(mount.get("Destination").text()?.unwrap_or_default()),
            host_path: mount.get("Source").text()?.map(Text::from),
            read_only: mount.get("RW").flag()?.map(|writable| !writable),
            source: mount.source(),
        });
    }
    for (point, field) in root.go(&["HostConfig", "Tmpfs"]).entries()? {
        declared.push(ExpectedMount {
            mount_point: Text::from(point),
            host_path: None,
            read_only: None,
            source: field.source(),
        });
    }
    let rule = MountRule {
        declared,
        by_manager: defaults::engine_mounts(),
    };
    expected.mounts = Some(list.expects(rule, "Mounts, and what the engine adds"));
    Ok(())
}
