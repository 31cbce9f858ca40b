//! A sweep's JSON has a schema of its own, and nothing that is not in it.

use std::path::PathBuf;
use std::process::Command;

use amiconfined::confinement::{ContainerRecord, NodeReport};
use serde_json::Value;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema/node.v1.json")
}

/// `UPDATE_SCHEMA=1 cargo test schema` writes the file anew.
#[test]
fn the_nodes_schema_in_the_repository_is_the_one_of_the_types() {
    let made = schemars::schema_for!(NodeReport);
    let made = serde_json::to_string_pretty(&made).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file(), &made).unwrap();
    }
    let kept = std::fs::read_to_string(file()).unwrap();
    assert_eq!(kept, made, "regenerate with UPDATE_SCHEMA=1");
}

#[test]
fn what_is_written_is_read_back_without_a_loss() {
    let sweep = |format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
        let output = command
            .args(["sweep", "--all", "--format", format])
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&sweep("json")).unwrap();
    let node: NodeReport = serde_json::from_value(json.clone()).unwrap();
    assert!(!node.containers.is_empty());
    assert_eq!(serde_json::to_value(node).unwrap(), json);
    for line in sweep("ndjson").lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let record: ContainerRecord = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(record).unwrap(), json);
    }
}
