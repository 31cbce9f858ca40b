//! A Pod with one field that its container does not keep.

use serde_json::{Value, json};

/// The ids that have to be found of a Pod with one field changed.
pub(crate) type Changed = (String, Vec<&'static str>);

/// The Pod with one field changed at a time, each to what its container is not.
pub(super) fn changed(pod: &Value) -> Vec<Changed> {
    const OWN: &str = "/spec/containers/0/securityContext";
    const ALL: &str = "/spec/securityContext";
    let own = &pod["spec"]["containers"][0]["securityContext"];
    let privileged = own["privileged"] == true;
    let mut all = Vec::new();
    let mut change = |field: &str, value: Value, ids: &[&'static str]| {
        let mut other = pod.clone();
        let (parent, key) = field.rsplit_once('/').unwrap();
        for context in [ALL, OWN].into_iter().filter(|context| parent == *context) {
            let (above, key) = context.rsplit_once('/').unwrap();
            let above = other.pointer_mut(above).unwrap();
            above[key]
                .as_object()
                .is_none()
                .then(|| above[key] = json!({}));
        }
        other.pointer_mut(parent).unwrap()[key] = value;
        all.push((other.to_string(), ids.to_vec()));
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
        &format!("{ALL}/supplementalGroups"),
        json!(groups),
        &["groups"],
    );
    if !privileged {
        let escalates = own["allowPrivilegeEscalation"] != false;
        change(
            &format!("{OWN}/allowPrivilegeEscalation"),
            json!(!escalates),
            &["no-new-privs"],
        );
        let profiles = [own, &pod["spec"]["securityContext"]].map(|c| &c["seccompProfile"]);
        let unconfined = profiles.iter().all(|profile| profile.is_null());
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
