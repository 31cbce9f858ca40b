//! What isolates the process: the strongest claim that the evidence bears.

use super::evidence::Evidence;
use super::sandbox_signs::{SIGNS, firecracker, shared};
use crate::confinement::{Claim, Manager, Sandbox};

/// Concludes which sandbox it is; every sign of the one that is claimed is named.
pub(super) fn sandbox(e: &Evidence<'_>, manager: Option<Manager>) -> Claim<Sandbox> {
    let signs: Vec<(Sandbox, String)> = SIGNS
        .iter()
        .filter_map(|(sandbox, sign)| sign(e).map(|seen| (*sandbox, seen)))
        .collect();
    if let Some((strongest, _)) = signs.first() {
        let root = e.filesystem.root.known();
        if let (Sandbox::RuncLike, Some(fstype)) =
            (strongest, root.and_then(|root| shared(&root.fstype)))
        {
            return Claim {
                value: None,
                evidence: vec![format!(
                    "the root is a {fstype}, shared by the host of a virtual machine: whether the \
                     machine is the container's own is not told"
                )],
            };
        }
        let mut evidence: Vec<String> = signs
            .iter()
            .filter(|(sandbox, _)| sandbox == strongest)
            .map(|(_, seen)| seen.clone())
            .collect();
        if let (Sandbox::RuncLike, Some(seen)) = (strongest, firecracker(e)) {
            evidence.push(format!("the kernel runs in a virtual machine: {seen}"));
        }
        return Claim {
            value: Some(*strongest),
            evidence,
        };
    }
    let own = e.own_namespaces();
    if own.is_empty() {
        return unnamed_machine(e, manager);
    }
    let names: Vec<&str> = own.iter().map(|kind| kind.name()).collect();
    Claim {
        value: Some(Sandbox::Namespaces),
        evidence: vec![
            format!("own namespaces: {}", names.join(", ")),
            "nothing names what made them".into(),
        ],
    }
}

/// No own namespace is known, and nothing names a runtime.
fn unnamed_machine(e: &Evidence<'_>, manager: Option<Manager>) -> Claim<Sandbox> {
    if !e.all_initial() {
        return Claim {
            value: None,
            evidence: vec!["not every namespace could be told to be the initial one".into()],
        };
    }
    if manager.is_some() {
        return Claim {
            value: None,
            evidence: vec![
                "every namespace is the initial one, yet something names a manager".into(),
            ],
        };
    }
    if let Some(seen) = firecracker(e) {
        return Claim {
            value: Some(Sandbox::Firecracker),
            evidence: vec![
                seen,
                "every namespace is the virtual machine's initial one".into(),
            ],
        };
    }
    Claim {
        value: Some(Sandbox::None),
        evidence: vec!["every namespace is the machine's initial one".into()],
    }
}
