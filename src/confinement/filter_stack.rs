//! The seccomp filters that processes of a node have, each distinct stack once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AbiVerdicts, DumpedFilter};

/// The version of a stack's line. Within one version fields are added, never renamed.
pub const FILTERS_SCHEMA: &str = "amiconfined/filters/v1";

/// One stack of filters, and what it decides: containers name it by its filters' hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterStack {
    /// Its filters; the one that was installed first comes first.
    pub filters: Vec<DumpedFilter>,
    /// What they decide together, one entry for each ABI; the native one first.
    pub abis: Vec<AbiVerdicts>,
}

/// A stack as one line of NDJSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterLine {
    /// Always [`FILTERS_SCHEMA`].
    pub schema: String,
    /// When it was first seen: RFC 3339, UTC.
    pub time: String,
    /// The stack.
    #[serde(flatten)]
    pub stack: FilterStack,
}
