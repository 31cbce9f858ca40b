//! Of SELinux's context a container type may be chosen, user and role not at all.
//!
//! Restricted fields, of `spec.securityContext.seLinuxOptions` and of
//! `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.seLinuxOptions`:
//! - `type`: allowed are undefined, empty, `container_t`, `container_init_t`,
//!   `container_kvm_t`, and since v1.31 `container_engine_t`;
//! - `user` and `role`: allowed are undefined and empty.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::SELinuxOptions;

use crate::pod_security::registry::{Check, Revision};
use crate::pod_security::{Level, Pod, wording};

const TYPES_1_0: &[&str] = &["", "container_t", "container_init_t", "container_kvm_t"];
const TYPES_1_31: &[&str] = &[
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

pub(super) const CHECK: Check = Check {
    id: "seLinuxOptions",
    level: Level::Baseline,
    revisions: &[
        Revision {
            since: 0,
            check: |pod| check(pod, TYPES_1_0),
            overrides: &[],
        },
        Revision {
            since: 31,
            check: |pod| check(pod, TYPES_1_31),
            overrides: &[],
        },
    ],
};

/// What of the options is forbidden, over all who set some.
#[derive(Default)]
struct Found<'a> {
    types: BTreeSet<&'a str>,
    user: bool,
    role: bool,
}

impl<'a> Found<'a> {
    /// Looks at one set of options; whether anything in it is forbidden.
    fn look(&mut self, options: Option<&'a SELinuxOptions>, types: &[&str]) -> bool {
        let text = |field: Option<&'a String>| field.map(String::as_str).unwrap_or_default();
        let type_ = text(options.and_then(|o| o.type_.as_ref()));
        let user = !text(options.and_then(|o| o.user.as_ref())).is_empty();
        let role = !text(options.and_then(|o| o.role.as_ref())).is_empty();
        let bad_type = !types.contains(&type_);
        if bad_type {
            self.types.insert(type_);
        }
        self.user |= user;
        self.role |= role;
        bad_type || user || role
    }
}

fn check(pod: Pod<'_>, types: &[&str]) -> Option<(String, String)> {
    let mut found = Found::default();
    let of_pod = pod
        .security_context()
        .and_then(|s| s.se_linux_options.as_ref());
    let bad_pod = found.look(of_pod, types);
    let mut bad = Vec::new();
    for container in pod.containers() {
        let context = container.security_context;
        if found.look(context.and_then(|s| s.se_linux_options.as_ref()), types) {
            bad.push(container.name);
        }
    }
    let setters = wording::setters(bad_pod, &bad)?;

    let mut data = Vec::new();
    if !found.types.is_empty() {
        data.push(format!(
            "{} {}",
            wording::plural("type", "types", found.types.len()),
            wording::quoted(found.types)
        ));
    }
    if found.user {
        data.push("user may not be set".to_owned());
    }
    if found.role {
        data.push("role may not be set".to_owned());
    }
    Some((
        "seLinuxOptions".to_owned(),
        format!(
            "{setters} set forbidden securityContext.seLinuxOptions: {}",
            data.join("; ")
        ),
    ))
}
