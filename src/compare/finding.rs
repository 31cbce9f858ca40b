//! A finding, and how checks make one.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::rule::{Rule, rule};
use crate::confinement::{Expectation, Expected, Reading, Remark, Source, Stage, Subject};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// The value that is expected.
    pub value: String,
    /// Why it is: the field's words or the default.
    pub because: String,
    /// Where it stands.
    pub source: Source,
}

/// What is enforced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actual {
    /// The value.
    pub value: String,
    /// Where the kernel says so.
    pub evidence: String,
}

/// The step of a declaration's way to the kernel at which drift began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Collects the findings about one declaration.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    expected: &'a Expected,
    list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(expected: &'a Expected) -> Self {
        Self {
            expected,
            list: Vec::new(),
        }
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.list
    }

    /// Adds a finding by the rule `id`, and gives it to be refined.
    pub(super) fn add(
        &mut self,
        id: &'static str,
        kind: Kind,
        declared: Declared,
        actual: Actual,
    ) -> &mut Finding {
        let rule: &Rule = rule(id);
        self.list.push(Finding {
            id: rule.id,
            control: rule.control,
            kind,
            severity: match kind {
                Kind::Drift => rule.severity,
                Kind::Unobserved => Severity::Low,
                Kind::NotApplicable | Kind::Agreement => Severity::Info,
            },
            subject: self.expected.subject.clone(),
            declared,
            actual,
            hop: None,
            why: rule.why.to_owned(),
            mend: rule.mend.to_owned(),
            accepted: None,
        });
        self.list.last_mut().expect("one was just pushed")
    }

    /// Judges a reading by `agrees`; what is not known becomes `Unobserved`.
    ///
    /// Gives the finding, to be refined.
    #[allow(clippy::too_many_arguments)] // a check of one value is one call
    pub(super) fn judge<T, U>(
        &mut self,
        id: &'static str,
        expectation: &Expectation<T>,
        shown: impl Into<String>,
        reading: &Reading<U>,
        evidence: &str,
        agrees: impl FnOnce(&T, &U) -> bool,
        show: impl FnOnce(&U) -> String,
    ) -> &mut Finding {
        let declared = declared(expectation, shown);
        let (kind, actual) = match reading {
            Reading::Known(value) => (
                if agrees(&expectation.value, value) {
                    Kind::Agreement
                } else {
                    Kind::Drift
                },
                Actual {
                    value: show(value),
                    evidence: evidence.to_owned(),
                },
            ),
            unknown => (Kind::Unobserved, not_known(unknown, evidence)),
        };
        let finding = self.add(id, kind, declared, actual);
        if kind == Kind::Unobserved {
            finding.mend = lifted_by(reading);
        }
        finding
    }

    /// Adds a declaration's own remark.
    pub(super) fn remark(&mut self, remark: &Remark) {
        let kind = if remark.not_applicable {
            Kind::NotApplicable
        } else {
            Kind::Unobserved
        };
        let finding = self.add(
            remark.id,
            kind,
            Declared {
                value: remark.value.clone(),
                because: String::from("as written"),
                source: remark.source.clone(),
            },
            Actual {
                value: String::from("not observed"),
                evidence: String::from("no trace in the process's own state"),
            },
        );
        finding.control = remark.control;
        finding.why.clone_from(&remark.why);
    }
}

/// The declared side of a finding.
pub(super) fn declared<T>(expectation: &Expectation<T>, shown: impl Into<String>) -> Declared {
    Declared {
        value: shown.into(),
        because: expectation.because.clone(),
        source: expectation.source.clone(),
    }
}

/// The actual side of a finding about something that is not known.
pub(super) fn not_known<U>(reading: &Reading<U>, evidence: &str) -> Actual {
    match reading {
        Reading::Known(_) => Actual {
            value: String::from("known"),
            evidence: evidence.to_owned(),
        },
        Reading::Absent { why } => Actual {
            value: String::from("absent from this kernel"),
            evidence: why.clone(),
        },
        Reading::Denied(denial) => Actual {
            value: String::from("not observed"),
            evidence: format!(
                "{} of {}: {}",
                denial.syscall,
                denial.path,
                denial
                    .errno
                    .map_or_else(|| String::from("not tried"), |e| e.to_string())
            ),
        },
    }
}

/// What would make a reading known.
pub(super) fn lifted_by<U>(reading: &Reading<U>) -> String {
    match reading.denial() {
        Some(denial) => format!("look again with {}", denial.lifted_by),
        None => String::from("use a kernel that has it, or do not declare it"),
    }
}
