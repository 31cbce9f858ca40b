//! A sweep's JSON has a schema of its own, and nothing that is not in it.

use std::process::Command;

use amiconfined::confinement::{ContainerRecord, NodeReport};
use serde_json::Value;

#[test]
fn the_nodes_schema_in_the_repository_is_the_one_of_the_types() {
    crate::schemas::is_of_the_types("node.v1.json", &schemars::schema_for!(NodeReport));
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
