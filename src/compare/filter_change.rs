//! What differs between two filters, profiles or reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::Verdict;

/// The schema of [`FilterChanges`], described by schema/seccomp-diff.v1.json.
pub const FILTER_CHANGES_SCHEMA: &str = "amiconfined.seccomp-diff/v1";

/// What differs between two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterChanges {
    /// Always [`FILTER_CHANGES_SCHEMA`].
    pub schema: String,
    /// The version of the tool.
    pub tool_version: String,
    /// The first side.
    pub before: String,
    /// The second side.
    pub after: String,
    /// Whether the programs of both were compared, for all arguments at once; else verdicts
    /// were, of listed arguments.
    pub exact: bool,
    /// What differs, by ABI and number.
    pub changes: Vec<FilterChange>,
    /// What could not be compared.
    pub not_compared: Vec<NotCompared>,
}

/// A syscall that the second side answers differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterChange {
    /// The ABI.
    pub abi: String,
    /// The number, x32's with bit 30 set.
    pub number: u32,
    /// Its name, where the table has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For which calls, where not for all: conditions that hold together, or the label of
    /// the listed arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What the first side does.
    pub before: Verdict,
    /// What the second side does.
    pub after: Verdict,
    /// Which way it went.
    pub turn: Turn,
    /// The arguments of one call that differs, where programs were compared and one was
    /// found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<[u64; 6]>,
}

/// Which way a verdict went.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It was stopped and is let through, or is up to a supervisor or tracer now.
    MoreAllowed,
    /// It was let through, or up to a supervisor or tracer, and is stopped.
    LessAllowed,
    /// It is let through as before, or stopped as before, in another way.
    Otherwise,
}

/// Numbers of which one side says nothing of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCompared {
    /// The ABI.
    pub abi: String,
    /// The first number.
    pub first: u32,
    /// The last number, itself included.
    pub last: u32,
    /// Why not.
    pub why: String,
}
