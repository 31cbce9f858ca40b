//! One container as a policy report.

use serde_json::{Value, json};

use crate::confinement::{ContainerRecord, Control, Subject};

use super::super::Dashboard;
use super::super::policy_report::name;
use super::super::stands_out::{Level, StandsOut, stands_out};

/// The container's report: what differs from what was declared or told, what could not be
/// observed, and what stands out. `None` for what is in no Pod: these reports are objects
/// of a namespace. `seconds` is when it was seen, seconds since 1970 UTC.
#[must_use]
pub fn container_report(
    record: &ContainerRecord,
    dashboard: Dashboard,
    seconds: i64,
) -> Option<Value> {
    let subject = record.identity.subject();
    let (Some(_), Some(of_pod)) = (&subject.namespace, &subject.pod) else {
        return None;
    };
    let mut results: Vec<Value> = Vec::new();
    for control in record.controls.known().into_iter().flatten() {
        results.push(of_control(control, dashboard));
    }
    for fact in stands_out(&record.confinement) {
        results.push(of_fact(&fact, dashboard));
    }
    for withheld in &record.half_seen {
        results.push(result(dashboard, "half-seen", "error", "medium", withheld));
    }
    let container = subject.container.clone().unwrap_or_default();
    for result in &mut results {
        result["timestamp"] = json!({ "seconds": seconds, "nanos": 0 });
        result["properties"] = json!({
            "container": container,
            "container-id": subject.id,
            "node": record.node.known().map(ToString::to_string).unwrap_or_default(),
        });
    }
    // Two containers of one Pod are two reports: told apart as two Pods' are.
    let named = Subject {
        pod: Some(format!("{of_pod}-{container}")),
        ..subject.clone()
    };
    Some(dashboard.object(&name(&named), &subject, results))
}

fn of_control(control: &Control, dashboard: Dashboard) -> Value {
    let light = matches!(control.severity.as_str(), "info" | "low");
    let outcome = match control.kind.as_str() {
        "drift" if light => "warn",
        "drift" => "fail",
        "agreement" => "pass",
        "not_applicable" => "skip",
        _ => "error",
    };
    let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let text = format!(
        "{}: declared {}, told {}, enforced {}",
        control.control,
        told(&control.declared),
        told(&control.told),
        control.enforced
    );
    result(dashboard, &control.id, outcome, &control.severity, &text)
}

fn of_fact(fact: &StandsOut, dashboard: Dashboard) -> Value {
    let (outcome, severity) = match fact.level {
        Level::High => ("fail", "high"),
        Level::Medium => ("warn", "medium"),
        Level::Low => ("warn", "low"),
    };
    let text = format!("{}; {}", fact.what, fact.why);
    result(dashboard, &fact.id, outcome, severity, &text)
}

fn result(dashboard: Dashboard, rule: &str, outcome: &str, severity: &str, text: &str) -> Value {
    let mut result = json!({
        "source": "amiconfined",
        "policy": "confinement",
        "rule": rule,
        "category": "confinement",
        "result": outcome,
        "scored": outcome == "fail",
        "message": text,
    });
    if let Some(severity) = dashboard.severity(severity) {
        result["severity"] = Value::from(severity);
    }
    result
}
