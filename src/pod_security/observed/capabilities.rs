//! Which capabilities the process has or could come by.
//!
//! Baseline allows what containerd and Docker give by default: the thirteen names
//! that a declaration may add, and `NET_RAW`, which it may keep though not add.
//! Restricted allows `NET_BIND_SERVICE` alone.

use super::{Found, Verdict, unknown};
use crate::confinement::{CapabilitySet, Confinement};

/// `CAP_NET_BIND_SERVICE`.
const NET_BIND_SERVICE: u8 = 10;

pub(super) fn baseline(confinement: &Confinement) -> Found {
    judge(confinement, CapabilitySet::DOCKER_DEFAULT)
}

pub(super) fn restricted(confinement: &Confinement) -> Found {
    judge(confinement, CapabilitySet::EMPTY.with(NET_BIND_SERVICE))
}

fn judge(confinement: &Confinement, allowed: CapabilitySet) -> Found {
    let mut first_unknown = None;
    for (name, set) in confinement.capabilities.sets() {
        let Some(set) = set.known() else {
            first_unknown.get_or_insert_with(|| unknown(&format!("the {name} set"), set));
            continue;
        };
        let beyond = set.minus(allowed);
        if !beyond.is_empty() {
            let names = beyond.names();
            let shown: Vec<_> = names.iter().take(6).map(String::as_str).collect();
            let more = match names.len().saturating_sub(shown.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!("the {name} set is {set}: {}{more}", shown.join(", "));
            return (Verdict::Fails, text);
        }
    }
    first_unknown.unwrap_or_else(|| {
        (
            Verdict::Keeps,
            format!("no capability set goes beyond {allowed}"),
        )
    })
}
