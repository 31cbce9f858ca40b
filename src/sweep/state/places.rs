//! Where runtimes keep their state.

use super::States;
use crate::confinement::Manager;
use crate::observe::ProcRoot;

/// The form of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// runc's `state.json` (libcontainer `container_linux.go`), youki's of the same name.
    Runc,
    /// crun's `status` (`src/libcrun/status.c`).
    Crun,
    /// containerd's bundle of a task: `init.pid`, `config.json`, `shim-binary-path`.
    Task,
    /// containers/storage's `userdata`: `pidfile`, `config.json`.
    Storage,
    /// Docker's `config.v2.json` (moby `container/container.go`).
    Docker,
    /// systemd-machined's file of a machine, as `sd-login` reads it.
    Machine,
    /// Kata's directory of a virtual machine: `pid` (kata-containers
    /// `src/runtime/virtcontainers/qemu.go`).
    Kata,
    /// gVisor's `<id>_sandbox:<sandbox>.state` (gVisor `runsc/container/state_file.go`).
    Gvisor,
}

/// One place, with `*` for any name.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory, or the file, of one container.
    pub(super) pattern: &'static str,
    /// The form of what lies there.
    pub(super) form: Form,
    /// Whose it is, where the place tells.
    pub(super) manager: Option<Manager>,
}

const fn place(pattern: &'static str, form: Form, manager: Option<Manager>) -> Place {
    Place {
        pattern,
        form,
        manager,
    }
}

/// The runtimes' default places, relative to the node's root. What names a container
/// most fully comes first.
pub(super) const PLACES: [Place; 19] = [
    place(
        "var/lib/docker/containers/*",
        Form::Docker,
        Some(Manager::Docker),
    ),
    place(
        "run/containerd/io.containerd.runtime.v2.task/*/*",
        Form::Task,
        Some(Manager::Containerd),
    ),
    place(
        "run/k3s/containerd/io.containerd.runtime.v2.task/*/*",
        Form::Task,
        Some(Manager::Containerd),
    ),
    place(
        "run/docker/containerd/daemon/io.containerd.runtime.v2.task/*/*",
        Form::Task,
        Some(Manager::Docker),
    ),
    place(
        "run/containers/storage/overlay-containers/*/userdata",
        Form::Storage,
        None,
    ),
    place(
        "var/lib/containers/storage/overlay-containers/*/userdata",
        Form::Storage,
        None,
    ),
    place(
        "run/systemd/machines/*",
        Form::Machine,
        Some(Manager::Systemd),
    ),
    place("run/vc/vm/*", Form::Kata, None),
    place("run/runsc/*", Form::Gvisor, None),
    place(
        "run/containerd/runsc/*/*",
        Form::Gvisor,
        Some(Manager::Containerd),
    ),
    place(
        "run/docker/runtime-runc/*/*",
        Form::Runc,
        Some(Manager::Docker),
    ),
    place("run/containerd/runc/*/*", Form::Runc, None),
    place("run/runc/*", Form::Runc, None),
    place("run/youki/*", Form::Runc, None),
    place("run/crun/*", Form::Crun, None),
    place("run/user/*/runc/*", Form::Runc, None),
    place("run/user/*/youki/*", Form::Runc, None),
    place("run/user/*/crun/*", Form::Crun, None),
    place(
        "run/user/*/containers/overlay-containers/*/userdata",
        Form::Storage,
        None,
    ),
];

/// The paths that a pattern stands for, each with the user whose own directory it is in.
pub(super) fn expand(
    root: &ProcRoot,
    pattern: &str,
    states: &mut States,
) -> Vec<(Vec<u8>, Option<u32>)> {
    let mut found: Vec<Vec<u8>> = vec![Vec::new()];
    for part in pattern.split('/') {
        let mut next = Vec::new();
        for dir in found {
            if part != "*" {
                next.push(join(&dir, part.as_bytes()));
                continue;
            }
            match root.entries(&dir) {
                Ok(names) => next.extend(names.iter().map(|name| join(&dir, name))),
                Err(error) => states.refused(&error),
            }
        }
        found = next;
    }
    found
        .into_iter()
        .filter_map(|path| {
            let user = match path.strip_prefix(b"run/user/") {
                None => None,
                Some(rest) => {
                    let uid = rest.split(|b| *b == b'/').next()?;
                    Some(std::str::from_utf8(uid).ok()?.parse().ok()?)
                }
            };
            Some((path, user))
        })
        .collect()
}

pub(super) fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir.is_empty() {
        return name.to_vec();
    }
    [dir, b"/", name].concat()
}
