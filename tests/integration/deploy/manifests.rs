//! The plain manifests, and what both kinds of manifest are held against.

use std::path::{Path, PathBuf};
use std::process::Command;

use k8s_openapi::api::{apps::v1::DaemonSet, batch::v1::Job, core::v1::Namespace};
use serde_json::Value;

/// The checkout.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `kept` has lost of `given`: a field that Kubernetes's type does not know.
fn lost(given: &Value, kept: &Value, path: &str, found: &mut Vec<String>) {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => {
            for (name, value) in given {
                let path = format!("{path}.{name}");
                match kept.get(name) {
                    Some(kept) => lost(value, kept, &path, found),
                    None => found.push(path),
                }
            }
        }
        (Value::Array(given), Value::Array(kept)) => {
            for (index, (given, kept)) in given.iter().zip(kept).enumerate() {
                lost(given, kept, &format!("{path}[{index}]"), found);
            }
        }
        _ if given == kept => {}
        _ => found.push(format!("{path}: {given} read as {kept}")),
    }
}

/// Asserts that Kubernetes's types know every field of the manifest, and its type.
pub(super) fn known_to_kubernetes(manifest: &str) {
    let given: Value = serde_saphyr::from_str(manifest).unwrap();
    let typed = given.clone();
    let kept = match given["kind"].as_str().unwrap() {
        "DaemonSet" => serde_json::to_value(serde_json::from_value::<DaemonSet>(typed).unwrap()),
        "Job" => serde_json::to_value(serde_json::from_value::<Job>(typed).unwrap()),
        "Namespace" => serde_json::to_value(serde_json::from_value::<Namespace>(typed).unwrap()),
        other => panic!("no schema for {other}"),
    };
    let mut found = Vec::new();
    lost(&given, &kept.unwrap(), "", &mut found);
    assert!(found.is_empty(), "unknown to Kubernetes: {found:?}");
}

/// Writes the manifest and has this tool judge it.
fn judged(manifest: &str, level: &str) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manifest.yaml");
    std::fs::write(&file, manifest).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["check", "--format", "json", "--level", level])
        .arg(file)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), report)
}

/// Asserts that the tool's own judgement lets it run where privileged is enforced, and
/// gives the checks of baseline that it fails.
pub(super) fn refusals(manifest: &str) -> Vec<String> {
    assert_eq!(judged(manifest, "privileged").0, Some(0));
    let (_, report) = judged(manifest, "baseline");
    let violations = report.pointer("/declared/0/violations");
    let violations = violations.and_then(Value::as_array).cloned();
    violations
        .unwrap_or_else(|| panic!("{report}"))
        .iter()
        .map(|violation| violation["check"].as_str().unwrap().to_owned())
        .collect()
}

fn manifest(path: &str) -> String {
    let path: PathBuf = root().join("deploy/kustomize").join(path);
    std::fs::read_to_string(path).unwrap()
}

/// The base with the patch over it, as kustomize merges containers of one name.
fn with_filter_dumps() -> String {
    fn merge(base: &mut Value, patch: &Value) {
        match (base, patch) {
            (Value::Object(base), Value::Object(patch)) => {
                for (name, patch) in patch {
                    merge(base.entry(name).or_insert(Value::Null), patch);
                }
            }
            (Value::Array(base), Value::Array(patch)) if patch[0].get("name").is_some() => {
                assert_eq!(base[0]["name"], patch[0]["name"]);
                merge(&mut base[0], &patch[0]);
            }
            (base, patch) => *base = patch.clone(),
        }
    }
    let mut base = serde_saphyr::from_str(&manifest("base/daemonset.yaml")).unwrap();
    let patch: Value = serde_saphyr::from_str(&manifest("dump-filters/dump.yaml")).unwrap();
    merge(&mut base, &patch);
    base.to_string()
}

#[test]
fn every_manifest_is_known_to_kubernetes() {
    known_to_kubernetes(&manifest("namespace/namespace.yaml"));
    known_to_kubernetes(&manifest("base/daemonset.yaml"));
    known_to_kubernetes(&manifest("once/job.yaml"));
    known_to_kubernetes(&with_filter_dumps());
}

#[test]
fn dumping_filters_asks_for_two_things_more() {
    assert_eq!(
        refusals(&with_filter_dumps()),
        [
            "capabilities_baseline",
            "hostNamespaces",
            "hostPathVolumes",
            "seccompProfile_baseline"
        ]
    );
}

/// hostPID, hostPath and SYS_PTRACE are what the job takes; nothing else may be refused.
#[test]
fn no_manifest_asks_for_more_than_the_sweep_takes() {
    for path in ["base/daemonset.yaml", "once/job.yaml"] {
        assert_eq!(
            refusals(&manifest(path)),
            ["capabilities_baseline", "hostNamespaces", "hostPathVolumes"],
            "{path}"
        );
    }
}

/// The same arguments are those that the binary takes.
#[test]
fn the_arguments_are_the_binary_s() {
    for path in ["base/daemonset.yaml", "once/job.yaml"] {
        let manifest: Value = serde_saphyr::from_str(&manifest(path)).unwrap();
        let args = manifest.pointer("/spec/template/spec/containers/0/args");
        let args = args.and_then(Value::as_array).unwrap().iter();
        let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
            .args(args.map(|arg| arg.as_str().unwrap()))
            .arg("--help")
            .output()
            .unwrap();
        assert!(output.status.success(), "{path}");
    }
}
