//! A finding.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::confinement::{Source, Stage, Subject};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Stricter than declared, or without effect on isolation.
    Low,
    /// One layer of defence is weaker than declared.
    Medium,
    /// A protection that was declared is not there.
    High,
    /// The container is hardly contained.
    Critical,
}

impl Severity {
    /// All, lightest first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// Its name, as options and reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or_else(|| {
                format!("severity {text:?}: expected info, low, medium, high or critical")
            })
    }
}

/// What a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Declared and enforced differ.
    Drift,
    /// What is enforced could not be observed: neither agreement nor drift.
    Unobserved,
    /// The field can have no effect here.
    NotApplicable,
    /// Declared and enforced agree.
    Agreement,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Drift => "drift",
            Self::Unobserved => "unobserved",
            Self::NotApplicable => "not applicable",
            Self::Agreement => "agreement",
        })
    }
}

/// What was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Declared {
    /// The value that is expected.
    pub value: String,
    /// Why it is: the field's words or the default.
    pub because: String,
    /// Where it stands.
    pub source: Source,
}

/// What is enforced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Actual {
    /// The value.
    pub value: String,
    /// Where the kernel says so.
    pub evidence: String,
}

/// The step of a declaration's way to the kernel at which drift began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hop {
    /// The last stage that still says what was declared.
    pub from: Stage,
    /// The first stage that says otherwise.
    pub to: Stage,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)
    }
}

/// One difference, agreement or gap in what could be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable id, such as `no-new-privs`.
    pub id: &'static str,
    /// The setting that it is about, such as `allowPrivilegeEscalation`.
    pub control: &'static str,
    /// What it says.
    pub kind: Kind,
    /// How much it weighs.
    pub severity: Severity,
    /// Which container.
    pub subject: Subject,
    /// What was declared.
    pub declared: Declared,
    /// What is enforced.
    pub actual: Actual,
    /// Where drift began; `null` for what is no drift.
    pub hop: Option<Hop>,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub mend: String,
    /// Why it is accepted, where a baseline or an option accepts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}
