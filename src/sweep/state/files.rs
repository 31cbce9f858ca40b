//! State files of each form, read as hostile input: bounded, and wrong ones left out.

use super::State;
use super::docker::docker;
use super::gvisor::gvisor;
use super::oci::{crun, runc};
use super::places::{Form, Place, join};
use crate::confinement::{Manager, Sandbox, Text};
use crate::observe::{ProcRoot, ReadError};

/// Reads the state at a place. `None` where there is none, or of no running container.
pub(super) fn read(
    root: &ProcRoot,
    place: &Place,
    path: &[u8],
) -> Result<Option<State>, ReadError> {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let file = |name: &str| {
        let path = join(path, name.as_bytes());
        match root.read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    };
    let (found, from) = match place.form {
        Form::Runc => (file("state.json")?.and_then(|b| runc(&b)), "state.json"),
        Form::Crun => (file("status")?.and_then(|b| crun(&b)), "status"),
        Form::Docker => (
            file("config.v2.json")?.and_then(|b| docker(&b)),
            "config.v2.json",
        ),
        Form::Task => {
            let shim = file("shim-binary-path")?.unwrap_or_default();
            (
                file("init.pid")?.and_then(|b| task(&b, &shim, path)),
                "init.pid",
            )
        }
        Form::Storage => (
            file("pidfile")?.and_then(|b| bundle_with_pid(&b, path)),
            "pidfile",
        ),
        Form::Kata => {
            let pid = file("pid")?.and_then(|bytes| pid(&bytes));
            (pid.map(|pid| super::kata::state(root, name, pid)), "pid")
        }
        Form::Machine => (machine(&root.read(path)?, name), ""),
        Form::Gvisor if name.ends_with(b".state") => (gvisor(&root.read(path)?), ""),
        Form::Gvisor => (None, ""),
    };
    Ok(found.filter(|state| state.pid != 0).map(|mut state| {
        if state.id.as_bytes().is_empty() {
            state.id = match place.form {
                Form::Storage => parent(path).into(),
                _ => name.into(),
            };
        }
        let moby = path.windows(b"/moby/".len()).any(|w| w == b"/moby/");
        state.manager = if moby {
            Some(Manager::Docker)
        } else {
            place.manager
        };
        let file = if from.is_empty() {
            path.to_vec()
        } else {
            join(path, from.as_bytes())
        };
        state.file = [b"/", file.as_slice()].concat().into();
        state
    }))
}

/// The name of the directory that a path lies in.
fn parent(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').nth(1).unwrap_or_default()
}

fn absolute(path: &[u8]) -> Text {
    [b"/", path].concat().into()
}

fn pid(bytes: &[u8]) -> Option<u32> {
    std::str::from_utf8(bytes.trim_ascii()).ok()?.parse().ok()
}

fn task(init_pid: &[u8], shim: &[u8], path: &[u8]) -> Option<State> {
    let names = |word: &str| shim.windows(word.len()).any(|w| w == word.as_bytes());
    let sandbox = match () {
        () if names("containerd-shim-runsc") => Some(Sandbox::Gvisor),
        () if names("containerd-shim-kata") => Some(Sandbox::Kata),
        () => None,
    };
    Some(State {
        sandbox,
        ..bundle_with_pid(init_pid, path)?
    })
}

fn bundle_with_pid(bytes: &[u8], path: &[u8]) -> Option<State> {
    Some(State {
        pid: pid(bytes)?,
        bundle: Some(absolute(path)),
        ..State::default()
    })
}

/// `NAME=`, `LEADER=`, `CLASS=`; virtual machines are registered as well and left out.
fn machine(bytes: &[u8], name: &[u8]) -> Option<State> {
    let value = |key: &[u8]| {
        let mut lines = bytes.split(|b| *b == b'\n');
        lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(b"="))
    };
    if value(b"CLASS").is_some_and(|class| class != b"container") {
        return None;
    }
    Some(State {
        pid: pid(value(b"LEADER")?)?,
        name: Some(name.into()),
        ..State::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_form_is_read() {
        let state = runc(
            br#"{"id":"web","init_process_pid":7,"init_process_start":99,
            "config":{"labels":["x=y","bundle=/b"]},"rootless":false}"#,
        )
        .unwrap();
        assert_eq!((state.pid, state.start), (7, Some(99)));
        assert_eq!(state.bundle.unwrap().to_string(), "/b");
        let state = crun(br#"{"pid":8,"process-start-time":5,"bundle":"/c","detached":true}"#);
        assert_eq!(state.unwrap().bundle.unwrap().to_string(), "/c");
        let state = docker(
            br#"{"ID":"ab","Name":"/web","RestartCount":2,"State":{"Pid":9},
            "Config":{"Image":"nginx","Labels":null}}"#,
        )
        .unwrap();
        assert_eq!((state.pid, state.restart), (9, Some(2)));
        assert_eq!(state.name.unwrap().to_string(), "web");
        let state = machine(b"NAME=m\nCLASS=container\nLEADER=12\n", b"m").unwrap();
        assert_eq!(state.pid, 12);
        assert!(machine(b"CLASS=vm\nLEADER=12\n", b"m").is_none());
        let state = task(
            b"31",
            b"/usr/bin/containerd-shim-kata-v2",
            b"run/x/k8s.io/id",
        )
        .unwrap();
        assert_eq!(state.sandbox, Some(Sandbox::Kata));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            runc(&bytes);
            crun(&bytes);
            docker(&bytes);
            gvisor(&bytes);
            machine(&bytes, &bytes);
            task(&bytes, &bytes, &bytes);
        }
    }
}
