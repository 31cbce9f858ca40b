//! What the checks look at.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    self as core, Lifecycle, LifecycleHandler, PodSecurityContext, PodSpec, Probe, SecurityContext,
};

/// A Pod, or a workload's template of one.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    /// Its annotations; older versions of the standard look at some.
    pub annotations: &'a BTreeMap<String, String>,
    /// Its spec, as the API server holds it after [`super::with_api_defaults`].
    pub spec: &'a PodSpec,
}

/// A container of any kind, with what the checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its own security context.
    pub security_context: Option<&'a SecurityContext>,
    /// Its ports.
    pub ports: &'a [core::ContainerPort],
    /// Its liveness, readiness and startup probes, as far as there are any.
    pub probes: [Option<&'a Probe>; 3],
    /// What runs after its start and before its stop.
    pub lifecycle: Option<&'a Lifecycle>,
}

/// A container of the API, of either type: an ephemeral one has the same fields, and no trait
/// in common with the others.
macro_rules! container {
    ($of:ident) => {
        Container {
            name: &$of.name,
            security_context: $of.security_context.as_ref(),
            ports: $of.ports.as_deref().unwrap_or_default(),
            probes: [
                $of.liveness_probe.as_ref(),
                $of.readiness_probe.as_ref(),
                $of.startup_probe.as_ref(),
            ],
            lifecycle: $of.lifecycle.as_ref(),
        }
    };
}

impl<'a> Pod<'a> {
    /// Its containers in the order in which the standard names them: init, regular, ephemeral.
    pub fn containers(self) -> impl Iterator<Item = Container<'a>> {
        let init = self.spec.init_containers.iter().flatten();
        let ephemeral = self.spec.ephemeral_containers.iter().flatten();
        init.chain(&self.spec.containers)
            .map(|c| container!(c))
            .chain(ephemeral.map(|c| container!(c)))
    }

    /// The names of the containers that `bad` says are, in order.
    pub(super) fn containers_where(self, bad: impl Fn(&Container<'a>) -> bool) -> Vec<&'a str> {
        self.containers().filter(bad).map(|c| c.name).collect()
    }

    /// The security context of the Pod as a whole.
    pub(super) fn security_context(self) -> Option<&'a PodSecurityContext> {
        self.spec.security_context.as_ref()
    }

    /// Whether it says that it runs on Windows (`spec.os`, since Kubernetes 1.23).
    pub(super) fn is_windows(self) -> bool {
        self.spec.os.as_ref().is_some_and(|os| os.name == "windows")
    }

    /// Whether it says that it has a user namespace of its own (`hostUsers: false`, KEP-127).
    pub(super) fn has_user_namespace(self) -> bool {
        self.spec.host_users == Some(false)
    }
}

impl<'a> Container<'a> {
    /// The capabilities that it adds, as they are spelt.
    pub(super) fn added_capabilities(self) -> &'a [String] {
        let capabilities = self.security_context.and_then(|s| s.capabilities.as_ref());
        capabilities
            .and_then(|c| c.add.as_deref())
            .unwrap_or_default()
    }

    /// The capabilities that it drops, as they are spelt.
    pub(super) fn dropped_capabilities(self) -> &'a [String] {
        let capabilities = self.security_context.and_then(|s| s.capabilities.as_ref());
        capabilities
            .and_then(|c| c.drop.as_deref())
            .unwrap_or_default()
    }

    /// Its handlers of start and stop, as far as there are any.
    pub(super) fn handlers(self) -> impl Iterator<Item = &'a LifecycleHandler> {
        self.lifecycle
            .into_iter()
            .flat_map(|l| [l.post_start.as_ref(), l.pre_stop.as_ref()])
            .flatten()
    }
}
