//! The states that runc (`state.json`) and crun (`status`) keep of a container.

use serde::Deserialize;

use super::State;
use crate::confinement::Text;
use crate::sweep::json;

#[derive(Deserialize)]
struct Runc {
    id: Option<String>,
    #[serde(alias = "pid")]
    init_process_pid: Option<u32>,
    init_process_start: Option<u64>,
    bundle: Option<String>,
    #[serde(default)]
    config: RuncConfig,
}

#[derive(Deserialize, Default)]
struct RuncConfig {
    #[serde(default)]
    labels: Option<Vec<String>>,
}

pub(super) fn runc(bytes: &[u8]) -> Option<State> {
    let state: Runc = json::read(bytes)?;
    let label = state.config.labels.unwrap_or_default();
    let bundle = label.iter().find_map(|l| l.strip_prefix("bundle="));
    Some(State {
        id: state.id.unwrap_or_default().into(),
        pid: state.init_process_pid?,
        start: state.init_process_start,
        bundle: bundle.map(str::to_owned).or(state.bundle).map(Text::from),
        ..State::default()
    })
}

#[derive(Deserialize)]
struct Crun {
    pid: u32,
    #[serde(rename = "process-start-time")]
    start: Option<u64>,
    bundle: Option<String>,
}

pub(super) fn crun(bytes: &[u8]) -> Option<State> {
    let state: Crun = json::read(bytes)?;
    Some(State {
        pid: state.pid,
        start: state.start,
        bundle: state.bundle.map(Text::from),
        ..State::default()
    })
}
