//! Values that the API server's decoding refuses: one error with file, line and field path,
//! exit code 2; and what it takes though it looks wrong.

use std::process::Command;

use super::bad_input::{errors, pod};

/// A container's field, a value that does not fit it, and what has to be said of it.
const CONTAINER: &[(&str, &str, &str)] = &[
    (
        "resources: {limits: {cpu: VALUE}}",
        "1x",
        "resources.limits.cpu: invalid value: string \"1x\", expected a quantity",
    ),
    (
        "resources: {limits: {cpu: VALUE}}",
        "1K",
        "resources.limits.cpu: invalid value",
    ),
    (
        "resources: {limits: {cpu: VALUE}}",
        "1e",
        "resources.limits.cpu: invalid value",
    ),
    (
        "resources: {limits: {cpu: VALUE}}",
        "yes",
        "resources.limits.cpu: invalid type: boolean `true`",
    ),
    (
        "resources: {limits: {memory: VALUE}}",
        "\"\"",
        "resources.limits.memory: invalid value: string \"\"",
    ),
    (
        "resources: {limits: {memory: VALUE}}",
        "1 Mi",
        "resources.limits.memory: invalid value",
    ),
    (
        "resources: {limits: {memory: VALUE}}",
        "[1]",
        "resources.limits.memory: invalid type: sequence",
    ),
    (
        "resources: {requests: {memory: VALUE}}",
        "64MB",
        "resources.requests.memory: invalid value",
    ),
    (
        "securityContext: {runAsUser: VALUE}",
        "1.5",
        "securityContext.runAsUser: invalid type: floating point `1.5`",
    ),
    (
        "securityContext: {runAsUser: VALUE}",
        "\"1000\"",
        "securityContext.runAsUser: invalid type: string",
    ),
    (
        "securityContext: {runAsUser: VALUE}",
        "9223372036854775808",
        "securityContext.runAsUser: invalid value: integer",
    ),
    (
        "securityContext: {runAsUser: VALUE}",
        "1:20",
        "securityContext.runAsUser: invalid type: string",
    ),
    (
        "securityContext: {privileged: VALUE}",
        "tRue",
        "securityContext.privileged: invalid type: string \"tRue\", expected a boolean",
    ),
    (
        "securityContext: {privileged: VALUE}",
        "oFf",
        "securityContext.privileged: invalid type: string \"oFf\"",
    ),
    (
        "securityContext: {privileged: VALUE}",
        "\"true\"",
        "securityContext.privileged: invalid type: string \"true\"",
    ),
    (
        "securityContext: {privileged: VALUE}",
        "1",
        "securityContext.privileged: invalid type: integer `1`",
    ),
    (
        "securityContext: {capabilities: {add: VALUE}}",
        "ALL",
        "securityContext.capabilities.add: invalid type: string \"ALL\"",
    ),
    (
        "securityContext: {capabilities: {drop: [VALUE]}}",
        "1",
        "securityContext.capabilities.drop[0]: invalid type: integer",
    ),
    (
        "ports: [{hostPort: VALUE, containerPort: 1}]",
        "3000000000",
        "ports[0].hostPort: invalid value: integer `3000000000`",
    ),
    (
        "livenessProbe: {httpGet: {port: VALUE}}",
        "true",
        "livenessProbe.httpGet.port: invalid type: boolean",
    ),
    (
        "livenessProbe: {httpGet: {port: VALUE}}",
        "1.5",
        "livenessProbe.httpGet.port: invalid type: floating point",
    ),
    (
        "livenessProbe: {httpGet: {port: VALUE}}",
        "99999999999",
        "livenessProbe.httpGet.port: invalid value: integer",
    ),
    (
        "command: [VALUE]",
        "5",
        "command[0]: invalid type: integer `5`, expected a string",
    ),
    (
        "env: [{name: a, value: VALUE}]",
        "yes",
        "env[0].value: invalid type: boolean `true`, expected a string",
    ),
    ("image: VALUE", "0644", "image: invalid type: integer `420`"),
];

/// Fields of the Pod itself.
const POD: &[(&str, &str, &str)] = &[
    (
        "hostPID: VALUE",
        "maybe",
        "spec.hostPID: invalid type: string \"maybe\"",
    ),
    (
        "hostNetwork: VALUE",
        "yES",
        "spec.hostNetwork: invalid type: string \"yES\"",
    ),
    (
        "volumes: [{name: v, emptyDir: {sizeLimit: VALUE}}]",
        "big",
        "spec.volumes[0].emptyDir.sizeLimit: invalid value",
    ),
    (
        "overhead: {cpu: VALUE}",
        "1.1.1",
        "spec.overhead.cpu: invalid value",
    ),
    (
        "terminationGracePeriodSeconds: VALUE",
        "1e30",
        "spec.terminationGracePeriodSeconds: invalid type: floating point",
    ),
    (
        "securityContext: {supplementalGroups: [VALUE]}",
        "wheel",
        "spec.securityContext.supplementalGroups[0]: invalid type: string",
    ),
    (
        "securityContext: {sysctls: [{name: a, value: VALUE}]}",
        "1",
        "spec.securityContext.sysctls[0].value: invalid type: integer `1`, expected a string",
    ),
];

#[test]
fn each_value_that_does_not_fit_is_one_error_with_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.yaml");
    let mut wrong = Vec::new();
    let of_container = |field: &str| pod(&format!("  containers:\n  - name: c\n    {field}\n"));
    let of_pod = |field: &str| pod(&format!("  {field}\n  containers: [{{name: c}}]\n"));
    let rows = CONTAINER.iter().map(|row| (of_container(row.0), row));
    let rows = rows.chain(POD.iter().map(|row| (of_pod(row.0), row)));
    for (text, (field, value, wanted)) in rows {
        std::fs::write(&file, text.replace("VALUE", value)).unwrap();
        for error in errors(&file) {
            if !error.contains("values.yaml:") || !error.contains(wanted) {
                wrong.push(format!("{field} {value}: wanted {wanted:?}, found {error}"));
            }
        }
    }
    let metadata = [
        ("labels: {a: 1}", "metadata.labels.a: invalid type: integer"),
        (
            "annotations: {a: yes}",
            "metadata.annotations.a: invalid type: boolean",
        ),
        (
            "creationTimestamp: yesterday",
            "metadata.creationTimestamp: ",
        ),
        ("name: 5", "metadata.name: invalid type: integer"),
    ];
    for (field, wanted) in metadata {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  {field}\nspec: {{containers: [{{name: c}}]}}\n"
        );
        std::fs::write(&file, text).unwrap();
        for error in errors(&file) {
            if !error.contains("values.yaml:4:") || !error.contains(wanted) {
                wrong.push(format!("{field}: wanted {wanted:?}, found {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(""));
}

/// The spellings that Kubernetes takes, though a stricter reader would not.
#[test]
fn what_kubernetes_takes_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.yaml");
    for field in [
        "resources: {limits: {cpu: 0.5, memory: 1e9}}",
        "resources: {limits: {cpu: 1_000, memory: \" 64Mi \"}}",
        "resources: {limits: {memory: Mi, cpu: \"-\"}}",
        "securityContext: {runAsUser: 1e3, runAsGroup: 0x7d0}",
        "securityContext: {runAsUser: 1_0.0, privileged: ON}",
        "ports: [{hostPort: 08, containerPort: 0o17}]",
        "livenessProbe: {httpGet: {port: 0644}}",
        "livenessProbe: {httpGet: {port: \"yes\"}}",
        "securityContext: {privileged: null, capabilities: ~}",
    ] {
        let text = pod(&format!("  containers:\n  - name: c\n    {field}\n"));
        std::fs::write(&file, text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
            .args(["check", "--level", "privileged"])
            .arg(&file)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{field}: {stderr}");
    }
}
