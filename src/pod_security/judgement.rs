//! What was found of a Pod, and how the API server would say it.

use serde::Serialize;

use super::{LevelVersion, wording};

/// One check that a Pod does not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The check's id.
    pub check: &'static str,
    /// What is wrong, in short: `host namespaces`.
    pub reason: String,
    /// Which part of the Pod, and what it would have to be; may be empty.
    pub detail: String,
}

impl Violation {
    /// `reason (detail)`, or the reason alone.
    pub fn message(&self) -> String {
        if self.detail.is_empty() {
            self.reason.clone()
        } else {
            format!("{} ({})", self.reason, self.detail)
        }
    }
}

/// The judgement of one Pod by one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What it was held against, the version as it was asked for.
    pub level_version: LevelVersion,
    /// What it does not pass, in the order of the API server's answer.
    pub violations: Vec<Violation>,
}

impl Judgement {
    /// Whether the level allows the Pod.
    pub fn allowed(&self) -> bool {
        self.violations.is_empty()
    }

    /// The reasons, comma between them.
    pub fn reasons(&self) -> String {
        wording::joined(self.violations.iter().map(|v| &v.reason))
    }

    /// Reasons with their details, comma between them.
    pub fn message(&self) -> String {
        wording::joined(self.violations.iter().map(Violation::message))
    }

    /// The warning that the API server sends with an answer and `kubectl` prints.
    pub fn warning(&self) -> String {
        format!(
            "would violate PodSecurity \"{}\": {}",
            self.level_version,
            self.message()
        )
    }

    /// The error by which the API server refuses the Pod named `name`.
    pub fn forbidden(&self, name: &str) -> String {
        format!(
            "pods {} is forbidden: violates PodSecurity \"{}\": {}",
            wording::go_quoted(name),
            self.level_version,
            self.message()
        )
    }
}
