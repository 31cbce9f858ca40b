//! Declared, told, enforced: the step at which each drift began, in one sweep.

use std::process::Command;

use serde_json::{Value, json};

use super::arena::{Arena, must};
use super::engines::{bundle, run};

const TEST: &str = "sweep::live::three_way::each_drift_is_told_with_the_step_at_which_it_began";

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: shop}
spec:
  containers:
  - name: web
    image: web:1
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      runAsUser: 0
";

#[test]
fn each_drift_is_told_with_the_step_at_which_it_began() {
    let Some(arena) = Arena::enter(TEST, &["runc"]) else {
        return;
    };
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let dir = bundle(&arena, "sweep-web", &sleep, |config| {
        // As declared, but for the root filesystem.
        config["process"]["noNewPrivileges"] = json!(true);
        config["root"]["readonly"] = json!(false);
        config["annotations"] = json!({
            "io.kubernetes.cri.container-type": "container",
            "io.kubernetes.cri.container-name": "web",
            "io.kubernetes.cri.sandbox-name": "web-0",
            "io.kubernetes.cri.sandbox-namespace": "shop",
        });
    });
    run("runc", &dir, "sweep-web").unwrap();
    let pod = arena.path("pod.yaml");
    std::fs::write(&pod, POD).unwrap();

    let told = |changed: bool| -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
        command
            .args(["sweep", "--format", "ndjson", "--declared"])
            .arg(&pod);
        let output = command.output().unwrap();
        // A drift from what was declared is a finding.
        assert_eq!(output.status.code(), Some(1), "{changed}");
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        record["controls"]["known"].as_array().unwrap().clone()
    };
    let of = |controls: &[Value], id: &str| -> Option<[Value; 5]> {
        let found: Vec<&Value> = controls.iter().filter(|c| c["id"] == id).collect();
        assert!(found.len() < 2, "{found:?}");
        let fields = ["kind", "declared", "told", "enforced", "began"];
        found.first().map(|c| fields.map(|field| c[field].clone()))
    };
    let row = |kind: &str, values: [&str; 4]| -> Option<[Value; 5]> {
        Some([kind, values[0], values[1], values[2], values[3]].map(|v| json!(v)))
    };
    let controls = told(false);
    assert_eq!(of(&controls, "no-new-privs"), None);
    assert_eq!(
        of(&controls, "root-filesystem"),
        row(
            "drift",
            [
                "read-only",
                "writable",
                "writable (rw,relatime)",
                "declared -> told"
            ]
        )
    );
    // What the runtime was told is changed behind its back: now it is not what is enforced.
    let file = dir.join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    config["process"]["user"]["uid"] = json!(5);
    std::fs::write(&file, config.to_string()).unwrap();
    let controls = told(true);
    let uid = of(&controls, "uid").unwrap();
    assert_eq!(uid[0], "drift");
    assert_eq!((&uid[2], &uid[3]), (&json!("5"), &json!("0")), "{uid:?}");
    assert_eq!(uid[4], "told -> enforced");

    // The same as a table, for people.
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let output = command
        .args(["sweep", "--declared"])
        .arg(&pod)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line =
        "drift readOnlyRootFilesystem: declared read-only -> told writable -> enforced writable";
    assert!(text.contains(line), "{text}");
    must(Command::new("runc").args(["delete", "--force", "sweep-web"])).unwrap();
}
