//! Many reports against many declarations: each with its own, and what has no partner listed.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PODS: usize = 150;
/// Each declaration is read once, not once for each report.
const TIME: Duration = Duration::from_secs(60);

/// A report of a Pod's only container, by this process's own.
fn report(own: &Value, pod: usize, container: usize, pids: u64) -> Value {
    let mut report = own.clone();
    let confinement = &mut report["confinement"];
    confinement["runtime"]["pod_uid"] = json!({"known": format!("uid-{pod}")});
    confinement["runtime"]["container_id"] = json!({"known": id(pod, container)});
    let namespaces = confinement["namespaces"]["namespaces"].as_array_mut();
    for namespace in namespaces.unwrap() {
        if namespace["kind"] == "pid" {
            namespace["inode"] = json!({"known": pids});
            namespace["initial"] = json!({"known": {"initial": false, "known_by": "a test"}});
        }
    }
    confinement["namespaces"]["pids"] = json!({"known": [7, 8]});
    report
}

fn id(pod: usize, container: usize) -> String {
    format!("{pod:060x}{container:04x}")
}

/// A Pod as read back from a cluster, with its containers' ids.
fn pod(number: usize, containers: usize, spec: &Value) -> Value {
    let mut spec = spec.clone();
    let names = 0..containers;
    spec["containers"] = names
        .clone()
        .map(|c| json!({"name": format!("c{c}")}))
        .collect();
    let statuses: Vec<Value> = names
        .map(|c| {
            let id = format!("containerd://{}", id(number, c));
            json!({"name": format!("c{c}"), "containerID": id})
        })
        .collect();
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("p{number}"), "namespace": "n", "uid": format!("uid-{number}")},
        "spec": spec,
        "status": {"containerStatuses": statuses},
    })
}

fn compare(pods: &[Value], reports: &[Value]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (declared, actual) = (folder.path().join("pods"), folder.path().join("reports"));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": pods});
    std::fs::write(&declared, list.to_string()).unwrap();
    let lines: Vec<String> = reports.iter().map(ToString::to_string).collect();
    std::fs::write(&actual, lines.join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["compare", "--format", "json", "--declared"])
        .arg(&declared)
        .arg("--actual")
        .arg(&actual)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn own() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["--format", "json", "--no-probe"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn each_report_is_held_against_the_declaration_of_its_own_container() {
    let own = own();
    // The first Pod was never seen, the last report is of a Pod that nobody declares.
    let pods: Vec<Value> = (0..PODS).map(|p| pod(p, 1, &json!({}))).collect();
    let reports: Vec<Value> = (1..=PODS).map(|p| report(&own, p, 0, 1)).collect();
    let started = Instant::now();
    let found = compare(&pods, &reports);
    assert!(started.elapsed() < TIME, "{:?}", started.elapsed());
    assert_eq!(found["compared"], PODS - 1);
    assert_eq!(found["not_observed"][0]["subject"]["pod"], "p0");
    assert_eq!(found["not_observed"].as_array().unwrap().len(), 1);
    let last = &found["not_declared"][0]["subject"];
    assert_eq!(last["uid"], format!("uid-{PODS}"));
    assert_eq!(found["not_declared"].as_array().unwrap().len(), 1);
}

#[test]
fn a_shared_pid_namespace_is_seen_in_the_pod_s_other_containers() {
    let own = own();
    for (declared, inodes, kind) in [
        (true, [5, 5], "agreement"),
        (true, [5, 6], "unobserved"),
        (false, [5, 5], "drift"),
    ] {
        let pods = [pod(1, 2, &json!({"shareProcessNamespace": declared}))];
        let reports = [report(&own, 1, 0, inodes[0]), report(&own, 1, 1, inodes[1])];
        let found = compare(&pods, &reports);
        assert_eq!(found["compared"], 2, "{found:#}");
        let kinds: Vec<&str> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["id"] == "shared-pid-namespace")
            .map(|finding| finding["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, [kind; 2], "{found:#}");
    }
}
