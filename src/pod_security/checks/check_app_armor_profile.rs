//! The runtime's AppArmor profile may be replaced by one of the node's, not switched off.
//!
//! Restricted fields:
//! - `metadata.annotations["container.apparmor.security.beta.kubernetes.io/*"]`:
//!   allowed are `runtime/default`, `localhost/*`, empty and undefined;
//! - `spec.securityContext.appArmorProfile.type` and
//!   `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.appArmorProfile.type`:
//!   allowed are `RuntimeDefault`, `Localhost` and undefined.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::AppArmorProfile;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

const ANNOTATION_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";

pub(super) const CHECK: Check = Check {
    id: "appArmorProfile",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 0,
        check: v1_0,
        overrides: &[],
    }],
};

fn forbidden_type(profile: Option<&AppArmorProfile>) -> Option<&str> {
    profile
        .map(|p| p.type_.as_str())
        .filter(|t| !matches!(*t, "RuntimeDefault" | "Localhost"))
}

fn forbidden_annotation(value: &str) -> bool {
    !value.is_empty() && value != "runtime/default" && !value.starts_with("localhost/")
}

fn v1_0(pod: Pod<'_>) -> Option<(String, String)> {
    let pod_type = forbidden_type(
        pod.security_context()
            .and_then(|s| s.app_armor_profile.as_ref()),
    );
    let mut types: BTreeSet<&str> = pod_type.into_iter().collect();
    let mut bad = Vec::new();
    for container in pod.containers() {
        let context = container.security_context;
        if let Some(t) = forbidden_type(context.and_then(|s| s.app_armor_profile.as_ref())) {
            bad.push(container.name);
            types.insert(t);
        }
    }
    let mut annotations: Vec<String> = pod
        .annotations
        .iter()
        .filter(|(key, value)| key.starts_with(ANNOTATION_PREFIX) && forbidden_annotation(value))
        .map(|(key, value)| format!("{key}={}", wording::go_quoted(value)))
        .collect();
    annotations.sort();

    let mut setters: Vec<String> = wording::setters(pod_type.is_some(), &bad)
        .into_iter()
        .collect();
    if !annotations.is_empty() {
        setters.push(wording::plural("annotation", "annotations", annotations.len()).to_owned());
    }
    if setters.is_empty() {
        return None;
    }
    let values: Vec<&str> = types
        .into_iter()
        .chain(annotations.iter().map(String::as_str))
        .collect();
    let reason = wording::plural(
        "forbidden AppArmor profile",
        "forbidden AppArmor profiles",
        values.len(),
    );
    Some((
        reason.to_owned(),
        format!(
            "{} must not set AppArmor profile type to {}",
            setters.join(" and "),
            wording::quoted(values)
        ),
    ))
}
