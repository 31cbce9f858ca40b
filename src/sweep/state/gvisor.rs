//! The state that runsc keeps of a container.

use serde::Deserialize;

use super::State;
use crate::confinement::{Sandbox, Text};
use crate::sweep::json;

#[derive(Deserialize)]
struct Gvisor {
    id: String,
    #[serde(rename = "bundleDir", alias = "BundleDir")]
    bundle: Option<String>,
    #[serde(rename = "goferPid", alias = "GoferPid", default)]
    gofer: u32,
    #[serde(alias = "Sandbox")]
    sandbox: GvisorSandbox,
}

#[derive(Deserialize)]
struct GvisorSandbox {
    #[serde(alias = "ID", default)]
    id: String,
    #[serde(alias = "Pid")]
    pid: u32,
}

pub(super) fn gvisor(bytes: &[u8]) -> Option<State> {
    let state: Gvisor = json::read(bytes)?;
    // One sandbox runs all containers of a Pod; of each there is a gofer.
    let own = state.sandbox.id.is_empty() || state.sandbox.id == state.id;
    Some(State {
        pid: if own { state.sandbox.pid } else { state.gofer },
        helper: own.then_some(state.gofer),
        id: state.id.into(),
        bundle: state.bundle.map(Text::from),
        sandbox: Some(Sandbox::Gvisor),
        ..State::default()
    })
}
