//! The five capability sets.

use caps::CapSet;

use super::Observer;
use super::status::{decimal, malformed, number};
use crate::confinement::{Capabilities, CapabilitySet, Reading};

/// Reads the capabilities noun.
pub(super) fn capabilities(o: &Observer<'_>) -> Capabilities {
    o.capabilities.get_or_init(|| read(o)).clone()
}

fn read(o: &Observer<'_>) -> Capabilities {
    Capabilities {
        effective: set(o, "CapEff", CapSet::Effective, "since Linux 2.2"),
        permitted: set(o, "CapPrm", CapSet::Permitted, "since Linux 2.2"),
        inheritable: set(o, "CapInh", CapSet::Inheritable, "since Linux 2.2"),
        bounding: set(o, "CapBnd", CapSet::Bounding, "since Linux 2.6.26"),
        ambient: set(o, "CapAmb", CapSet::Ambient, "since Linux 4.3"),
        last: last(o),
    }
}

/// A set as status has it; where `/proc` is not to be had, as the kernel tells the
/// calling thread (bits without a name are then not seen).
fn set(o: &Observer<'_>, line: &str, kind: CapSet, since: &str) -> Reading<CapabilitySet> {
    let from_status = o
        .status
        .field(line, since, |v| number(v, 16).map(CapabilitySet));
    if o.status.error().is_none() || !o.is_live_self() {
        return from_status;
    }
    match caps::read(None, kind) {
        Ok(set) => Reading::Known(
            set.iter()
                .fold(CapabilitySet::EMPTY, |mask, cap| mask.with(cap.index())),
        ),
        Err(_) => from_status,
    }
}

fn last(o: &Observer<'_>) -> Reading<u8> {
    const FILE: &str = "sys/kernel/cap_last_cap";
    match o.proc.read_once(FILE) {
        Ok(bytes) => match decimal(bytes.trim_ascii()).and_then(|n| u8::try_from(n).ok()) {
            Some(last) => Reading::Known(last),
            None => malformed(&o.proc.path().join(FILE), "cap_last_cap"),
        },
        Err(error) => o.sysctl_missing(&error, "since Linux 3.2"),
    }
}
