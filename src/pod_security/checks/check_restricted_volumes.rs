//! Only volumes that hold the Pod's own data, or that the cluster provides, may be mounted.
//!
//! Restricted fields:
//! - `spec.volumes[*]`
//!
//! Allowed values: `configMap`, `csi`, `downwardAPI`, `emptyDir`, `ephemeral`, `image`,
//! `persistentVolumeClaim`, `projected`, `secret`.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Volume;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "restrictedVolumes",
    level: Level::Restricted,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &["hostPathVolumes"],
    }],
};

fn is_allowed(volume: &Volume) -> bool {
    volume.config_map.is_some()
        || volume.csi.is_some()
        || volume.downward_api.is_some()
        || volume.empty_dir.is_some()
        || volume.ephemeral.is_some()
        || volume.image.is_some()
        || volume.persistent_volume_claim.is_some()
        || volume.projected.is_some()
        || volume.secret.is_some()
}

/// The source's field; the first in upstream's order where there are several.
fn forbidden_type(volume: &Volume) -> &'static str {
    [
        (volume.host_path.is_some(), "hostPath"),
        (volume.gce_persistent_disk.is_some(), "gcePersistentDisk"),
        (
            volume.aws_elastic_block_store.is_some(),
            "awsElasticBlockStore",
        ),
        (volume.git_repo.is_some(), "gitRepo"),
        (volume.nfs.is_some(), "nfs"),
        (volume.iscsi.is_some(), "iscsi"),
        (volume.glusterfs.is_some(), "glusterfs"),
        (volume.rbd.is_some(), "rbd"),
        (volume.flex_volume.is_some(), "flexVolume"),
        (volume.cinder.is_some(), "cinder"),
        (volume.cephfs.is_some(), "cephfs"),
        (volume.flocker.is_some(), "flocker"),
        (volume.fc.is_some(), "fc"),
        (volume.azure_file.is_some(), "azureFile"),
        (volume.vsphere_volume.is_some(), "vsphereVolume"),
        (volume.quobyte.is_some(), "quobyte"),
        (volume.azure_disk.is_some(), "azureDisk"),
        (
            volume.photon_persistent_disk.is_some(),
            "photonPersistentDisk",
        ),
        (volume.portworx_volume.is_some(), "portworxVolume"),
        (volume.scale_io.is_some(), "scaleIO"),
        (volume.storageos.is_some(), "storageos"),
    ]
    .into_iter()
    .find_map(|(is_set, name)| is_set.then_some(name))
    .unwrap_or("unknown")
}

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let bad: Vec<&Volume> = pod
        .spec
        .volumes
        .iter()
        .flatten()
        .filter(|volume| !is_allowed(volume))
        .collect();
    let types: BTreeSet<&str> = bad.iter().map(|volume| forbidden_type(volume)).collect();
    (!bad.is_empty()).then(|| {
        (
            "restricted volume types".to_owned(),
            format!(
                "{} {} {} {} {}",
                wording::plural("volume", "volumes", bad.len()),
                wording::quoted(bad.iter().map(|volume| &volume.name)),
                wording::plural("uses", "use", bad.len()),
                wording::plural(
                    "restricted volume type",
                    "restricted volume types",
                    types.len()
                ),
                wording::quoted(types)
            ),
        )
    })
}
