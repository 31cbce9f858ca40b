//! One container's record, from its group.

use std::collections::HashSet;

use crate::confinement::{
    CONTAINER_SCHEMA, Claim, Confinement, ContainerRecord, Deviation, Guest, NamespaceKind, Text,
};

use super::host::Host;
use super::identity::Identified;
use super::paths;
use super::place::Group;
use super::traits::differences;
use super::view::View;

/// Puts a record together; `controls` are added by who knows the declarations.
pub(super) fn record(
    group: &Group,
    found: &Identified,
    confinement: Confinement,
    host: &Host,
    node: crate::confinement::Reading<Text>,
    time: &str,
) -> ContainerRecord {
    let mut record = ContainerRecord {
        schema: CONTAINER_SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        time: time.to_owned(),
        node,
        identity: found.identity.clone(),
        processes: u32::try_from(group.members.len()).unwrap_or(u32::MAX),
        confinement,
        nested_in: None,
        deviations: deviations(group),
        guests: guests(group, host),
        controls: crate::confinement::Reading::absent("not compared"),
        half_seen: found.doubts.clone(),
    };
    if let Some((sandbox, file)) = &found.sandbox {
        record.confinement.runtime.sandbox = Claim {
            value: Some(*sandbox),
            evidence: vec![format!("{file}, seen from the node")],
        };
        record
            .half_seen
            .push("what its own kernel enforces inside cannot be seen from the node".to_owned());
    }
    record
}

/// A row for each process whose confinement is not its container's first process's.
fn deviations(group: &Group) -> Vec<Deviation> {
    let Some((first, others)) = group.members.split_first() else {
        return Vec::new();
    };
    let inside: HashSet<u32> = group.members.iter().map(|view| view.pid).collect();
    let mut found: Vec<Deviation> = others
        .iter()
        .filter_map(|view| {
            let differences = differences(first, view);
            (!differences.is_empty()).then(|| Deviation {
                pid: view.pid,
                comm: view.comm(),
                entered: !inside.contains(&view.parent),
                differences,
            })
        })
        .collect();
    found.sort_by_key(|deviation| deviation.pid);
    found
}

fn guests(group: &Group, host: &Host) -> Vec<Guest> {
    let Some(first) = group.members.first() else {
        return Vec::new();
    };
    let shared = |view: &View| -> Vec<NamespaceKind> {
        NamespaceKind::ALL
            .into_iter()
            .filter(|kind| {
                let own = host.foreign(first, *kind);
                own.is_some() && own == view.inode(*kind)
            })
            .collect()
    };
    let mut guests: Vec<Guest> = group
        .guests
        .iter()
        .map(|view| Guest {
            pid: view.pid,
            comm: view.comm(),
            namespaces: shared(view),
            cgroup: paths::own(&view.cgroup).into(),
        })
        .collect();
    guests.sort_by_key(|guest| guest.pid);
    guests
}
