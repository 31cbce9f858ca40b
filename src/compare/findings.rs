//! How checks make findings.

use super::rule::{Rule, rule};
use super::{Actual, Declared, Finding, Kind, Severity};
use crate::confinement::{Expectation, Expected, Reading, Remark, Runtime};

/// Where the effect of a field can be seen that leaves none in the process's own state.
const SHOWN_BY: [(&str, &str); 3] = [
    (
        "fsGroupChangePolicy",
        "look at the owners of the volume's files",
    ),
    (
        "hostPort",
        "look on the node: portMappings in the files of /var/lib/cni/results are what was asked \
         for, the rules of its firewall what is in force",
    ),
    (
        "runtimeClassName",
        "ask the cluster for the handler: kubectl get runtimeclass NAME -o jsonpath={.handler}; \
         the runtime's configuration on the node says what that runs",
    ),
];

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

    /// Adds a declaration's own remark. Which handler a runtime class stands for is the
    /// cluster's to say; what the container runs in is shown beside.
    pub(super) fn remark(&mut self, remark: &Remark, runtime: &Runtime) {
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
        if let Some((_, place)) = SHOWN_BY.iter().find(|(of, _)| *of == remark.control) {
            finding.mend = (*place).to_owned();
        }
        if let ("runtimeClassName", Some(sandbox)) = (remark.control, runtime.sandbox.value) {
            finding.actual = Actual {
                value: format!("runs in {}", sandbox.name()),
                evidence: runtime.sandbox.evidence.join("; "),
            };
        }
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
