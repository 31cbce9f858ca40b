//! What stands out in the file tree, the control groups and the credentials.

use crate::confinement::{Confinement, NamespaceKind, Protection, Reading, Writable};

use super::layers::own;
use super::show::some;
use super::stands_out::{Found, Level};

/// Adds what stands out among files, sockets, devices, limits and tokens.
pub(super) fn files(c: &Confinement, found: &mut Found) {
    paths(c, found);
    sockets(c, found);
    control_groups(c, found);
    for token in c
        .credentials
        .service_account_tokens
        .known()
        .into_iter()
        .flatten()
    {
        found.add(
            "service_account_token",
            Level::Low,
            format!("a service-account token is mounted at {}", token.path),
            "whoever runs code here can speak to the cluster's API in its name",
        );
    }
}

fn can(writable: &Reading<Writable>) -> bool {
    writable.known().is_some_and(|w| w.writable)
}

fn paths(c: &Confinement, found: &mut Found) {
    let sensitive: Vec<&str> = c
        .filesystem
        .sensitive
        .iter()
        .filter(|p| can(&p.writable))
        .map(|p| p.path.as_str())
        .collect();
    if !sensitive.is_empty() {
        found.add(
            "sensitive_paths_writable",
            Level::High,
            format!("can be written: {}", some(&sensitive)),
            "each is a way out of a container, or into the machine's kernel settings",
        );
    }
    let open = |paths: &[crate::confinement::ProtectedPath], bad: &[Protection]| -> Vec<String> {
        paths
            .iter()
            .filter(|p| p.state.known().is_some_and(|s| bad.contains(s)))
            .map(|p| p.path.clone())
            .collect()
    };
    // A machine's own tree has no masks, and lacks none.
    let own_tree = !own(c, NamespaceKind::Mnt).is(&false);
    if own_tree {
        let unmasked = open(
            &c.filesystem.masked,
            &[Protection::None, Protection::ReadOnly],
        );
        if !unmasked.is_empty() {
            found.add(
                "unmasked",
                Level::Medium,
                format!("paths that runtimes mask are visible: {}", some(&unmasked)),
                "they tell of the machine's memory, keys, timers and hardware",
            );
        }
        let writable = open(&c.filesystem.readonly, &[Protection::None]);
        if !writable.is_empty() {
            found.add(
                "not_read_only",
                Level::Medium,
                format!(
                    "paths that runtimes make read-only are not: {}",
                    some(&writable)
                ),
                "they change the machine's kernel, not the container's alone",
            );
        }
    }
    let host = c.filesystem.host_paths.known().into_iter().flatten();
    let host: Vec<String> = host
        .map(|m| {
            let access = if m.read_only { " (read-only)" } else { "" };
            format!("{}{access}", m.mount_point)
        })
        .collect();
    if !host.is_empty() {
        found.add(
            "host_paths",
            Level::Low,
            format!("parts of the machine's file tree: {}", some(&host)),
            "what is written there outlives the container and is read outside it",
        );
    }
    let devices = c.filesystem.devices.known().into_iter().flatten();
    let devices: Vec<String> = devices.map(|d| d.path.to_string()).collect();
    if !devices.is_empty() && own_tree {
        found.add(
            "devices",
            Level::Medium,
            format!("device nodes beyond the usual: {}", some(&devices)),
            "a device is the machine's own, and a disk is everything on it",
        );
    }
}

fn sockets(c: &Confinement, found: &mut Found) {
    for socket in &c.filesystem.runtime_sockets {
        let (level, may) = match socket.connectable.known() {
            Some(w) if w.writable => (Level::High, "can be connected to"),
            Some(_) => (Level::Low, "is there, and cannot be connected to"),
            None => (Level::Medium, "is there"),
        };
        found.add(
            "runtime_socket",
            level,
            format!("{}'s socket {} {may}", socket.runtime, socket.path),
            "whoever speaks to a container runtime can start a privileged container",
        );
    }
}

fn control_groups(c: &Confinement, found: &mut Found) {
    if can(&c.cgroup.release_agent_writable) {
        found.add(
            "release_agent",
            Level::High,
            "a cgroup release_agent can be written",
            "the kernel runs it as root on the machine when a cgroup empties",
        );
    }
    if can(&c.cgroup.writable) {
        found.add(
            "cgroup_writable",
            Level::Medium,
            "the cgroup hierarchy can be written",
            "the process can lift its own limits and the device rules",
        );
    }
    let mut unlimited = Vec::new();
    if c.cgroup.memory_max.is(&None) {
        unlimited.push("memory");
    }
    if c.cgroup.pids_max.is(&None) {
        unlimited.push("pids");
    }
    if !unlimited.is_empty() {
        found.add(
            "no_limits",
            Level::Low,
            format!("no cgroup limit of {}", unlimited.join(" and ")),
            "the process can starve the machine",
        );
    }
}
