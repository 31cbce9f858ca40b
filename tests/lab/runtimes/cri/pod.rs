//! The settings' words as a Pod's sandbox and its container.

use std::path::Path;

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

/// `NamespaceMode.CONTAINER` and `NODE`.
const CONTAINER: i32 = 1;
const NODE: i32 = 2;

/// A sandbox and a container, both named after the cell.
pub(super) fn pod(
    words: &[&str],
    profile: Option<&Path>,
    logs: &Path,
    id: &str,
) -> (PodSandboxConfig, ContainerConfig) {
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let mut spaces = NamespaceOption {
        pid: CONTAINER,
        ..NamespaceOption::default()
    };
    let mut container = ContainerConfig {
        metadata: Some(Name { name: "lab".into() }),
        image: Some(Name {
            name: super::super::IMAGE.into(),
        }),
        command: super::super::command(entry(words), id),
        log_path: "log".into(),
        // Nothing comes from it: the shell waits until the Pod is stopped.
        stdin: true,
        ..ContainerConfig::default()
    };
    let mut resources = LinuxContainerResources::default();
    let mut context = LinuxContainerSecurityContext {
        masked_paths: owned(&MASKED),
        readonly_paths: owned(&READ_ONLY),
        // Without a word the kubelet asks for no filter.
        seccomp: Some(seccomp(1, None)),
        ..LinuxContainerSecurityContext::default()
    };
    if profile.is_some() {
        context.seccomp = Some(seccomp(2, profile));
    }
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<i64>().unwrap();
        let capabilities = context.capabilities.get_or_insert_default();
        match key {
            "user" => context.run_as_user = Some(Int64Value { value: number() }),
            "groups" => {
                let ids = value.split(',').map(|id| id.parse().unwrap());
                context.supplemental_groups = ids.collect();
            }
            "no_new_privs" => context.no_new_privs = true,
            "add" => capabilities.add_capabilities.push(value.to_owned()),
            "drop" => capabilities.drop_capabilities.push(value.to_owned()),
            "read_only" => context.readonly_rootfs = true,
            "unmasked" => {
                context.masked_paths.clear();
                context.readonly_paths.clear();
            }
            "mask" => context.masked_paths.push(value.to_owned()),
            "privileged" => context.privileged = true,
            "device" => container.devices.push(Device {
                container_path: value.to_owned(),
                host_path: value.to_owned(),
                permissions: "rwm".into(),
            }),
            "mount" => {
                let (host, inside) = value.split_once(':').unwrap();
                container.mounts.push(Mount {
                    container_path: inside.to_owned(),
                    host_path: host.to_owned(),
                });
            }
            "host" => match value {
                "pid" => spaces.pid = NODE,
                "ipc" => spaces.ipc = NODE,
                _ => spaces.network = NODE,
            },
            "memory" => resources.memory_limit_in_bytes = number(),
            "cpu" => (resources.cpu_quota, resources.cpu_period) = (number(), 100_000),
            "oom" => resources.oom_score_adj = number(),
            "entry" => {}
            "seccomp" if value == "default" => context.seccomp = Some(seccomp(0, None)),
            "seccomp" => {}
            other => panic!("no such word for a Pod: {other}"),
        }
    }
    let sandbox = PodSandboxConfig {
        metadata: Some(PodSandboxMetadata {
            name: id.into(),
            uid: super::UID.into(),
            namespace: "lab".into(),
        }),
        hostname: if spaces.network == NODE { "" } else { "lab" }.into(),
        log_directory: logs.display().to_string(),
        labels: [("app".to_owned(), "lab".to_owned())].into(),
        linux: Some(LinuxPodSandboxConfig {
            cgroup_parent: format!("/kubepods/besteffort/pod{}", super::UID),
            security_context: Some(LinuxSandboxSecurityContext {
                namespace_options: Some(spaces.clone()),
                privileged: context.privileged,
            }),
        }),
    };
    context.namespace_options = Some(spaces);
    container.linux = Some(LinuxContainerConfig {
        resources: Some(resources),
        security_context: Some(context),
    });
    (sandbox, container)
}

/// How many filters the entrypoint adds.
fn entry(words: &[&str]) -> u32 {
    let count = words.iter().find_map(|word| word.strip_prefix("entry="));
    count.map_or(0, |count| count.parse().unwrap())
}

fn seccomp(profile_type: i32, file: Option<&Path>) -> SecurityProfile {
    SecurityProfile {
        profile_type,
        localhost_ref: file.map(|f| f.display().to_string()).unwrap_or_default(),
    }
}
