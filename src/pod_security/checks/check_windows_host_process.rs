//! No container may run as a process of a Windows node.
//!
//! Restricted fields:
//! - `spec.securityContext.windowsOptions.hostProcess`
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.windowsOptions.hostProcess`
//!
//! Allowed values: undefined, false.

use k8s_openapi::api::core::v1::WindowsSecurityContextOptions;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

pub(super) const CHECK: Check = Check {
    id: "windowsHostProcess",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn is_host_process(options: Option<&WindowsSecurityContextOptions>) -> bool {
    options.and_then(|o| o.host_process) == Some(true)
}

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let of_pod = pod
        .security_context()
        .and_then(|s| s.windows_options.as_ref());
    let bad = pod.containers_where(|c| {
        is_host_process(c.security_context.and_then(|s| s.windows_options.as_ref()))
    });
    let setters = wording::setters(is_host_process(of_pod), &bad)?;
    Some((
        "hostProcess".to_owned(),
        format!("{setters} must not set securityContext.windowsOptions.hostProcess=true"),
    ))
}
