//! What the kubelet asks of the runtime for a Pod of one container.

use std::path::Path;

use serde_json::Value;

use super::api::*;

/// What containerd masks and makes read-only is told by the kubelet: these, by default.
const MASKED: [&str; 9] = [
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
];
const READ_ONLY: [&str; 6] = [
    "/proc/asound",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// `NamespaceMode.POD`, `CONTAINER` and `NODE`.
const POD: i32 = 0;
const CONTAINER: i32 = 1;
const NODE: i32 = 2;

/// `SecurityProfile.RuntimeDefault`, `Unconfined` and `Localhost`.
const RUNTIME_DEFAULT: i32 = 0;
const UNCONFINED: i32 = 1;
const LOCALHOST: i32 = 2;

/// The annotation that appArmorProfile was before it was a field; a container's name follows.
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The sandbox of a Pod and its container; `profile` is the file of a Localhost profile.
pub(super) fn asked(
    pod: &Value,
    profile: Option<&Path>,
    logs: &Path,
) -> (PodSandboxConfig, ContainerConfig) {
    let spec = &pod["spec"];
    let declared = &spec["containers"][0];
    let host = |field: &str, otherwise| if spec[field] == true { NODE } else { otherwise };
    let spaces = NamespaceOption {
        network: host("hostNetwork", POD),
        pid: host("hostPID", CONTAINER),
        ipc: host("hostIPC", POD),
    };
    let context = context(pod, declared, profile, &spaces);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&pod["metadata"]["name"]);
    let namespace = pod["metadata"]["namespace"].as_str();
    let sandbox = PodSandboxConfig {
        metadata: Some(PodSandboxMetadata {
            name: name.clone(),
            uid: super::UID.into(),
            namespace: namespace.unwrap_or("default").into(),
        }),
        hostname: if spaces.network == NODE {
            String::new()
        } else {
            name
        },
        log_directory: logs.display().to_string(),
        labels: [("app".to_owned(), "lab".to_owned())].into(),
        linux: Some(LinuxPodSandboxConfig {
            cgroup_parent: format!("/kubepods/besteffort/pod{}", super::UID),
            security_context: Some(LinuxSandboxSecurityContext {
                namespace_options: Some(spaces),
                run_as_user: context.run_as_user,
                supplemental_groups: context.supplemental_groups.clone(),
                privileged: context.privileged,
                run_as_group: context.run_as_group,
            }),
        }),
    };
    let container = ContainerConfig {
        metadata: Some(Name {
            name: text(&declared["name"]),
        }),
        image: Some(Name {
            name: text(&declared["image"]),
        }),
        log_path: "log".into(),
        // Nothing comes from it: the shell waits until the Pod is stopped.
        stdin: true,
        mounts: mounts(spec, declared),
        linux: Some(LinuxContainerConfig {
            resources: Some(resources(&declared["resources"]["limits"])),
            security_context: Some(context),
        }),
        ..ContainerConfig::default()
    };
    (sandbox, container)
}

/// The container's own words win over the Pod's.
fn context(
    pod: &Value,
    container: &Value,
    profile: Option<&Path>,
    spaces: &NamespaceOption,
) -> LinuxContainerSecurityContext {
    let (all, own) = (
        &pod["spec"]["securityContext"],
        &container["securityContext"],
    );
    let either = |field: &str| {
        [&own[field], &all[field]]
            .into_iter()
            .find(|v| !v.is_null())
    };
    let id = |field: &str| either(field)?.as_i64().map(|value| Int64Value { value });
    let list = |value: &Value| -> Vec<String> {
        let texts = value.as_array().into_iter().flatten();
        texts
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    let groups = all["supplementalGroups"].as_array().into_iter().flatten();
    let groups = groups
        .chain(Some(&all["fsGroup"]))
        .filter_map(Value::as_i64);
    let masked = own["procMount"] != "Unmasked";
    let paths = |all: &[&str]| {
        let shown = all.iter().filter(|_| masked);
        shown.map(|path| (*path).to_owned()).collect()
    };
    LinuxContainerSecurityContext {
        capabilities: Some(Capability {
            add_capabilities: list(&own["capabilities"]["add"]),
            drop_capabilities: list(&own["capabilities"]["drop"]),
        }),
        privileged: own["privileged"] == true,
        namespace_options: Some(spaces.clone()),
        run_as_user: id("runAsUser"),
        readonly_rootfs: own["readOnlyRootFilesystem"] == true,
        supplemental_groups: groups.collect(),
        no_new_privs: own["allowPrivilegeEscalation"] == false,
        run_as_group: id("runAsGroup"),
        masked_paths: paths(&MASKED),
        readonly_paths: paths(&READ_ONLY),
        seccomp: Some(seccomp(either("seccompProfile"), profile)),
        apparmor: apparmor(pod, container),
    }
}

/// Without a word the kubelet asks for no filter.
fn seccomp(declared: Option<&Value>, file: Option<&Path>) -> SecurityProfile {
    let kind = declared.and_then(|declared| declared["type"].as_str());
    match (kind, file) {
        (Some("Localhost"), Some(file)) => SecurityProfile {
            profile_type: LOCALHOST,
            localhost_ref: file.display().to_string(),
        },
        (Some("RuntimeDefault"), _) => of_type(RUNTIME_DEFAULT),
        _ => of_type(UNCONFINED),
    }
}

/// Without a word the runtime decides.
fn apparmor(pod: &Value, container: &Value) -> Option<SecurityProfile> {
    let name = container["name"].as_str().unwrap_or_default();
    let annotation = &pod["metadata"]["annotations"][format!("{APPARMOR}{name}")];
    match annotation.as_str()? {
        "runtime/default" => Some(of_type(RUNTIME_DEFAULT)),
        "unconfined" => Some(of_type(UNCONFINED)),
        other => panic!("no Pod here has the AppArmor profile {other}"),
    }
}

fn of_type(profile_type: i32) -> SecurityProfile {
    SecurityProfile {
        profile_type,
        localhost_ref: String::new(),
    }
}

/// Volumes of the node's own folders.
fn mounts(spec: &Value, container: &Value) -> Vec<Mount> {
    let volumes = spec["volumes"].as_array().into_iter().flatten();
    let volumes: Vec<&Value> = volumes.collect();
    let mounts = container["volumeMounts"].as_array().into_iter().flatten();
    let mount = |mount: &Value| {
        let volume = volumes.iter().find(|v| v["name"] == mount["name"])?;
        Some(Mount {
            container_path: mount["mountPath"].as_str()?.to_owned(),
            host_path: volume["hostPath"]["path"].as_str()?.to_owned(),
        })
    };
    mounts.filter_map(mount).collect()
}

/// Memory in bytes, processors in thousandths: a quota in each tenth of a second.
fn resources(limits: &Value) -> LinuxContainerResources {
    const PERIOD_US: i64 = 100_000;
    let number = |field: &str, unit: &str| {
        let text = limits[field].as_str()?.strip_suffix(unit)?;
        text.parse::<i64>().ok()
    };
    let quota = number("cpu", "m").map(|milli| milli * PERIOD_US / 1000);
    LinuxContainerResources {
        cpu_period: quota.map_or(0, |_| PERIOD_US),
        cpu_quota: quota.unwrap_or(0),
        memory_limit_in_bytes: number("memory", "").unwrap_or(0),
        oom_score_adj: 0,
    }
}
