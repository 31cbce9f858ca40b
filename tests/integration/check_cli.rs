//! `amiconfined check` as it is run.

use std::path::Path;

use crate::fed::told;

const KUARD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: kuard}\nspec:\n  containers:\n    - name: kuard\n      image: kuard\n";
const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n  labels:\n    pod-security.kubernetes.io/enforce: baseline\n    pod-security.kubernetes.io/warn: restricted\n    pod-security.kubernetes.io/warn-version: v1.22\n";
const WARNING: &str = "would violate PodSecurity \"restricted:v1.22\": allowPrivilegeEscalation != false (container \"kuard\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"kuard\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"kuard\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"kuard\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";

fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(folder, &[&["check"], arguments].concat(), b"")
}

#[test]
fn declarations_are_warned_of_as_kubectl_does() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("kuard.yaml"), KUARD).unwrap();
    std::fs::write(folder.join("ns.yaml"), NAMESPACE).unwrap();
    let kubectl = ["--format", "kubectl", "--version", "v1.22", "kuard.yaml"];
    let expected = format!("Warning: {WARNING}\n");
    assert_eq!(
        check(folder, &kubectl),
        (Some(1), expected.clone(), String::new())
    );
    let labels = [
        "--format",
        "kubectl",
        "--namespace-file",
        "ns.yaml",
        "kuard.yaml",
    ];
    assert_eq!(check(folder, &labels), (Some(1), expected, String::new()));
    let (code, text, _) = check(folder, &["--level", "baseline", "kuard.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        text,
        "kuard.yaml:1:1: Pod kuard: allowed by baseline:latest\n"
    );
}

#[test]
fn bad_input_is_one_error_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (text, expected) in [
        ("a: b: c\n", "in.yaml:1:5: "),
        (
            "apiVersion: v1\nkind: Pdo\n",
            "in.yaml:2:7: kind \"Pdo\" of \"v1\" is unknown",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec: {hostPID: 3}\n",
            "in.yaml:3:17: spec.hostPID: invalid type: integer `3`, expected a boolean",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n",
            "in.yaml:3:20: spec.containers: expected at least one container",
        ),
    ] {
        std::fs::write(folder.join("in.yaml"), text).unwrap();
        let (code, stdout, stderr) = check(folder, &["in.yaml"]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(
            stderr.starts_with(&format!("amiconfined: {expected}")),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

/// Judged by what is enforced here: no more is kept than the kernel shows of this very process.
#[test]
fn without_a_file_the_process_itself_is_judged() {
    let (code, text, stderr) = check(Path::new("/"), &["--format", "json"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let judgement = &document["observed"][0]["judgement"];
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let nnp = status.lines().any(|line| line == "NoNewPrivs:\t1");
    let controls = judgement["controls"].as_array().unwrap();
    let found = controls
        .iter()
        .find(|c| c["control"] == "allowPrivilegeEscalation")
        .unwrap();
    assert_eq!(found["verdict"], if nnp { "keeps" } else { "fails" });
    assert!(nnp || judgement["may_keep"] != "restricted");
}
