//! `compare` on every kind of workload and in every format, by reports that are made here: all
//! that is needed is this repository.

use std::path::Path;

use serde_json::{Value, json};

use crate::fed::told;
use crate::schemas::{self, violations};

/// Each kind with its API version and where its Pod's spec is.
const KINDS: [(&str, &str, &str); 9] = [
    ("v1", "Pod", ""),
    ("v1", "PodTemplate", "template"),
    ("v1", "ReplicationController", "spec.template"),
    ("apps/v1", "ReplicaSet", "spec.template"),
    ("apps/v1", "Deployment", "spec.template"),
    ("apps/v1", "StatefulSet", "spec.template"),
    ("apps/v1", "DaemonSet", "spec.template"),
    ("batch/v1", "Job", "spec.template"),
    ("batch/v1", "CronJob", "spec.jobTemplate.spec.template"),
];

/// What the report does not keep.
const ID: &str = "no-new-privs";

/// An object of a kind, whose one container must not gain privileges.
fn object(api_version: &str, kind: &str, template: &str) -> Value {
    let spec = json!({"containers": [
        {"name": "c", "securityContext": {"allowPrivilegeEscalation": false}},
    ]});
    let mut object = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"name": "web", "namespace": "team"},
    });
    let path = format!("/{}", template.replace('.', "/"));
    let mut at = &mut object;
    for key in path.split('/').filter(|key| !key.is_empty()) {
        at = &mut at[key];
    }
    at["spec"] = spec;
    object
}

/// The same as `kubectl get -o yaml` indents it.
fn yaml(value: &Value, indent: usize) -> String {
    let pad = "  ".repeat(indent);
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(_) | Value::Array(_) => {
                    format!("{pad}{key}:\n{}", yaml(value, indent + 1))
                }
                other => format!("{pad}{key}: {other}\n"),
            })
            .collect(),
        Value::Array(list) => list
            .iter()
            .map(|value| format!("{pad}-\n{}", yaml(value, indent + 1)))
            .collect(),
        other => format!("{pad}{other}\n"),
    }
}

/// A report of this process, in which no_new_privs is off.
fn report(folder: &Path) {
    let made = run(folder, &["--format", "json", "--no-probe"], "").1;
    let mut report: Value = serde_json::from_str(&made).unwrap();
    report["confinement"]["identity"]["no_new_privs"] = json!({"known": false});
    std::fs::write(folder.join("report.json"), report.to_string()).unwrap();
}

fn run(folder: &Path, args: &[&str], input: &str) -> (Option<i32>, String, String) {
    told(folder, args, input.as_bytes())
}

fn compare(folder: &Path, declared: &str, more: &[&str], input: &str) -> (Option<i32>, String) {
    let mut args = vec!["compare", "--declared", declared];
    args.extend(["--actual", "report.json", "--container", "c"]);
    args.extend(more);
    let (code, out, err) = run(folder, &args, input);
    assert_eq!(err, "", "{args:?}");
    (code, out)
}

#[test]
fn each_kind_is_compared_as_yaml_as_json_in_lists_in_folders_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    report(at);
    for (api_version, kind, template) in KINDS {
        let object = object(api_version, kind, template);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [object]});
        let mut item = object.clone();
        item.as_object_mut()
            .unwrap()
            .retain(|key, _| key != "kind" && key != "apiVersion");
        let typed = json!({
            "apiVersion": api_version, "kind": format!("{kind}List"), "items": [item],
        });
        let beside = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n---\n{}",
            yaml(&object, 0)
        );
        for (text, inside) in [
            (yaml(&object, 0), ""),
            (serde_json::to_string_pretty(&object).unwrap(), ""),
            (object.to_string(), ""),
            (yaml(&list, 0), "items[0]"),
            (list.to_string(), "items[0]"),
            (typed.to_string(), "items[0]"),
            (beside, ""),
        ] {
            std::fs::create_dir_all(at.join("in/deeper")).unwrap();
            std::fs::write(at.join("in/deeper/web.yaml"), &text).unwrap();
            for (declared, input) in [("in", ""), ("in/deeper/web.yaml", ""), ("-", &*text)] {
                let (code, out) = compare(at, declared, &["--format", "json"], input);
                assert_eq!(code, Some(1), "{kind} {declared}: {out}");
                let comparison: Value = serde_json::from_str(&out).unwrap();
                let findings = comparison["findings"].as_array().unwrap();
                let found = findings.iter().find(|f| f["id"] == ID).unwrap();
                let parts = [inside, template, "spec.containers[0].securityContext"];
                let field: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
                let wanted = format!("{}.allowPrivilegeEscalation", field.join("."));
                let source = &found["declared"]["source"];
                assert_eq!(source["field"], wanted, "{text}");
                let line = usize::try_from(source["line"].as_u64().unwrap()).unwrap();
                let written = text.lines().nth(line - 1).unwrap();
                assert!(
                    written.contains("allowPrivilegeEscalation"),
                    "{line}: {text}"
                );
                assert_eq!(found["subject"]["pod"], "web");
            }
        }
    }
}

#[test]
fn each_format_names_the_finding_and_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    report(at);
    std::fs::write(at.join("pod.yaml"), yaml(&object("v1", "Pod", ""), 0)).unwrap();
    let of = |format: &str| {
        let (code, out) = compare(at, "pod.yaml", &["--format", format, "--show", "all"], "");
        assert_eq!(code, Some(1), "{format}");
        assert!(out.contains(ID), "{format}: {out}");
        out
    };
    let text = of("text");
    assert!(
        text.contains("pod.yaml:") && text.contains("agreement"),
        "{text}"
    );
    let sarif: Value = serde_json::from_str(&of("sarif")).unwrap();
    assert_eq!(violations(&schemas::sarif(), &sarif), None);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|r| r["ruleId"] == ID).unwrap();
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "pod.yaml");
    assert_eq!(place["region"]["startLine"], 11);
    assert!(of("junit").contains("<failure"));
    for (format, api) in [
        ("policy-report", "wgpolicyk8s.io/v1alpha2"),
        ("openreports", "openreports.io/v1alpha1"),
    ] {
        let list: Value = serde_json::from_str(&of(format)).unwrap();
        assert_eq!(violations(&schemas::policy_reports(), &list), None);
        assert_eq!(list["items"][0]["apiVersion"], api);
        let results = list["items"][0]["results"].as_array().unwrap();
        let fails = |r: &&Value| r["rule"] == ID && r["result"] == "fail";
        assert!(results.iter().any(|r| fails(&r)), "{list:#}");
    }
}

#[test]
fn findings_are_accepted_by_severity_by_id_and_by_a_baseline_until_its_date() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    report(at);
    std::fs::write(at.join("pod.yaml"), yaml(&object("v1", "Pod", ""), 0)).unwrap();
    // Whatever this process drifts in besides is accepted by name.
    let (_, out) = compare(at, "pod.yaml", &["--format", "json"], "");
    let comparison: Value = serde_json::from_str(&out).unwrap();
    let drifts = comparison["findings"].as_array().unwrap().iter();
    let drifts = drifts.filter(|f| f["kind"] == "drift" && f["id"] != ID);
    let others: Vec<&str> = drifts.map(|f| f["id"].as_str().unwrap()).collect();
    let code = |more: &[&str]| {
        let ignored = others.iter().flat_map(|id| ["--ignore", id]);
        let args: Vec<&str> = ignored.chain(more.iter().copied()).collect();
        compare(at, "pod.yaml", &args, "").0
    };
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--fail-on", "high"]), Some(1));
    assert_ne!(code(&["--fail-on", "critical"]), Some(1));
    assert_ne!(code(&["--ignore", "no-new-privs=known"]), Some(1));
    for (until, fails) in [
        ("2001-01-01", true),
        ("2999-12-31", false),
        ("never", false),
    ] {
        let text = format!("# accepted findings\n{ID} team/* {until} ticket 7\n");
        std::fs::write(at.join("baseline"), text).unwrap();
        let code = code(&["--baseline", "baseline"]);
        assert_eq!(code == Some(1), fails, "{until}: {code:?}");
    }
}
