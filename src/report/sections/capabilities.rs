//! Capability sets.

use crate::confinement::{Capabilities, CapabilitySet};
use crate::report::page::Section;
use crate::report::{Summary, show};

pub(super) fn section(capabilities: &Capabilities, summary: &Summary) -> Section {
    let mut s = Section::new("Capabilities");
    for (name, set) in capabilities.sets() {
        s.add(
            "capabilities",
            name,
            show::reading(set, |set| format!("{set} {}", names(*set))),
        );
    }
    s.add(
        "capabilities.docker",
        "bounding adds",
        show::reading(&summary.bounding, |d| {
            format!("{} beyond Docker's fourteen", names(d.adds))
        }),
    );
    s.add(
        "capabilities.docker",
        "bounding lacks",
        show::reading(&summary.bounding, |d| {
            format!("{} of Docker's fourteen", names(d.lacks))
        }),
    );
    s.add(
        "capabilities",
        "last known",
        show::reading(&capabilities.last, ToString::to_string),
    );
    s
}

fn names(set: CapabilitySet) -> String {
    if set.is_empty() {
        return "none".to_owned();
    }
    format!("{}: {}", set.len(), set.names().join(" "))
}
