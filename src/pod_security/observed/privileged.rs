//! The process does not have what `privileged` gives together: every capability and every device.

use super::{Found, Verdict, unknown};
use crate::confinement::{CapabilitySet, Confinement};

pub(super) fn judge(confinement: &Confinement) -> Found {
    let capabilities = &confinement.capabilities;
    let Some(bounding) = capabilities.bounding.known() else {
        return unknown("the bounding set", &capabilities.bounding);
    };
    let Some(last) = capabilities.last.known() else {
        return unknown("the last capability", &capabilities.last);
    };
    let missing = CapabilitySet::up_to(*last).minus(*bounding);
    if !missing.is_empty() {
        let text = format!("{} capabilities are out of reach", missing.len());
        return (Verdict::Keeps, text);
    }
    let Some(devices) = confinement.filesystem.devices.known() else {
        return unknown("the devices", &confinement.filesystem.devices);
    };
    if devices.is_empty() {
        return (
            Verdict::Keeps,
            "every capability is in reach, but no device of the node".to_owned(),
        );
    }
    let text = format!(
        "every capability is in reach, and of the node's devices {}",
        devices.len()
    );
    (Verdict::Fails, text)
}
