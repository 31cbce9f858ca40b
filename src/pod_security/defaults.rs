//! What the API server fills in before admission, as far as the checks look at it.
//!
//! `pkg/apis/core/v1/defaults.go` of Kubernetes. The server also copies AppArmor
//! annotations of a Pod into its fields; the checks look at both, so that the
//! verdict is the same without.

use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, PodSpec, Volume};

/// A Pod's spec as the API server holds it when admission judges it.
///
/// A volume without a source becomes an `emptyDir`. In a Pod itself (`is_pod`; in a
/// workload's template not, since Kubernetes 1.28), `hostNetwork` gives each port
/// its container port as host port.
#[must_use]
pub fn with_api_defaults(mut spec: PodSpec, is_pod: bool) -> PodSpec {
    for volume in spec.volumes.iter_mut().flatten() {
        let sourceless = Volume {
            name: volume.name.clone(),
            ..Volume::default()
        };
        if *volume == sourceless {
            volume.empty_dir = Some(EmptyDirVolumeSource::default());
        }
    }
    if is_pod && spec.host_network == Some(true) {
        let containers = spec.init_containers.iter_mut().flatten();
        for container in containers.chain(&mut spec.containers) {
            for port in container.ports.iter_mut().flatten() {
                if port.host_port.unwrap_or_default() == 0 {
                    port.host_port = Some(port.container_port);
                }
            }
        }
    }
    spec
}
