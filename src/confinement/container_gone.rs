//! That a container is there no more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// The version of such a line. Within one version fields are added, never renamed.
pub const GONE_SCHEMA: &str = "amiconfined/gone/v1";

/// A container that an earlier sweep saw and a later one does not: one line of NDJSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContainerGone {
    /// Always [`GONE_SCHEMA`].
    pub schema: String,
    /// When it was missed: RFC 3339, UTC.
    pub time: String,
    /// The node's name.
    pub node: Reading<Text>,
    /// The container's id, as its record has it.
    pub id: Text,
    /// How it was recognised, as its record has it: runtimes may have one each by an id.
    pub recognised_by: Text,
}
