//! What a sweep's text has around its table: the node above, each container's notes and
//! the totals below.

use std::fmt::Write as _;

use crate::confinement::{ContainerRecord, Node, Reading, Text};

use super::show::{denial, harmless};

/// A short word for a reading; `?` where it was denied, `-` where there is no such thing.
fn word<T>(reading: &Reading<T>, known: impl FnOnce(&T) -> String) -> String {
    match reading {
        Reading::Known(value) => known(value),
        Reading::Absent { .. } => "-".to_owned(),
        Reading::Denied(_) => "?".to_owned(),
    }
}

/// What holds for the node, above its table.
#[must_use]
pub fn node_lines(node: &Node) -> String {
    let lsm = word(&node.lsm, |names| {
        names
            .iter()
            .map(Text::escaped)
            .collect::<Vec<_>>()
            .join(",")
    });
    let mut out = format!(
        "node {}, Linux {} {}, security modules {lsm}\n",
        word(&node.name, Text::escaped),
        word(&node.kernel.release, Text::escaped),
        word(&node.kernel.machine, Text::escaped),
    );
    if let Reading::Denied(why) = &node.all_processes {
        let _ = writeln!(
            out,
            "  only the processes of one pid namespace are seen; lifted by {}",
            why.lifted_by
        );
    }
    for sysctl in &node.sysctls {
        if let Some(why) = &sysctl.weakens {
            let value = word(&sysctl.value, Text::escaped);
            let _ = writeln!(out, "  {} = {value}: {why}", sysctl.name);
        }
    }
    for socket in &node.runtime_sockets {
        let who = match &socket.connectable {
            Reading::Known(answer) => answer.decided_by.clone(),
            Reading::Absent { why } => why.clone(),
            Reading::Denied(why) => denial(why),
        };
        let _ = writeln!(out, "  {}, {}", socket.path, harmless(&who));
    }
    out
}

/// What a table has no room for: processes that differ, guests, drifts, and what kept the
/// container from being seen whole; one line each, none where there is nothing.
#[must_use]
pub fn notes(record: &ContainerRecord) -> Vec<String> {
    let comm = |comm: &Reading<Text>| {
        comm.known()
            .map_or_else(String::new, |comm| format!(" ({comm})"))
    };
    let mut notes = Vec::new();
    if let Some(outer) = &record.nested_in {
        notes.push(format!("inside {outer}"));
    }
    for one in &record.deviations {
        let what: Vec<String> = one
            .differences
            .iter()
            .map(|d| format!("{} {} -> {}", d.what, d.first, d.here))
            .collect();
        let entered = if one.entered { ", entered," } else { "" };
        notes.push(format!(
            "process {}{}{entered} differs: {}",
            one.pid,
            comm(&one.comm),
            what.join("; ")
        ));
    }
    for guest in &record.guests {
        let kinds: Vec<&str> = guest.namespaces.iter().map(|kind| kind.name()).collect();
        notes.push(format!(
            "process {}{} of {} is inside its namespaces: {}",
            guest.pid,
            comm(&guest.comm),
            guest.cgroup,
            kinds.join(" ")
        ));
    }
    // What leaves no trace in a process is told in JSON alone: every container has some.
    let controls = record.controls.known().into_iter().flatten();
    for control in controls.filter(|control| control.id != "unobservable") {
        let stage = |name: &str, value: &Option<String>| {
            let shown = value.as_ref();
            shown.map_or_else(String::new, |value| format!("{name} {value} -> "))
        };
        notes.push(format!(
            "{} {}: {}{}enforced {}",
            control.kind,
            control.control,
            stage("declared", &control.declared),
            stage("told", &control.told),
            control.enforced
        ));
    }
    notes.extend(
        record
            .half_seen
            .iter()
            .map(|why| format!("half seen: {why}")),
    );
    let harmless = |note: &String| harmless(note).into_owned();
    notes.iter().map(harmless).collect()
}
