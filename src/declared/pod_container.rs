//! The `securityContext` of a container over that of its Pod, and what the kubelet and the
//! runtime make of both.

use super::capability_names::AddDrop;
use super::{Field, InputError, RuntimeName};
use super::{pod_pids, pod_profiles, pod_resources, pod_volumes};
use crate::confinement::{
    Expected, GroupRule, NamespaceKind, NamespaceRule, PathRule, ProtectedPath, Remark, SeccompRule,
};

/// A container in its Pod.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// The Pod, or the template of one: metadata and spec.
    pub(super) pod: &'a Field<'a>,
    /// The container.
    pub(super) container: &'a Field<'a>,
    /// Its name.
    pub(super) name: &'a str,
    /// Who fills in the defaults.
    pub(super) runtime: Option<RuntimeName>,
    /// Whether the API server has filled in its own.
    pub(super) admitted: bool,
}

impl<'a> Context<'a> {
    /// The Pod's spec.
    pub(super) fn spec(&self) -> Field<'a> {
        self.pod.get("spec")
    }

    /// A field of the container's `securityContext`.
    pub(super) fn own(&self, key: &str) -> Field<'a> {
        self.container.go(&["securityContext", key])
    }

    /// A field of the container's `securityContext`, or else of the Pod's.
    pub(super) fn over_pod(&self, key: &str) -> Field<'a> {
        let own = self.own(key);
        if own.is_set() {
            return own;
        }
        self.spec().go(&["securityContext", key])
    }

    /// Something that leaves no trace in the process.
    pub(super) fn remark(
        field: &Field<'_>,
        control: &'static str,
        not_applicable: bool,
        why: &str,
    ) -> Remark {
        Remark {
            id: "unobservable",
            control,
            value: String::from("set"),
            source: field.source(),
            not_applicable,
            why: why.to_owned(),
        }
    }
}

/// Fills in what is expected of one container.
pub(super) fn expect(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    identity(context, expected)?;
    let privileged = context.own("privileged");
    let is_privileged = privileged.flag()?.unwrap_or(false);
    if privileged.is_set() {
        expected.privileged = Some(privileged.expects(is_privileged, "privileged"));
    }
    let escalation = context.own("allowPrivilegeEscalation");
    if let Some(allowed) = escalation.flag()? {
        expected.no_new_privs = Some(escalation.expects(!allowed, "allowPrivilegeEscalation"));
    }
    capabilities(context, is_privileged, expected)?;
    let read_only = context.own("readOnlyRootFilesystem");
    if let Some(wanted) = read_only.flag()? {
        expected.root_read_only = Some(read_only.expects(wanted, "readOnlyRootFilesystem"));
    }
    namespaces(context, expected)?;
    pod_pids::expect(context, expected)?;
    proc_mount(context, is_privileged, expected)?;
    pod_profiles::expect(context, is_privileged, expected)?;
    if is_privileged && matches!(&expected.seccomp, Some(e) if e.value == SeccompRule::Unset) {
        expected.seccomp =
            Some(privileged.expects(SeccompRule::Unconfined, "privileged: no filter"));
    }
    pod_volumes::expect(context, expected)?;
    pod_resources::expect(context, expected)
}

fn identity(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let user = context.over_pod("runAsUser");
    expected.uid = user.id()?.map(|id| user.expects(id, "runAsUser"));
    let group = context.over_pod("runAsGroup");
    expected.gid = group.id()?.map(|id| group.expects(id, "runAsGroup"));
    let non_root = context.over_pod("runAsNonRoot");
    if non_root.flag()? == Some(true) {
        expected.non_root = Some(non_root.expects(true, "runAsNonRoot"));
    }
    let pod = context.spec().get("securityContext");
    let (fs_group, supplemental) = (pod.get("fsGroup"), pod.get("supplementalGroups"));
    let policy = pod.get("supplementalGroupsPolicy").text()?;
    let mut includes = Vec::new();
    for item in supplemental.items()? {
        includes.extend(item.id()?);
    }
    let list_is_empty = includes.is_empty();
    includes.extend(fs_group.id()?);
    // Strict without runAsUser: the image's own user brings its primary group, unknown here.
    let exactly = policy == Some("Strict");
    if exactly || !includes.is_empty() {
        let field = if list_is_empty && fs_group.is_set() {
            fs_group
        } else {
            supplemental
        };
        let because = format!(
            "fsGroup and supplementalGroups, policy {}",
            policy.unwrap_or("Merge")
        );
        expected.groups = Some(field.expects(GroupRule { includes, exactly }, because));
    }
    let change = pod.get("fsGroupChangePolicy");
    if change.is_set() {
        expected.remarks.push(Context::remark(
            &change,
            "fsGroupChangePolicy",
            false,
            "it decides when a volume's files are given to the group, not what the process may do",
        ));
    }
    let windows = context.over_pod("windowsOptions");
    if windows.is_set() {
        expected.remarks.push(Context::remark(
            &windows,
            "windowsOptions",
            true,
            "Windows options have no effect on Linux",
        ));
    }
    Ok(())
}

fn capabilities(
    context: &Context<'_>,
    privileged: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let field = context.own("capabilities");
    let written = AddDrop::read(
        &field.get("add"),
        &field.get("drop"),
        privileged,
        context.runtime,
    )?;
    let default = context.runtime.map(RuntimeName::default_capabilities);
    let because = match context.runtime {
        Some(runtime) => format!("capabilities on top of {runtime}'s default"),
        None => String::from("capabilities"),
    };
    match written.rule(privileged, default) {
        Some(rule) => expected.capabilities = Some(field.expects(rule, because)),
        None => expected.remarks.push(Remark {
            id: "runtime-unknown",
            control: "capabilities",
            value: String::from("the runtime's default"),
            source: field.source(),
            not_applicable: false,
            why: String::from("runtimes differ in their default capabilities"),
        }),
    }
    Ok(())
}

fn namespaces(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let spec = context.spec();
    for (key, kind) in [
        ("hostPID", NamespaceKind::Pid),
        ("hostIPC", NamespaceKind::Ipc),
        ("hostNetwork", NamespaceKind::Net),
    ] {
        let field = spec.get(key);
        let rule = if field.flag()?.unwrap_or(false) {
            NamespaceRule::Host
        } else {
            NamespaceRule::Own
        };
        expected.namespaces.push((kind, field.expects(rule, key)));
    }
    let network = spec.get("hostNetwork");
    let uts = if network.flag()?.unwrap_or(false) {
        context.runtime.map(RuntimeName::uts_of_host_network)
    } else {
        Some(NamespaceRule::Own)
    };
    if let Some(rule) = uts {
        let because = "hostNetwork, and what the runtime makes of it";
        expected
            .namespaces
            .push((NamespaceKind::Uts, network.expects(rule, because)));
    }
    let users = spec.get("hostUsers");
    if let Some(host) = users.flag()? {
        let rule = if host {
            NamespaceRule::Host
        } else {
            NamespaceRule::Own
        };
        expected
            .namespaces
            .push((NamespaceKind::User, users.expects(rule, "hostUsers")));
    }
    expected.namespaces.push((
        NamespaceKind::Mnt,
        spec.expects(NamespaceRule::Own, "every container has its own"),
    ));
    Ok(())
}

fn proc_mount(
    context: &Context<'_>,
    privileged: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let field = context.own("procMount");
    let unmasked = field.text()? == Some("Unmasked");
    let list = |paths: &[&str]| paths.iter().map(|p| (*p).to_owned()).collect();
    if !privileged && !unmasked {
        expected.paths = Some(field.expects(
            PathRule {
                masked: list(&ProtectedPath::MASKED_BY_ALL),
                read_only: list(&ProtectedPath::READ_ONLY),
            },
            "procMount: Default",
        ));
    }
    Ok(())
}
