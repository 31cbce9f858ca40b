//! The settings' words as the Pod that the kubelet would make them of, and the same Pod with
//! one field that its container does not keep.

use serde_json::{Value, json};

/// The ids that have to be found of a Pod with one field changed.
pub(crate) type Changed = (Value, Vec<&'static str>);

/// What a Pod declares that is started by these words.
pub(super) fn pod(words: &[&str], profile: bool) -> Value {
    let mut spec = json!({"containers": [{"name": "lab", "securityContext": {}}]});
    let mut container = json!({"name": "lab", "securityContext": {}});
    if profile {
        container["securityContext"]["seccompProfile"] =
            json!({"type": "Localhost", "localhostProfile": "lab.json"});
    }
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<i64>().unwrap();
        let context = &mut container["securityContext"];
        match key {
            "user" => context["runAsUser"] = json!(number()),
            "groups" => {
                let ids: Vec<i64> = value.split(',').map(|id| id.parse().unwrap()).collect();
                spec["securityContext"] = json!({"supplementalGroups": ids});
            }
            "no_new_privs" => context["allowPrivilegeEscalation"] = json!(false),
            "add" | "drop" => push(&mut context["capabilities"][key], value),
            "read_only" => context["readOnlyRootFilesystem"] = json!(true),
            "unmasked" => context["procMount"] = json!("Unmasked"),
            "privileged" => context["privileged"] = json!(true),
            // A device plugin's: which node it brings is not declared.
            "device" => container["resources"]["limits"]["example.com/device"] = json!("1"),
            "mount" => {
                let (host, inside) = value.split_once(':').unwrap();
                spec["volumes"] = json!([{"name": "v", "hostPath": {"path": host}}]);
                container["volumeMounts"] = json!([{"name": "v", "mountPath": inside}]);
            }
            "host" => match value {
                "pid" => spec["hostPID"] = json!(true),
                "ipc" => spec["hostIPC"] = json!(true),
                _ => spec["hostNetwork"] = json!(true),
            },
            "memory" => container["resources"]["limits"]["memory"] = json!(value),
            "cpu" => {
                let milli = format!("{}m", number() / 100);
                container["resources"]["limits"]["cpu"] = json!(milli);
            }
            "seccomp" if value == "default" => {
                context["seccompProfile"] = json!({"type": "RuntimeDefault"});
            }
            // The kernel's standing with the OOM killer follows from the Pod's class; no field
            // masks more than the default, or tells of filters that an entrypoint adds.
            "oom" | "seccomp" | "mask" | "entry" => {}
            other => panic!("no such word for a Pod: {other}"),
        }
    }
    spec["containers"] = json!([container]);
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "lab", "namespace": "lab"},
        "spec": spec,
    })
}

/// The Pod with one field changed at a time, each to what its container is not.
pub(super) fn changed(pod: &Value) -> Vec<Changed> {
    const OWN: &str = "/spec/containers/0/securityContext";
    let own = &pod["spec"]["containers"][0]["securityContext"];
    let privileged = own["privileged"] == true;
    let mut all = Vec::new();
    let mut change = |field: &str, value: Value, ids: &[&'static str]| {
        let mut other = pod.clone();
        let (parent, key) = field.rsplit_once('/').unwrap();
        let parent = other.pointer_mut(parent).unwrap();
        parent[key] = value;
        all.push((other, ids.to_vec()));
    };
    let read_only = own["readOnlyRootFilesystem"] == true;
    change(
        &format!("{OWN}/readOnlyRootFilesystem"),
        json!(!read_only),
        &["root-filesystem"],
    );
    change(&format!("{OWN}/runAsUser"), json!(4242), &["uid"]);
    change(&format!("{OWN}/runAsGroup"), json!(4242), &["gid"]);
    let groups = &pod["spec"]["securityContext"]["supplementalGroups"];
    let mut groups = groups.as_array().cloned().unwrap_or_default();
    groups.push(json!(4243));
    change(
        "/spec/securityContext",
        json!({"supplementalGroups": groups}),
        &["groups"],
    );
    if !privileged {
        let escalates = own["allowPrivilegeEscalation"] != false;
        change(
            &format!("{OWN}/allowPrivilegeEscalation"),
            json!(!escalates),
            &["no-new-privs"],
        );
        let unconfined = own["seccompProfile"].is_null();
        let kind = if unconfined {
            "RuntimeDefault"
        } else {
            "Unconfined"
        };
        change(
            &format!("{OWN}/seccompProfile"),
            json!({"type": kind}),
            &["seccomp-mode"],
        );
        let list = |key: &str| {
            own["capabilities"][key]
                .as_array()
                .cloned()
                .unwrap_or_default()
        };
        let (mut add, mut drop) = (list("add"), list("drop"));
        let all_or = |list: &[Value], name: &str| list.iter().any(|n| *n == "ALL" || *n == name);
        if !all_or(&add, "SYS_PTRACE") && !all_or(&drop, "SYS_PTRACE") {
            add.push(json!("SYS_PTRACE"));
            change(
                &format!("{OWN}/capabilities"),
                json!({"add": add, "drop": drop}),
                &["capability-ignored"],
            );
            add.pop();
        }
        if !all_or(&drop, "KILL") {
            drop.push(json!("KILL"));
            change(
                &format!("{OWN}/capabilities"),
                json!({"add": add, "drop": drop}),
                &["capability-ignored"],
            );
        }
    }
    for (field, id) in [("hostPID", "namespace-pid"), ("hostIPC", "namespace-ipc")] {
        if pod["spec"][field] == true {
            change(&format!("/spec/{field}"), json!(false), &[id]);
        }
    }
    if own["procMount"] == "Unmasked" && !privileged {
        let ids = &["masked-paths", "readonly-paths"];
        change(&format!("{OWN}/procMount"), json!("Default"), ids);
    }
    let mounts = &pod["spec"]["containers"][0]["volumeMounts"];
    // One upon what every container has is not told from that.
    if mounts.is_array() && mounts[0]["mountPath"] != "/sys/fs/cgroup" {
        let none = json!([]);
        change("/spec/containers/0/volumeMounts", none, &["mount-extra"]);
    }
    for (limit, value, id) in [
        ("memory", "123Mi", "memory-limit"),
        ("cpu", "123m", "cpu-limit"),
    ] {
        let limits = &pod["spec"]["containers"][0]["resources"]["limits"];
        if limits[limit].is_string() {
            let field = format!("/spec/containers/0/resources/limits/{limit}");
            change(&field, json!(value), &[id]);
        }
    }
    all
}

fn push(list: &mut Value, value: &str) {
    match list.as_array_mut() {
        Some(list) => list.push(json!(value)),
        None => *list = json!([value]),
    }
}
