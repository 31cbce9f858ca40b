//! The formats that other tools read, held against their published schemas.

use std::process::Command;

use amiconfined::compare::Comparison;
use serde_json::{Value, json};

use crate::captures::captures;
use crate::schemas::{self, violations};

fn tool(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(args)
        .output()
        .unwrap();
    assert_ne!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Compares each captured Pod in a format and gives what was written.
fn comparisons(format: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for capture in captures() {
        let Some(file) = capture.report(folder.path()) else {
            continue;
        };
        let pod = capture.dir.join("pod.json");
        all.push(tool(&[
            "compare",
            "--declared",
            pod.to_str().unwrap(),
            "--actual",
            file.to_str().unwrap(),
            "--format",
            format,
        ]));
    }
    all
}

#[test]
fn sarif_is_valid_by_the_published_schema() {
    let schema = schemas::sarif();
    assert!(violations(&schema, &json!({"version": "2.1.0"})).is_some());
    let all = comparisons("sarif");
    for text in &all {
        let document: Value = serde_json::from_str(text).unwrap();
        assert_eq!(violations(&schema, &document), None);
        for result in document["runs"][0]["results"].as_array().unwrap() {
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
        }
    }
    println!("{} documents are valid", all.len());
}

#[test]
fn policy_reports_are_valid_by_what_their_definitions_take() {
    let schema = schemas::policy_reports();
    let refused = json!({"apiVersion": "v1", "kind": "List", "items": [{"kind": "PolicyReport"}]});
    assert!(violations(&schema, &refused).is_some());
    for format in ["policy-report", "openreports"] {
        let mut results = 0;
        let all = comparisons(format);
        for text in &all {
            let list: Value = serde_json::from_str(text).unwrap();
            assert_eq!(violations(&schema, &list), None);
            for item in list["items"].as_array().unwrap() {
                let told = item["results"].as_array().unwrap();
                for outcome in ["pass", "fail", "warn", "error", "skip"] {
                    let counted = told.iter().filter(|r| r["result"] == outcome).count();
                    assert_eq!(item["summary"][outcome], json!(counted));
                }
                results += told.len();
            }
        }
        println!("{format}: {results} results of {} comparisons", all.len());
    }
}

#[test]
fn the_schema_of_comparisons_is_the_one_of_the_types() {
    schemas::is_of_the_types("compare.v1.json", &schemars::schema_for!(Comparison));
}

#[test]
fn comparisons_are_valid_by_their_schema() {
    let schema = schemas::kept("compare.v1.json");
    assert!(violations(&schema, &json!({})).is_some());
    for text in comparisons("json") {
        assert_eq!(
            violations(&schema, &serde_json::from_str(&text).unwrap()),
            None
        );
    }
}

#[test]
fn checks_are_valid_by_their_schema() {
    let schema = schemas::kept("check.v1.json");
    assert!(violations(&schema, &json!({})).is_some());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let pod = file(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: team}\nspec: {containers: [{name: c}]}\n",
    );
    let namespace = file(
        "ns.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n  labels: {pod-security.kubernetes.io/enforce: restricted}\n",
    );
    for args in [
        &["check", "--format", "json"][..],
        &["check", "--format", "json", "--version", "v1.24", &pod],
        &[
            "check",
            "--format",
            "json",
            "--namespace-file",
            &namespace,
            &pod,
        ],
    ] {
        let document: Value = serde_json::from_str(&tool(args)).unwrap();
        assert_eq!(violations(&schema, &document), None);
    }
}

/// The reporter's own XSD: testsuites hold testsuite, those testcase, and the counts are right.
#[test]
fn junit_is_well_formed_and_counts_what_it_holds() {
    for text in comparisons("junit") {
        assert!(
            text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            "{text}"
        );
        let mut open: Vec<&str> = Vec::new();
        for tag in text
            .split('<')
            .skip(2)
            .filter_map(|part| part.split('>').next())
        {
            let name = tag
                .trim_start_matches('/')
                .split([' ', '/'])
                .next()
                .unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{text}");
                continue;
            }
            let parent = match name {
                "testsuites" => None,
                "testsuite" => Some("testsuites"),
                "testcase" => Some("testsuite"),
                "failure" | "error" | "skipped" => Some("testcase"),
                other => panic!("an element that JUnit has not: {other}"),
            };
            assert_eq!(open.last().copied(), parent, "{text}");
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty());
        let count = |what: &str| text.matches(what).count();
        let told = |key: &str| -> usize {
            let rest = text.split_once(&format!(" {key}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert_eq!(told("tests"), count("<testcase "));
        assert_eq!(told("failures"), count("<failure"));
        assert_eq!(told("errors"), count("<error"));
    }
}
