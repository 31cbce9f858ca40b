//! Finding Pods in whatever declares them, each field with its place.

use std::sync::Arc;

use amiconfined::declared::{Object, Workload, WorkloadKind, objects, read_documents};

fn read(text: &str) -> Vec<Object> {
    read_documents("in.yaml", text.as_bytes())
        .unwrap()
        .into_iter()
        .flat_map(|document| objects(&Arc::new(document)).unwrap())
        .collect()
}

fn workloads(text: &str) -> Vec<Workload> {
    read(text)
        .into_iter()
        .filter_map(|object| match object {
            Object::Workload(workload) => Some(*workload),
            Object::Namespace(_) | Object::Podless | Object::Other(_) => None,
        })
        .collect()
}

fn error(text: &str) -> String {
    let document = read_documents("in.yaml", text.as_bytes())
        .unwrap()
        .remove(0);
    objects(&Arc::new(document)).unwrap_err().to_string()
}

/// An object whose Pod has `hostPID` in the only line with a number sign.
fn manifest(api_version: &str, kind: &str) -> String {
    let pod = |indent: usize| {
        let pad = " ".repeat(indent);
        format!(
            "{pad}metadata: {{annotations: {{a: b}}, labels: {{c: d}}}}\n{pad}spec:\n{pad}  hostPID: yes #\n{pad}  containers: [{{name: x}}]\n"
        )
    };
    let body = match kind {
        "Pod" => "spec:\n  hostPID: yes #\n  containers: [{name: x}]\n".to_owned(),
        "PodTemplate" => format!("template:\n{}", pod(2)),
        "CronJob" => format!(
            "spec:\n  jobTemplate:\n    spec:\n      template:\n{}",
            pod(8)
        ),
        _ => format!("spec:\n  template:\n{}", pod(4)),
    };
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web, namespace: s, uid: u, annotations: {{a: b}}, labels: {{c: d}}}}\n{body}"
    )
}

#[test]
fn every_kind_gives_its_pod() {
    let kinds = [
        ("v1", "Pod"),
        ("v1", "PodTemplate"),
        ("v1", "ReplicationController"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "Deployment"),
        ("extensions/v1beta1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("batch/v1beta1", "CronJob"),
    ];
    for (api_version, kind) in kinds {
        let text = manifest(api_version, kind);
        let found = workloads(&text);
        let [workload] = found.as_slice() else {
            panic!("{kind}: {found:?}");
        };
        assert_eq!(workload.kind, WorkloadKind::of(api_version, kind).unwrap());
        assert_eq!(workload.title(), format!("{kind} s/web"));
        assert_eq!(workload.uid.as_deref(), Some("u"));
        assert_eq!(workload.pod_annotations["a"], "b");
        assert_eq!(workload.pod_labels["c"], "d");
        assert_eq!(workload.labels["c"], "d");
        assert_eq!(workload.spec.host_pid, Some(true));
        let line = 1 + text.lines().position(|l| l.ends_with('#')).unwrap() as u64;
        let field = "spec.hostPID".parse().unwrap();
        assert_eq!(workload.locate(&field).line, line, "{kind}");
        assert!(workload.field(&field).to_string().ends_with("spec.hostPID"));
    }
}

#[test]
fn lists_give_each_of_their_items() {
    let indented = |kind: &str, version: &str| {
        let text = manifest(version, kind);
        let lines: Vec<String> = text.lines().map(|l| format!("    {l}\n")).collect();
        format!("  -\n{}", lines.concat())
    };
    let text = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}",
        indented("Pod", "v1"),
        indented("Job", "batch/v1")
    );
    let found = workloads(&text);
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[1].field(&"spec.hostPID".parse().unwrap()).to_string(),
        "items[1].spec.template.spec.hostPID"
    );
    // The API's own typed lists do not repeat the kind in their items.
    let text = r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}]}"#;
    assert_eq!(workloads(text)[0].title(), "Pod p");
    let text = r#"{"kind":"DeploymentList","apiVersion":"apps/v1","items":[]}"#;
    assert!(workloads(text).is_empty());
}

#[test]
fn namespaces_and_others_are_told_apart() {
    let objects = read(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n  labels: {a: b}\n---\napiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Pdo\n---\napiVersion: example.org/v1\nkind: Deployment\n",
    );
    let [
        Object::Namespace(namespace),
        Object::Podless,
        Object::Other(typo),
        Object::Other(other),
    ] = objects.as_slice()
    else {
        panic!("{objects:?}");
    };
    assert_eq!(
        (namespace.name.as_str(), namespace.labels["a"].as_str()),
        ("team", "b")
    );
    assert_eq!(
        typo.to_string(),
        "in.yaml:11:7: kind \"Pdo\" of \"v1\" is unknown, expected Pod, PodTemplate, ReplicationController, ReplicaSet, Deployment, StatefulSet, DaemonSet, Job, CronJob, Namespace or a List of these"
    );
    assert!(
        other
            .to_string()
            .contains("kind \"Deployment\" of \"example.org/v1\"")
    );
}

#[test]
fn what_is_wrong_is_told_with_its_field_and_place() {
    for (text, expected) in [
        (
            "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n",
            "in.yaml:3:20: spec.containers: expected at least one container",
        ),
        (
            "apiVersion: v1\nkind: Pod\n",
            "in.yaml:1:1: spec.containers: expected at least one container",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template: {}\n",
            "in.yaml:4:13: spec.template.spec.containers: expected at least one container",
        ),
        (
            "kind: Pod\n",
            "in.yaml:1:1: apiVersion: expected a string that is not empty",
        ),
        (
            "a: 1\n",
            "in.yaml:1:1: kind: expected a string that is not empty",
        ),
        (
            "- a\n",
            "in.yaml:1:1: expected a Kubernetes object, found a list",
        ),
        (
            "hello\n",
            "in.yaml:1:1: expected a Kubernetes object, found a string",
        ),
        (
            "apiVersion: v1\nkind: 7\n",
            "in.yaml:2:7: kind: invalid type: integer `7`, expected a string",
        ),
        (
            "apiVersion: v1\nkind: List\n",
            "in.yaml:1:1: items: expected a list",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: \"yes\"\n",
            "in.yaml:4:12: spec.hostPID: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      securityContext:\n        runAsUser: root\n",
            "in.yaml:7:20: spec.containers[0].securityContext.runAsUser: invalid type: string \"root\", expected i64",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      securityContext:\n        capabilities: {drop: ALL}\n",
            "in.yaml:7:30: spec.containers[0].securityContext.capabilities.drop: invalid type: string \"ALL\", expected a sequence",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {example.org/a: 1}\nspec: {}\n",
            "in.yaml:4:32: metadata.annotations[example.org/a]: invalid type: integer `1`, expected a string",
        ),
    ] {
        assert_eq!(error(text), expected);
    }
}

/// Go's JSON decoding takes null, and a quantity that is a number, for what they mean.
#[test]
fn values_are_read_as_the_api_server_reads_them() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {a: ~}\n  creationTimestamp: null\nspec:\n  hostUsers: ~\n  initContainers:\n  securityContext: {runAsUser: 1e3, fsGroup: 0644, supplementalGroups: [08, 1_000]}\n  containers:\n    - name: a\n      resources: {limits: {cpu: 1, memory: 1.5Gi}}\n      livenessProbe: {httpGet: {port: 80}}\n      unknownField: 5\n";
    let found = workloads(text);
    let workload = &found[0];
    assert_eq!(workload.pod_annotations["a"], "");
    assert_eq!(workload.spec.host_users, None);
    let context = workload.spec.security_context.as_ref().unwrap();
    assert_eq!(context.run_as_user, Some(1000));
    assert_eq!(context.fs_group, Some(420));
    assert_eq!(context.supplemental_groups, Some(vec![8, 1000]));
    let resources = workload.spec.containers[0].resources.as_ref().unwrap();
    assert_eq!(resources.limits.as_ref().unwrap()["cpu"].0, "1");
}
