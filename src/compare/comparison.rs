//! All that one comparison found.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Finding, Kind, Severity};
use crate::confinement::{Source, Subject};

/// The version of a comparison's JSON. Within one version fields are added, never renamed.
pub const COMPARISON_SCHEMA: &str = "amiconfined/compare/v1";

/// What a comparison found, with what had no partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// Always [`COMPARISON_SCHEMA`].
    pub schema: &'static str,
    /// This tool's version.
    pub tool_version: &'static str,
    /// How many containers were compared.
    pub compared: usize,
    /// The findings, container by container, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Declared containers that no report is about.
    pub not_observed: Vec<Partnerless>,
    /// Reports that no declaration is about.
    pub not_declared: Vec<Partnerless>,
}

/// A declaration or a report without a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Partnerless {
    /// Which container.
    pub subject: Subject,
    /// Where it is declared; for a report the file alone.
    pub source: Source,
    /// Why it has none.
    pub why: String,
}

impl Comparison {
    /// The drifts and gaps that are not accepted.
    pub fn open(&self, kind: Kind) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.kind == kind && finding.accepted.is_none())
    }

    /// Whether there is an open drift of at least this severity.
    pub fn fails(&self, at: Severity) -> bool {
        self.open(Kind::Drift).any(|finding| finding.severity >= at)
    }

    /// Whether something that leaves a trace could not be observed, or nothing was compared.
    pub fn half_seen(&self) -> bool {
        self.compared == 0
            || self
                .open(Kind::Unobserved)
                .any(|finding| finding.id != "unobservable")
    }

    /// How many findings there are of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|f| f.kind == kind).count()
    }
}
