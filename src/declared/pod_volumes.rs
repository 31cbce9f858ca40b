//! Volumes, their mounts, and the service account's token.

use super::pod_container::Context;
use super::{InputError, defaults};
use crate::confinement::{DeviceRule, Expected, ExpectedMount, MountRule, Text};

/// Where the kubelet mounts the service account's token.
const TOKEN_MOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

pub(super) fn expect(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let spec = context.spec();
    let mut host_paths = Vec::new();
    for volume in spec.get("volumes").items()? {
        let name = volume.get("name").text()?.unwrap_or_default();
        let host = volume.get("hostPath");
        if host.is_set() {
            let path = host.get("path").text()?.unwrap_or_default();
            host_paths.push((name, path));
        }
    }
    let mounts = context.container.get("volumeMounts");
    let mut declared = Vec::new();
    let mut has_token = false;
    for mount in mounts.items()? {
        let point = mount.get("mountPath").text()?.unwrap_or_default();
        let volume = mount.get("name").text()?.unwrap_or_default();
        has_token |= point.trim_end_matches('/') == TOKEN_MOUNT;
        let host_path = host_paths
            .iter()
            .find(|(name, _)| *name == volume)
            .map(|(_, path)| Text::from(*path));
        declared.push(ExpectedMount {
            mount_point: Text::from(point),
            host_path,
            read_only: mount.get("readOnly").flag()?,
            source: mount.source(),
        });
    }
    expected.mounts = Some(mounts.expects(
        MountRule {
            declared,
            by_manager: defaults::kubelet_mounts(),
        },
        "volumeMounts, and what the kubelet adds",
    ));
    devices(context, expected)?;
    let automount = spec.get("automountServiceAccountToken");
    // The admitted Pod shows the mount itself; before that, only a refusal is certain:
    // the service account has its own say.
    if context.admitted {
        let because = "the service account's volume is mounted, or not";
        expected.service_account_token = Some(automount.expects(has_token, because));
    } else if automount.flag()? == Some(false) {
        let because = "automountServiceAccountToken";
        expected.service_account_token = Some(automount.expects(has_token, because));
    }
    Ok(())
}

/// Block volumes are named; what a device plugin or a resource claim adds is not, and a
/// privileged container has the node's.
fn devices(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let resources = context.container.get("resources");
    let limits = resources.get("limits").entries()?;
    let by_plugin = limits.iter().any(|(name, _)| name.contains('/'));
    let privileged = context.own("privileged").flag()?.unwrap_or(false);
    if by_plugin || privileged || resources.get("claims").is_set() {
        return Ok(());
    }
    let list = context.container.get("volumeDevices");
    let mut declared = Vec::new();
    for item in list.items()? {
        declared.extend(item.get("devicePath").text()?.map(Text::from));
    }
    expected.devices = Some(list.expects(DeviceRule { declared }, "volumeDevices"));
    Ok(())
}
