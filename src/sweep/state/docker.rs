//! The state that dockerd keeps of a container, `config.v2.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::State;
use crate::confinement::Text;
use crate::sweep::json;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Docker {
    #[serde(rename = "ID")]
    id: String,
    name: Option<String>,
    restart_count: Option<u32>,
    state: DockerState,
    #[serde(default)]
    config: DockerConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerState {
    pid: u32,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct DockerConfig {
    image: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

pub(super) fn docker(bytes: &[u8]) -> Option<State> {
    let state: Docker = json::read(bytes)?;
    Some(State {
        id: state.id.into(),
        pid: state.state.pid,
        name: state.name.map(|n| n.trim_start_matches('/').into()),
        image: state.config.image.map(Text::from),
        restart: state.restart_count,
        labels: naming(state.config.labels.unwrap_or_default()),
        ..State::default()
    })
}

/// The labels that name a Pod's container; others may be many and long.
fn naming(mut labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels.retain(|key, value| key.contains("io.kubernetes.") && value.len() <= 4096);
    labels
}
