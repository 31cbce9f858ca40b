//! Kata's virtual machines: one for each Pod, whose containers are processes of its own
//! kernel and are not seen from the node.

use super::State;
use crate::confinement::{Sandbox, Text};
use crate::observe::ProcRoot;

/// Where the managers keep the bundle of a Pod's sandbox, before and after its id.
const BUNDLES: [(&str, &str); 2] = [
    ("/run/containerd/io.containerd.runtime.v2.task/k8s.io/", ""),
    ("/run/containers/storage/overlay-containers/", "/userdata"),
];

/// The state of the sandbox `id`, whose virtual machine is the process `pid`.
pub(super) fn state(root: &ProcRoot, id: &[u8], pid: u32) -> State {
    let bundle = BUNDLES.iter().find_map(|(before, after)| {
        let path = [before.as_bytes(), id, after.as_bytes()].concat();
        let config = [path.as_slice(), b"/config.json"].concat();
        root.stat(&config).ok().map(|_| Text::from(path))
    });
    State {
        pid,
        bundle,
        sandbox: Some(Sandbox::Kata),
        ..State::default()
    }
}
