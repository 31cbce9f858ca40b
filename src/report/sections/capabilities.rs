//! Capability sets.

use crate::confinement::{Capabilities, CapabilitySet};
use crate::report::page::Section;
use crate::report::{Summary, show};

pub(super) fn section(capabilities: &Capabilities, summary: &Summary) -> Section {
    let mut s = Section::new("Capabilities");
    let last = capabilities.last.known().copied();
    let mut shown: Vec<(&str, CapabilitySet)> = Vec::new();
    for (name, set) in capabilities.sets() {
        let same = |set: &CapabilitySet| shown.iter().find(|(_, known)| known == set);
        let value = show::reading(set, |set| match same(set) {
            Some((first, _)) if !set.is_empty() => format!("{set} {}: the {first} ones", set.len()),
            _ => format!("{set} {}", all_names(*set, last)),
        });
        shown.extend(set.known().map(|set| (name, *set)));
        s.add("capabilities", name, value);
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

/// Few enough to name what a wide set lacks.
const FEW: u32 = 8;

/// The names in a set, after what it lacks of all that this kernel knows where that is little.
fn all_names(set: CapabilitySet, last: Option<u8>) -> String {
    let lacks = last.map(|last| CapabilitySet::up_to(last).minus(set));
    let much = match lacks {
        Some(lacks) if lacks.is_empty() => ", all that this kernel knows".to_owned(),
        Some(lacks) if lacks.len() <= FEW && set.len() > FEW => {
            format!(", all but {}", lacks.names().join(" "))
        }
        _ => return names(set),
    };
    format!("{}{much}: {}", set.len(), set.names().join(" "))
}

fn names(set: CapabilitySet) -> String {
    if set.is_empty() {
        return "none".to_owned();
    }
    format!("{}: {}", set.len(), set.names().join(" "))
}
