//! The settings' words as the Pod that the kubelet is given, and what no field of a Pod says.

use serde_json::{Value, json};

use super::api::{ContainerConfig, Device};

/// Pods as they are given, by their files' names.
const MANIFESTS: [(&str, &str); 3] = [
    (
        "security-context",
        include_str!("../../../data/book/security-context.yaml"),
    ),
    ("profiles", include_str!("../../../data/book/profiles.yaml")),
    ("kuard", include_str!("../../../data/book/kuard.yaml")),
];

/// The word for a Pod whose AppArmor profile is not asked for.
pub(super) const UNASKED: &str = "unasked=apparmor";

/// The text of the Pod that is started by these words: the manifest that they name, or one
/// that is called `id`.
pub(super) fn manifest(words: &[&str], profile: bool, id: &str) -> String {
    let named = words.iter().find_map(|word| word.strip_prefix("manifest="));
    let given = MANIFESTS.iter().find(|(name, _)| Some(*name) == named);
    match given {
        Some((_, text)) => (*text).to_owned(),
        None => pod(words, profile, id).to_string(),
    }
}

/// A Pod that says what these words say.
fn pod(words: &[&str], profile: bool, id: &str) -> Value {
    let mut spec = json!({});
    let mut container = json!({"name": "lab", "image": super::super::IMAGE, "securityContext": {}});
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
            "oom" | "seccomp" | "mask" | "entry" => {}
            other => panic!("no such word for a Pod: {other}"),
        }
    }
    spec["containers"] = json!([container]);
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": id, "namespace": "lab"},
        "spec": spec,
    })
}

/// What is asked of the runtime beyond the Pod: the kernel's standing with the OOM killer
/// follows from the Pod's class, a device from a plugin; no field masks more than the default,
/// or tells of filters that an entrypoint adds.
pub(super) fn beyond(words: &[&str], container: &mut ContainerConfig) {
    let linux = container.linux.get_or_insert_default();
    for (key, value) in words.iter().filter_map(|word| word.split_once('=')) {
        match key {
            "oom" => {
                let resources = linux.resources.get_or_insert_default();
                resources.oom_score_adj = value.parse().unwrap();
            }
            "mask" => {
                let context = linux.security_context.get_or_insert_default();
                context.masked_paths.push(value.to_owned());
            }
            "device" => container.devices.push(Device {
                container_path: value.to_owned(),
                host_path: value.to_owned(),
                permissions: "rwm".into(),
            }),
            _ => {}
        }
    }
}

fn push(list: &mut Value, value: &str) {
    match list.as_array_mut() {
        Some(list) => list.push(json!(value)),
        None => *list = json!([value]),
    }
}
