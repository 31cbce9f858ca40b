//! A comparison as policy reports, for dashboards that read them: a list for `kubectl apply`.
//!
//! `wgpolicyk8s.io/v1alpha2` PolicyReport, and its successor `openreports.io/v1alpha1`
//! Report. What could not be observed is `error`, never `pass`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Form, to_json};
use crate::compare::{Comparison, Finding, Kind, Severity};
use crate::confinement::Subject;

/// Which API the reports are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dashboard {
    /// `wgpolicyk8s.io/v1alpha2`, kind `PolicyReport`.
    PolicyReport,
    /// `openreports.io/v1alpha1`, kind `Report`.
    OpenReports,
}

/// The comparison as a `v1` List of reports, one a Pod, in JSON, which `kubectl` reads as
/// it reads YAML. `seconds` is when it was made, seconds since 1970 UTC.
///
/// # Errors
///
/// Where the JSON cannot be written.
pub fn policy_report(
    comparison: &Comparison,
    dashboard: Dashboard,
    seconds: i64,
) -> Result<String, serde_json::Error> {
    let mut pods: BTreeMap<(Option<String>, Option<String>), Vec<&Finding>> = BTreeMap::new();
    for finding in &comparison.findings {
        let subject = &finding.subject;
        pods.entry((subject.namespace.clone(), subject.pod.clone()))
            .or_default()
            .push(finding);
    }
    let items: Vec<Value> = pods
        .values()
        .map(|findings| report(findings, dashboard, seconds))
        .collect();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
    to_json(&list, Form::Indented).map(|text| text + "\n")
}

impl Dashboard {
    /// One report: an object of the Pod's namespace, with its results counted.
    pub(super) fn object(self, name: &str, of: &Subject, results: Vec<Value>) -> Value {
        let (api_version, kind) = match self {
            Self::PolicyReport => ("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
            Self::OpenReports => ("openreports.io/v1alpha1", "Report"),
        };
        let count = |name: &str| results.iter().filter(|r| r["result"] == name).count();
        let summary = json!({
            "pass": count("pass"),
            "fail": count("fail"),
            "warn": count("warn"),
            "error": count("error"),
            "skip": count("skip"),
        });
        let namespace = of.namespace.as_deref().unwrap_or("default");
        json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": { "app.kubernetes.io/managed-by": "amiconfined" },
            },
            "scope": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": namespace,
                "name": of.pod.as_deref().unwrap_or_default(),
                "uid": of.uid.as_deref().unwrap_or_default(),
            },
            "summary": summary,
            "results": results,
        })
    }

    /// How it is told a severity, by the name that findings have. The first releases of
    /// `wgpolicyk8s.io/v1alpha2` know three and refuse a report with any other.
    pub(super) fn severity(self, name: &str) -> Option<&str> {
        match (self, name) {
            (Self::PolicyReport, "critical") => Some("high"),
            (Self::PolicyReport, "info") => None,
            (_, name) => Some(name),
        }
    }
}

fn report(findings: &[&Finding], dashboard: Dashboard, seconds: i64) -> Value {
    let subject = findings
        .first()
        .map(|f| f.subject.clone())
        .unwrap_or_default();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| result(finding, dashboard, seconds))
        .collect();
    dashboard.object(&name(&subject), &subject, results)
}

fn result(finding: &Finding, dashboard: Dashboard, seconds: i64) -> Value {
    let text = format!(
        "declared {}, actual {}; {}; {}",
        finding.declared.value, finding.actual.value, finding.why, finding.mend
    );
    let mut result = json!({
        "source": "amiconfined",
        "policy": finding.control,
        "rule": finding.id,
        "category": "confinement",
        "result": outcome(finding),
        "message": text,
        "scored": finding.kind == Kind::Drift && finding.accepted.is_none(),
        "timestamp": { "seconds": seconds, "nanos": 0 },
        "properties": {
            "container": finding.subject.container.as_deref().unwrap_or_default(),
            "declared-at": finding.declared.source.to_string(),
            "evidence": finding.actual.evidence,
            "hop": finding.hop.map(|hop| hop.to_string()).unwrap_or_default(),
            "severity": finding.severity.name(),
        },
    });
    if let Some(severity) = dashboard.severity(finding.severity.name()) {
        result["severity"] = Value::from(severity);
    }
    result
}

fn outcome(finding: &Finding) -> &'static str {
    match (finding.kind, &finding.accepted) {
        (Kind::Agreement, _) => "pass",
        (Kind::NotApplicable, _) | (_, Some(_)) => "skip",
        (Kind::Unobserved, None) => "error",
        (Kind::Drift, None) if finding.severity < Severity::Medium => "warn",
        (Kind::Drift, None) => "fail",
    }
}

/// A name that the API server takes and that is another one for another Pod.
pub(super) fn name(subject: &Subject) -> String {
    let whole = subject.pod.as_deref().unwrap_or("unnamed");
    let mut hash = Sha256::new();
    hash.update(subject.namespace.as_deref().unwrap_or_default());
    hash.update([0]);
    hash.update(whole);
    let digest: String = hash
        .finalize()
        .iter()
        .take(4)
        .map(|b| format!("{b:02x}"))
        .collect();
    let plain: String = whole
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(200)
        .collect();
    format!("amiconfined-{plain}-{digest}")
}
