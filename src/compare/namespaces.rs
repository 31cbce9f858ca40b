//! `hostPID`, `hostIPC`, `hostNetwork`, `hostUsers`, OCI `linux.namespaces`: held against
//! whether each namespace is the node's own.

use super::findings::Findings;
use super::{Finding, Kind, Severity};
use crate::confinement::{Confinement, Expected, Namespace, NamespaceKind, NamespaceRule, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    for (kind, expectation) in &expected.namespaces {
        let initial = actual.namespaces.get(*kind).map_or_else(
            || Reading::absent(format!("the report has no {kind} namespace")),
            |namespace| namespace.initial.clone(),
        );
        let known_by = initial
            .known()
            .map_or_else(String::new, |initial| initial.known_by.clone());
        let finding = findings.judge(
            id(*kind),
            expectation,
            match expectation.value {
                NamespaceRule::Host => "the node's",
                NamespaceRule::Own => "its own",
            },
            &initial,
            &format!("/proc/PID/ns/{kind}: {known_by}"),
            |rule, have| have.initial == (*rule == NamespaceRule::Host),
            |have| {
                String::from(if have.initial {
                    "the node's"
                } else {
                    "not the node's"
                })
            },
        );
        if finding.kind == Kind::Drift && expectation.value == NamespaceRule::Host {
            host_is_not_initial(finding, actual.namespaces.get(*kind));
        }
    }
}

/// The host's namespace is the runtime's own, and a runtime may itself run in namespaces
/// (kind, a node in a container): one that is not the initial one is no proof of drift.
fn host_is_not_initial(finding: &mut Finding, namespace: Option<&Namespace>) {
    if namespace.is_some_and(|namespace| namespace.shared_with_pid1.is(&true)) {
        finding.kind = Kind::Agreement;
        finding.severity = Severity::Info;
        finding.actual.value = String::from("shared with pid 1");
        return;
    }
    finding.kind = Kind::Unobserved;
    finding.severity = Severity::Low;
    finding.why = String::from(
        "it is not the initial one, but the runtime may run in one of its own: no weaker than declared",
    );
    finding.mend = String::from("compare it with the runtime's own namespace");
}

/// The finding's id of a kind of namespace.
fn id(kind: NamespaceKind) -> &'static str {
    match kind {
        NamespaceKind::Cgroup => "namespace-cgroup",
        NamespaceKind::Ipc => "namespace-ipc",
        NamespaceKind::Mnt => "namespace-mnt",
        NamespaceKind::Net => "namespace-net",
        NamespaceKind::Pid => "namespace-pid",
        NamespaceKind::Time => "namespace-time",
        NamespaceKind::User => "namespace-user",
        NamespaceKind::Uts => "namespace-uts",
    }
}
