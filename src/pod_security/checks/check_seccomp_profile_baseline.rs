//! Where a seccomp profile is asked for, it must be one.
//!
//! Restricted fields, v1.0 to v1.18:
//! - `metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]`
//! - `metadata.annotations["container.seccomp.security.alpha.kubernetes.io/*"]`, of the Pod's containers
//!
//! Allowed values: `runtime/default`, `docker/default`, `localhost/*`, undefined.
//!
//! Restricted fields since v1.19:
//! - `spec.securityContext.seccompProfile.type`
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.seccompProfile.type`
//!
//! Allowed values: `RuntimeDefault`, `Localhost`, undefined.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::SeccompProfile;

use crate::pod_security::pod::Container;
use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATION_PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";

pub(super) const CHECK: Check = Check {
    id: "seccompProfile_baseline",
    level: Level::Baseline,
    revisions: &[
        Revision {
            since: 0,
            check: v1_0,
            overrides: &[],
        },
        Revision {
            since: 19,
            check: v1_19,
            overrides: &[],
        },
    ],
};

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let keys = std::iter::once(POD_ANNOTATION.to_owned()).chain(
        pod.containers()
            .map(|c| format!("{CONTAINER_ANNOTATION_PREFIX}{}", c.name)),
    );
    let forbidden: BTreeSet<String> = keys
        .filter_map(|key| {
            let value = pod.annotations.get(&key)?;
            let allowed = matches!(value.as_str(), "runtime/default" | "docker/default")
                || value.starts_with("localhost/");
            (!allowed).then(|| format!("{key}={}", wording::go_quoted(value)))
        })
        .collect();
    (!forbidden.is_empty()).then(|| {
        (
            "seccompProfile".to_owned(),
            format!(
                "forbidden {} {}",
                wording::plural("annotation", "annotations", forbidden.len()),
                wording::joined(&forbidden)
            ),
        )
    })
}

/// The profile type that a Pod asks for, whatever it is.
pub(super) fn type_of_pod(pod: Pod<'_>) -> Option<&str> {
    type_of(pod.security_context()?.seccomp_profile.as_ref())
}

/// The profile type that a container asks for itself, whatever it is.
pub(super) fn type_of_container<'a>(container: &Container<'a>) -> Option<&'a str> {
    type_of(container.security_context?.seccomp_profile.as_ref())
}

fn type_of(profile: Option<&SeccompProfile>) -> Option<&str> {
    profile.map(|p| p.type_.as_str())
}

/// Whether a profile type is one that confines.
pub(super) fn is_allowed(profile_type: &str) -> bool {
    matches!(profile_type, "RuntimeDefault" | "Localhost")
}

/// The rule on fields.
pub(super) fn v1_19(pod: Pod<'_>) -> Option<(String, String)> {
    let forbidden = |t: &&str| !is_allowed(t);
    let of_pod = type_of_pod(pod).filter(forbidden);
    let bad = pod.containers_where(|c| type_of_container(c).is_some_and(|t| forbidden(&t)));
    let setters = wording::setters(of_pod.is_some(), &bad)?;
    let types: BTreeSet<&str> = pod
        .containers()
        .filter_map(|c| type_of_container(&c))
        .filter(forbidden)
        .chain(of_pod)
        .collect();
    Some((
        "seccompProfile".to_owned(),
        format!(
            "{setters} must not set securityContext.seccompProfile.type to {}",
            wording::quoted(types)
        ),
    ))
}
