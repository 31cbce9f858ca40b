//! JSON Schemas: those of `schema/`, and those that others published.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(name)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A schema of the repository.
pub(crate) fn kept(name: &str) -> Value {
    read(&file(name))
}

/// Holds a schema of the repository to the one that is made of the types:
/// `UPDATE_SCHEMA=1 cargo test schema` writes the file anew.
pub(crate) fn is_of_the_types(name: &str, made: &schemars::Schema) {
    let made = serde_json::to_string_pretty(made).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file(name), &made).unwrap();
    }
    let kept = std::fs::read_to_string(file(name)).unwrap();
    assert_eq!(kept, made, "regenerate with UPDATE_SCHEMA=1");
}

/// What a schema says against a document; nothing where it is valid.
pub(crate) fn violations(schema: &Value, document: &Value) -> Option<String> {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("memory:///schema.json", schema.clone())
        .unwrap();
    let index = compiler
        .compile("memory:///schema.json", &mut schemas)
        .unwrap();
    schemas
        .validate(document, index)
        .err()
        .map(|e| format!("{e:#}"))
}

/// The SARIF schema as OASIS published it, from the crate that has it.
pub(crate) fn sarif() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
        ])
        .arg(format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages
        .iter()
        .find(|p| p["name"] == "serde-sarif")
        .unwrap();
    let manifest = Path::new(found["manifest_path"].as_str().unwrap());
    let schema = read(&manifest.with_file_name("src").join("schema.json"));
    assert!(
        schema["$id"]
            .as_str()
            .unwrap()
            .ends_with("/sarif-schema-2.1.0.json")
    );
    schema
}

/// What the definitions of both kinds of policy reports take, and nothing beside.
pub(crate) fn policy_reports() -> Value {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/policy-reports.schema.json"))
}
