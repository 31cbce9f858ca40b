//! Network, pid and IPC namespaces are not the machine's initial ones.

use super::{Found, Verdict, unknown};
use crate::confinement::{Confinement, NamespaceKind};

pub(super) fn judge(confinement: &Confinement) -> Found {
    let mut first_unknown = None;
    let mut own = Vec::new();
    for kind in [NamespaceKind::Net, NamespaceKind::Pid, NamespaceKind::Ipc] {
        let Some(namespace) = confinement.namespaces.get(kind) else {
            first_unknown.get_or_insert((
                Verdict::Unknown,
                format!("nothing was read of the {kind} namespace"),
            ));
            continue;
        };
        match namespace.initial.known() {
            Some(initial) if initial.initial => {
                let text = format!("the {kind} namespace is the node's: {}", initial.known_by);
                return (Verdict::Fails, text);
            }
            Some(_) => own.push(kind.name()),
            None => {
                first_unknown.get_or_insert_with(|| {
                    unknown(
                        &format!("whether the {kind} namespace is the node's"),
                        &namespace.initial,
                    )
                });
            }
        }
    }
    first_unknown.unwrap_or_else(|| {
        (
            Verdict::Keeps,
            format!("own namespaces: {}", own.join(", ")),
        )
    })
}
