//! Pod Security's judgement against upstream's own answers to its own fixtures.

use std::path::PathBuf;
use std::sync::Arc;

use amiconfined::declared::{Object, Workload, objects, read_documents};
use amiconfined::pod_security::{
    Judgement, LevelVersion, Pod, Registry, Version, with_api_defaults,
};
use serde_json::Value;

fn shared(path: &str) -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");
    let shared = std::env::var("AMICONFINED_SHARED").unwrap_or_else(|_| default.to_owned());
    PathBuf::from(shared).join(path)
}

fn workload(bytes: &[u8], name: &str) -> Workload {
    let documents = read_documents(name, bytes).unwrap();
    let [document] = <[_; 1]>::try_from(documents).unwrap();
    match objects(&Arc::new(document)).unwrap().remove(0) {
        Object::Workload(workload) => *workload,
        other => panic!("{name}: {other:?}"),
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Whether it is allowed, and the reasons and details.
fn told(judgement: &Judgement) -> (bool, Vec<String>, Vec<String>) {
    let all = judgement.violations.iter();
    let (reasons, details) = all.map(|v| (v.reason.clone(), v.detail.clone())).unzip();
    (judgement.allowed(), reasons, details)
}

#[test]
fn every_judgement_is_upstreams() {
    let golden = shared("psa/golden.jsonl");
    let Ok(rows) = std::fs::read_to_string(&golden) else {
        println!("SKIPPED: {} is not there", golden.display());
        return;
    };
    let registry = Registry::standard();
    let mut files = std::collections::BTreeMap::new();
    let mut differences = Vec::new();
    let mut compared = 0;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let text = |key: &str| row[key].as_str().unwrap();
        let texts = |key: &str| texts(&row[key]);
        let file = text("file").to_owned();
        let workload = files.entry(file).or_insert_with_key(|file| {
            let bytes = std::fs::read(shared("psa").join(file)).unwrap();
            let mut workload = workload(&bytes, file);
            workload.spec = with_api_defaults(workload.spec, true);
            workload
        });
        let asked = LevelVersion {
            level: text("level").parse().unwrap(),
            version: text("version").parse().unwrap(),
        };
        let judgement = registry.judge(
            asked,
            Pod {
                annotations: &workload.pod_annotations,
                spec: &workload.spec,
            },
        );
        let (allowed, reasons, details) = told(&judgement);
        let ours = (allowed, reasons, details, judgement.message());
        let theirs = (
            row["allowed"].as_bool().unwrap(),
            texts("reasons"),
            texts("details"),
            row["message"].as_str().unwrap_or_default().to_owned(),
        );
        compared += 1;
        if ours != theirs {
            differences.push(format!(
                "{} {asked}:\n  {ours:?}\n  {theirs:?}",
                text("file")
            ));
        }
    }
    println!("{compared} rows of {} files compared", files.len());
    assert!(compared > 0);
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// Each level and version, and which of a line's steps holds there.
fn step<'a>(line: &'a Value, asked: &LevelVersion) -> &'a Value {
    let steps = line[asked.level.to_string()].as_array().unwrap();
    let since = |step: &&Value| {
        let since: Version = step["since"].as_str().unwrap().parse().unwrap();
        since <= asked.version
    };
    steps.iter().rev().find(since).unwrap()
}

/// Pods that were made up by chance, and what the API server's own policy answers to each:
/// `policy.NewEvaluator(policy.DefaultChecks(), nil)` of `k8s.io/pod-security-admission`, as
/// Kubernetes 1.37's development has it (commit 8f84a87), on the Pod as written, without the
/// API's defaults. A step holds until the next one's version. Of 27,000 such Pods, none of
/// which was judged otherwise here, these few have every reason of every level and version.
#[test]
fn made_up_pods_are_judged_as_upstream_judges_them() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/pod-security-upstream.jsonl"
    );
    let registry = Registry::standard();
    let mut compared = 0;
    for (at, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let workload = workload(line["pod"].to_string().as_bytes(), "pod");
        let pod = Pod {
            annotations: &workload.pod_annotations,
            spec: &workload.spec,
        };
        let versions = (0..=40).map(|minor| format!("v1.{minor}"));
        for version in versions.chain(["latest".to_owned()]) {
            for level in ["baseline", "restricted"] {
                let asked = LevelVersion {
                    level: level.parse().unwrap(),
                    version: version.parse().unwrap(),
                };
                let theirs = step(&line, &asked);
                let (allowed, reasons, details) = told(&registry.judge(asked, pod));
                let line = at + 1;
                assert_eq!(allowed, reasons.is_empty(), "line {line}, {asked}");
                assert_eq!(reasons, texts(&theirs["reasons"]), "line {line}, {asked}");
                assert_eq!(details, texts(&theirs["details"]), "line {line}, {asked}");
                compared += 1;
            }
        }
    }
    println!("{compared} judgements compared");
}
