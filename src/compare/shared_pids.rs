//! `shareProcessNamespace`: held against the process's number in its own pid namespace, and
//! against the namespaces of the Pod's other containers where they were observed as well.

use super::findings::{Findings, declared};
use super::{Actual, Finding, Hop, Kind, Severity};
use crate::confinement::{
    Confinement, Expectation, Expected, NamespaceKind, Namespaces, Reading, Stage, Subject,
};

/// The finding's id.
const ID: &str = "shared-pid-namespace";

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.shared_pids else {
        return;
    };
    let numbers = actual.namespaces.pids.known();
    let first = numbers.and_then(|numbers| numbers.last()) == Some(&1);
    if first && !is_the_nodes(&actual.namespaces) {
        // In a shared namespace the sandbox's own process is the first one.
        let kind = if expectation.value {
            Kind::Drift
        } else {
            Kind::Agreement
        };
        let found = Actual {
            value: String::from("it is the first process of its pid namespace"),
            evidence: String::from("NSpid of /proc/PID/status"),
        };
        let finding = findings.add(ID, kind, declared(expectation, show(expectation)), found);
        if kind == Kind::Drift {
            finding.severity = Severity::Low;
            finding.why =
                String::from("stricter than declared: the Pod's containers do not see each other");
            finding.mend = String::from("start the Pod again from its declaration");
        }
    } else if expectation.value {
        let found = Actual {
            value: String::from("not observed"),
            evidence: String::from("no other container of the Pod was observed"),
        };
        findings
            .add(
                ID,
                Kind::Unobserved,
                declared(expectation, show(expectation)),
                found,
            )
            .mend = String::from("compare with a sweep, which has all containers of the node");
    }
}

/// What the other containers of the same Pod, observed on the same node, say of it: the
/// findings about one container, given `others` that are in its pid namespace.
pub fn settle_shared_pids(findings: &mut Vec<Finding>, expected: &Expected, others: &[&Subject]) {
    let Some(expectation) = expected.shared_pids.as_ref().filter(|_| !others.is_empty()) else {
        return;
    };
    let names: Vec<String> = others.iter().map(ToString::to_string).collect();
    let kind = if expectation.value {
        Kind::Agreement
    } else {
        Kind::Drift
    };
    let mut found = Findings::new(expected);
    let finding = found.add(
        ID,
        kind,
        declared(expectation, show(expectation)),
        Actual {
            value: format!("shared with {}", names.join(", ")),
            evidence: String::from("the same inode of /proc/PID/ns/pid"),
        },
    );
    finding.hop = (kind == Kind::Drift).then_some(Hop {
        from: expected.stage,
        to: Stage::Enforced,
    });
    findings.retain(|finding| finding.id != ID);
    findings.extend(found.into_vec());
}

/// Whether two processes are in one pid namespace that is not the node's.
pub fn share_pids(one: &Confinement, other: &Confinement) -> bool {
    let inode = |of: &Confinement| {
        let namespace = of.namespaces.get(NamespaceKind::Pid)?;
        namespace.inode.known().copied()
    };
    !is_the_nodes(&one.namespaces) && inode(one).is_some() && inode(one) == inode(other)
}

fn is_the_nodes(namespaces: &Namespaces) -> bool {
    namespaces
        .get(NamespaceKind::Pid)
        .is_none_or(|pid| match &pid.initial {
            Reading::Known(initial) => initial.initial,
            Reading::Absent { .. } | Reading::Denied(_) => false,
        })
}

fn show(expectation: &Expectation<bool>) -> &'static str {
    if expectation.value {
        "one pid namespace for the whole Pod"
    } else {
        "a pid namespace of its own"
    }
}
