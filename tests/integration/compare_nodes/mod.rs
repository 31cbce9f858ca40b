//! What Kubernetes and its runtimes make of each field of a Pod, on nodes that are made up:
//! files of `/proc` as such a node has them, and the gaps that have to be told, and no other.

mod enforced;
mod rows;

use std::process::Command;

use serde_json::{Value, json};

use enforced::{Enforced, ID, UID};
use rows::{ROWS, Row};

/// The Pod as the API server keeps it, with what `kubectl apply` was given where that is more.
fn pod(row: &Row) -> Value {
    let yaml = |text: &str| -> Value {
        let documents = amiconfined::declared::read_documents(row.name, text.as_bytes()).unwrap();
        documents.first().map_or_else(
            || json!({}),
            |d| d.typed(&amiconfined::declared::FieldPath::root()).unwrap(),
        )
    };
    let object = |spec: &str, container: &str| {
        let mut spec = yaml(spec);
        let mut container = yaml(container);
        container["name"] = json!("c");
        spec["containers"] = json!([container]);
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "namespace": "default"},
            "spec": spec,
        })
    };
    let mut pod = object(row.spec, row.container);
    if !row.container.contains("volumeMounts") && !row.spec.contains("automount") {
        pod["spec"]["containers"][0]["volumeMounts"] = json!([{
            "name": "kube-api-access-q6cx8",
            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
            "readOnly": true,
        }]);
    }
    pod["metadata"]["uid"] = json!(UID);
    if let Some((spec, container)) = row.applied {
        pod["metadata"]["annotations"] = json!({
            "kubectl.kubernetes.io/last-applied-configuration": object(spec, container).to_string(),
        });
    }
    let runtime = row.runtime.scheme();
    pod["status"] = json!({
        "containerStatuses": [{"name": "c", "containerID": format!("{runtime}://{ID}")}],
    });
    pod
}

#[test]
fn each_field_is_held_against_what_the_node_made_of_it() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        let mut enforced = Enforced::by_default(row.runtime);
        (row.enforced)(&mut enforced);
        enforced.write(&tree);
        let file = folder.path().join("pod.json");
        std::fs::write(&file, pod(row).to_string()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
            .arg("compare")
            .arg("--declared")
            .arg(&file)
            .args(["--pid", "7", "--format", "json", "--captured"])
            .arg(&tree)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let found: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {stderr}", row.name));
        assert_eq!(found["compared"], 1, "{}: {found:#}", row.name);
        let drifts: Vec<(String, String)> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["kind"] == "drift")
            .map(|finding| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let hop = &finding["hop"];
                let hop = format!("{} -> {}", text(&hop["from"]), text(&hop["to"]));
                (text(&finding["id"]), hop)
            })
            .collect();
        let wanted: Vec<(String, String)> = row
            .gaps
            .iter()
            .map(|(id, hop)| ((*id).to_owned(), (*hop).to_owned()))
            .collect();
        if drifts != wanted {
            wrong.push(format!(
                "{}: wanted {wanted:?}, found {drifts:?}\n{found:#}",
                row.name
            ));
        }
    }
    println!("{} Pods compared", ROWS.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
