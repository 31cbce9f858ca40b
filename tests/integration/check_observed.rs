//! `amiconfined check` on what is observed: reports, sweeps, processes, folders, standard input.

use std::path::Path;
use std::process::Command;

use amiconfined::confinement::{Confinement, Reading, Report};
use serde_json::{Value, json};

use crate::fed::told as run;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME, namespace: team}\nspec:\n  hostPID: true\n  containers: [{name: c}]\n";
const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n  labels:\n    pod-security.kubernetes.io/enforce: baseline\n    pod-security.kubernetes.io/enforce-version: v1.24\n    pod-security.kubernetes.io/audit: restricted\n    pod-security.kubernetes.io/warn: restricted\n";

/// This process's report, changed.
fn report(folder: &Path, change: impl FnOnce(&mut Confinement)) -> String {
    let (code, text, _) = run(folder, &["--format", "json", "--no-probe"], b"");
    assert_eq!(code, Some(0));
    let mut report: Report = serde_json::from_str(&text).unwrap();
    change(&mut report.confinement);
    serde_json::to_string(&report).unwrap()
}

/// The same confinement as a sweep writes it of a container.
fn record(report: &str, pod: &str) -> Value {
    let report: Value = serde_json::from_str(report).unwrap();
    let absent = json!({"absent": {"why": "not in this test"}});
    json!({
        "schema": "amiconfined/container/v1", "tool_version": "0", "time": "2026-01-01T00:00:00Z",
        "node": {"known": "n1"}, "processes": 1, "deviations": [], "half_seen": [],
        "identity": {
            "id": "0123", "recognised_by": "/kubepods/podx/0123", "manager": "containerd",
            "kind": {"known": "workload"}, "pod_namespace": {"known": "team"},
            "pod_name": {"known": pod}, "pod_uid": absent, "container_name": {"known": "c"},
            "image": absent, "restart": absent, "bundle": absent,
        },
        "confinement": report["confinement"],
    })
}

#[test]
fn a_report_is_judged_from_a_file_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = report(folder, |c| c.identity.no_new_privs = Reading::Known(false));
    std::fs::write(folder.join("report.json"), &text).unwrap();
    let args = ["check", "--level", "restricted", "report.json"];
    let (code, out, err) = run(folder, &args, b"");
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.starts_with("report.json: process "), "{out}");
    assert!(out.contains(": declared restricted, in fact "), "{out}");
    let wanted = "fails restricted allowPrivilegeEscalation: no_new_privs is 0";
    assert!(out.contains(wanted), "{out}");
    let (code, out, _) = run(folder, &["check", "-"], text.as_bytes());
    assert_eq!(code, Some(0));
    assert!(out.starts_with("<stdin>: process "), "{out}");
    assert!(out.contains(wanted), "{out}");
}

#[test]
fn every_container_of_a_sweep_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = report(folder, |c| c.identity.no_new_privs = Reading::Known(false));
    let lines = format!("{}\n{}\n", record(&text, "a"), record(&text, "b"));
    std::fs::write(folder.join("sweep.ndjson"), lines).unwrap();
    let (code, out, err) = run(
        folder,
        &["check", "--level", "restricted", "sweep.ndjson"],
        b"",
    );
    assert_eq!((code, err.as_str()), (Some(1), ""));
    for pod in [
        "team/a/c: declared restricted",
        "team/b/c: declared restricted",
    ] {
        assert!(out.lines().any(|line| line.starts_with(pod)), "{out}");
    }
}

#[test]
fn what_could_not_be_seen_is_exit_code_3_and_no_level() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = report(folder, |c| {
        c.identity.no_new_privs = Reading::denied("openat", "/proc/1/status", None, "nothing");
    });
    let mut report: Value = serde_json::from_str(&text).unwrap();
    // Every control that is known to fail here is made unknown as well.
    let denied = json!({"denied": {"syscall": "openat", "path": "/proc", "lifted_by": "root"}});
    fn all(value: &mut Value, denied: &Value) {
        match value {
            Value::Object(map) if map.len() == 1 && map.contains_key("known") => {
                *value = denied.clone();
            }
            Value::Object(map) => map.values_mut().for_each(|v| all(v, denied)),
            Value::Array(list) => list.iter_mut().for_each(|v| all(v, denied)),
            _ => {}
        }
    }
    all(&mut report["confinement"], &denied);
    // In the machine's own mount namespace this is a known failure without a value.
    report["confinement"]["filesystem"]["host_paths"] = denied;
    std::fs::write(folder.join("report.json"), report.to_string()).unwrap();
    let args = ["check", "--level", "baseline", "report.json"];
    let (code, out, err) = run(folder, &args, b"");
    assert_eq!((code, err.as_str()), (Some(3), ""), "{out}");
    assert!(
        out.contains("in fact privileged, perhaps restricted"),
        "{out}"
    );
    assert!(out.contains("unknown baseline hostNamespaces"), "{out}");
}

#[test]
fn another_process_is_judged_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let pid = child.id().to_string();
    let (code, out, err) = run(folder.path(), &["check", "--pid", &pid], b"");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with(&format!("process {pid}: in fact ")),
        "{out}"
    );
}

#[test]
fn folders_are_walked_and_other_files_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir_all(folder.join("in/deeper")).unwrap();
    std::fs::write(folder.join("in/a.yaml"), POD.replace("NAME", "a")).unwrap();
    std::fs::write(folder.join("in/deeper/b.yml"), POD.replace("NAME", "b")).unwrap();
    std::fs::write(folder.join("in/notes.txt"), "a: [").unwrap();
    let (code, out, err) = run(folder, &["check", "--level", "baseline", "in"], b"");
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_eq!(
        out,
        "in/a.yaml:1:1: Pod team/a: would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)\n\
         in/deeper/b.yml:1:1: Pod team/b: would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)\n"
    );
}

#[test]
fn labels_are_tried_as_a_server_side_dry_run_tries_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("ns.yaml"), NAMESPACE).unwrap();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: team}\nspec:\n  template:\n    spec:\n      containers: [{name: c}]\n";
    let pods = format!("{}---\n{deployment}", POD.replace("NAME", "a"));
    let args = [
        "check",
        "--format",
        "kubectl",
        "--namespace-file",
        "ns.yaml",
        "-",
    ];
    let (code, out, err) = run(folder, &args, pods.as_bytes());
    assert_eq!((code, err.as_str()), (Some(1), ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "Warning: existing pods in namespace \"team\" violate the new PodSecurity enforce level \"baseline:v1.24\"",
            "Warning: a: host namespaces",
        ]
    );
    assert_eq!(
        lines[2],
        "Error from server (Forbidden): pods \"a\" is forbidden: violates PodSecurity \"baseline:v1.24\": host namespaces (hostPID=true)"
    );
    // A template is warned of, never refused.
    assert!(
        lines[3].starts_with("Warning: would violate PodSecurity \"restricted:latest\": "),
        "{out}"
    );
    assert_eq!(lines.len(), 4, "{out}");
}
