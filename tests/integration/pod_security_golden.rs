//! Pod Security's judgement against upstream's own answers to its own fixtures.

use std::path::PathBuf;
use std::sync::Arc;

use amiconfined::declared::{Object, Workload, objects, read_documents};
use amiconfined::pod_security::{LevelVersion, Pod, Registry, with_api_defaults};

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
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let text = |key: &str| row[key].as_str().unwrap();
        let texts = |key: &str| -> Vec<String> {
            let texts = row[key].as_array().cloned().unwrap_or_default();
            texts
                .iter()
                .map(|t| t.as_str().unwrap().to_owned())
                .collect()
        };
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
        let violations = &judgement.violations;
        let ours = (
            judgement.allowed(),
            violations
                .iter()
                .map(|v| v.reason.clone())
                .collect::<Vec<_>>(),
            violations
                .iter()
                .map(|v| v.detail.clone())
                .collect::<Vec<_>>(),
            judgement.message(),
        );
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
