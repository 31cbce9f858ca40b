//! A comparison as SARIF 2.1.0: locations point into the declared file, so that code hosts
//! annotate the line.

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, MultiformatMessageString,
    PhysicalLocation, Region, ReportingConfiguration, ReportingDescriptor, Result as SarifResult,
    ResultKind, ResultLevel, Run, Sarif, Suppression, Tool, ToolComponent,
};

use super::{Form, to_json};
use crate::compare::{Comparison, Finding, Kind, RULES, Severity};

/// Where the schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The comparison as SARIF 2.1.0.
///
/// # Errors
///
/// Where the JSON cannot be written.
pub fn sarif(comparison: &Comparison) -> Result<String, serde_json::Error> {
    let rules: Vec<ReportingDescriptor> = RULES
        .iter()
        .map(|rule| {
            ReportingDescriptor::builder()
                .id(rule.id)
                .name(rule.control)
                .short_description(text(rule.control))
                .full_description(text(rule.why))
                .help(text(rule.mend))
                .default_configuration(
                    ReportingConfiguration::builder()
                        .level(serde_json::to_value(level(rule.severity)).unwrap_or(Value::Null))
                        .build(),
                )
                .build()
        })
        .collect();
    let driver = ToolComponent::builder()
        .name("amiconfined")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build();
    let run = Run::builder()
        .tool(Tool::from(driver))
        .results(comparison.findings.iter().map(result).collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA)
        .version(Value::from("2.1.0"))
        .runs(vec![run])
        .build();
    to_json(&sarif, Form::Indented).map(|text| text + "\n")
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::from(&text.to_owned())
}

fn result(finding: &Finding) -> SarifResult {
    let (kind, level) = match finding.kind {
        Kind::Drift => (ResultKind::Fail, level(finding.severity)),
        Kind::Unobserved => (ResultKind::Open, ResultLevel::None),
        Kind::NotApplicable => (ResultKind::NotApplicable, ResultLevel::None),
        Kind::Agreement => (ResultKind::Pass, ResultLevel::None),
    };
    let message = format!(
        "{}: declared {}, actual {} ({}). {}. {}",
        finding.subject,
        finding.declared.value,
        finding.actual.value,
        finding.actual.evidence,
        finding.why,
        finding.mend
    );
    let suppressions: Vec<Suppression> = finding
        .accepted
        .iter()
        .map(|reason| {
            Suppression::builder()
                .kind(Value::from("external"))
                .justification(reason.as_str())
                .build()
        })
        .collect();
    SarifResult::builder()
        .rule_id(finding.id)
        .kind(kind)
        .level(level)
        .message(Message::from(&message))
        .locations(vec![location(finding)])
        .suppressions(suppressions)
        .build()
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Info | Severity::Low => ResultLevel::Note,
        Severity::Medium => ResultLevel::Warning,
        Severity::High | Severity::Critical => ResultLevel::Error,
    }
}

fn location(finding: &Finding) -> Location {
    let source = &finding.declared.source;
    let number = |n: u64| i64::try_from(n.max(1)).unwrap_or(1);
    Location::builder()
        .physical_location(
            PhysicalLocation::builder()
                .artifact_location(ArtifactLocation::builder().uri(uri(&source.file)).build())
                .region(
                    Region::builder()
                        .start_line(number(source.line))
                        .start_column(number(source.column))
                        .build(),
                )
                .build(),
        )
        .logical_locations(vec![
            LogicalLocation::builder()
                .fully_qualified_name(source.field.as_str())
                .build(),
        ])
        .build()
}

/// A path as a relative or file URI: what RFC 3986 does not let stand is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
