//! A comparison as JUnit XML: a suite a container, a case a finding.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::compare::{Comparison, Finding, Kind};

/// The comparison as JUnit XML.
///
/// A drift is a failure, what could not be observed an error, what is accepted or can
/// have no effect is skipped.
///
/// # Errors
///
/// Where the XML cannot be written.
pub fn junit(comparison: &Comparison) -> Result<String, SerializeError> {
    let mut report = Report::new("amiconfined compare");
    let mut suites: Vec<(String, TestSuite)> = Vec::new();
    for finding in &comparison.findings {
        let name = finding.subject.to_string();
        if !suites.iter().any(|(known, _)| *known == name) {
            suites.push((name.clone(), TestSuite::new(name.clone())));
        }
        if let Some((_, suite)) = suites.iter_mut().find(|(known, _)| *known == name) {
            suite.add_test_case(case(finding, &name));
        }
    }
    for (kind, list) in [
        ("declared, not observed", &comparison.not_observed),
        ("observed, not declared", &comparison.not_declared),
    ] {
        if list.is_empty() {
            continue;
        }
        let mut suite = TestSuite::new(kind);
        for one in list {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(format!("{}: {}", one.source, one.why));
            suite.add_test_case(TestCase::new(one.subject.to_string(), status));
        }
        suites.push((kind.to_owned(), suite));
    }
    report.add_test_suites(suites.into_iter().map(|(_, suite)| suite));
    report.to_string()
}

fn case(finding: &Finding, class: &str) -> TestCase {
    let mut status = match (finding.kind, &finding.accepted) {
        (Kind::Agreement, _) => TestCaseStatus::success(),
        (Kind::NotApplicable, _) | (_, Some(_)) => TestCaseStatus::skipped(),
        (Kind::Drift, None) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (Kind::Unobserved, None) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if finding.kind != Kind::Agreement {
        status.set_message(format!(
            "declared {}, actual {}",
            finding.declared.value, finding.actual.value
        ));
        status.set_type(finding.severity.name());
        status.set_description(format!(
            "{}\nevidence: {}\nwhy: {}\nmend: {}",
            finding.declared.source, finding.actual.evidence, finding.why, finding.mend
        ));
    }
    let mut case = TestCase::new(
        format!("{} {}", finding.id, finding.declared.source.field),
        status,
    );
    case.set_classname(class.to_owned());
    case
}
