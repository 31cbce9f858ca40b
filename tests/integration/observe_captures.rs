//! `observe` on captured containers of real nodes, against what the runtime was told.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use amiconfined::confinement::*;
use amiconfined::observe::{Observe, ProcRoot, Target, observe};
use serde_json::Value;

use crate::captures::{Capture, captures};

/// Files that were captured under their own names.
const FILES: [&str; 9] = [
    "status",
    "cgroup",
    "mountinfo",
    "uid_map",
    "gid_map",
    "setgroups",
    "limits",
    "oom_score_adj",
    "cmdline",
];

/// Puts the captured files where `/proc` has them, those of process 7 of it; `None` for a
/// container that never ran.
pub(crate) fn lay_out(capture: &Capture, tree: &Path) -> Option<()> {
    capture.read("proc/status")?;
    let dir = tree.join("proc/7");
    fs::create_dir_all(dir.join("ns")).unwrap();
    for file in FILES {
        if let Ok(bytes) = fs::read(capture.dir.join("proc").join(file)) {
            fs::write(dir.join(file), bytes).unwrap();
        }
    }
    let links: Value = serde_json::from_str(&capture.read("proc/ns.json")?).unwrap();
    for (kind, target) in links.as_object().unwrap() {
        symlink(target.as_str().unwrap(), dir.join("ns").join(kind)).unwrap();
    }
    Some(())
}

/// Observes process 7 of a tree.
fn observed(capture: &Capture, tree: &Path) -> Option<Confinement> {
    lay_out(capture, tree)?;
    let options = Observe {
        target: Target {
            pid: 7,
            is_self: false,
        },
        root: std::sync::Arc::new(ProcRoot::open(tree)),
        live: false,
    };
    Some(observe(&ProcRoot::open(tree.join("proc")), &options).unwrap())
}

fn each(check: impl Fn(&str, &Confinement, &Value)) {
    let mut checked = 0;
    for capture in captures() {
        let tree = tempfile::tempdir().unwrap();
        let (Some(found), Some(config)) =
            (observed(&capture, tree.path()), capture.read("config.json"))
        else {
            continue;
        };
        check(
            &capture.name,
            &found,
            &serde_json::from_str(&config).unwrap(),
        );
        checked += 1;
    }
    println!("{checked} captured containers");
}

fn mask(names: &Value) -> u64 {
    let names = names.as_array().cloned().unwrap_or_default();
    // A name that is no capability's is passed over, as containerd and runc do.
    let numbers = names
        .iter()
        .filter_map(|n| capability_number(n.as_str().unwrap()));
    numbers.fold(0, |mask, number| mask | 1 << number)
}

#[test]
fn identity_and_capabilities_are_what_the_runtime_was_told() {
    each(|name, found, config| {
        let user = &config["process"]["user"];
        let offset = |kind: &str| config["linux"][kind][0]["hostID"].as_u64().unwrap_or(0);
        let uid = found.identity.uid.known().unwrap();
        assert_eq!(
            u64::from(uid.effective),
            user["uid"].as_u64().unwrap() + offset("uidMappings"),
            "{name}"
        );
        let gid = found.identity.gid.known().unwrap();
        assert_eq!(
            u64::from(gid.filesystem),
            user["gid"].as_u64().unwrap() + offset("gidMappings"),
            "{name}"
        );
        let mut told: Vec<u64> = user["additionalGids"]
            .as_array()
            .map(|all| {
                all.iter()
                    .map(|g| g.as_u64().unwrap() + offset("gidMappings"))
                    .collect()
            })
            .unwrap_or_default();
        told.sort_unstable();
        let groups: Vec<u64> = found
            .identity
            .groups
            .known()
            .unwrap()
            .iter()
            .map(|g| u64::from(*g))
            .collect();
        assert_eq!(groups, told, "{name}");
        let nnp = config["process"]["noNewPrivileges"]
            .as_bool()
            .unwrap_or(false);
        assert!(found.identity.no_new_privs.is(&nnp), "{name}");
        // The node's runtime holds less than everything, and is not told to hold more; what it
        // is told of effective and permitted the kernel takes from a user that is not root.
        let caps = &config["process"]["capabilities"];
        let node = !(1u64 << 24);
        let bounding = found.capabilities.bounding.known().unwrap();
        assert_eq!(bounding.0, mask(&caps["bounding"]) & node, "{name}");
        let effective = found.capabilities.effective.known().unwrap();
        let ambient = found.capabilities.ambient.known().unwrap();
        assert_eq!(ambient.0, mask(&caps["ambient"]) & node, "{name}");
        let expected = if user["uid"] == 0 {
            mask(&caps["effective"]) & node
        } else {
            ambient.0
        };
        assert_eq!(effective.0, expected, "{name}");
        let score = config["process"]["oomScoreAdj"].as_i64().unwrap_or(0);
        assert_eq!(
            i64::from(*found.limits.oom_score_adj.known().unwrap()),
            score,
            "{name}"
        );
        let filter = config["linux"]["seccomp"].is_object();
        let mode = if filter {
            SeccompMode::Filter
        } else {
            SeccompMode::Disabled
        };
        assert!(found.seccomp.mode.is(&mode), "{name}");
    });
}

#[test]
fn namespaces_are_told_initial_as_the_node_has_them() {
    for capture in captures() {
        let tree = tempfile::tempdir().unwrap();
        let Some(found) = observed(&capture, tree.path()) else {
            continue;
        };
        let host = capture.dir.join("../../host-ns.json");
        let host: Value = serde_json::from_str(&fs::read_to_string(host).unwrap()).unwrap();
        for namespace in &found.namespaces.namespaces {
            let kind = namespace.kind.name();
            let link = format!("{kind}:[{}]", namespace.inode.known().unwrap());
            let is_hosts = host[kind] == link.as_str();
            match &namespace.initial {
                Reading::Known(initial) => {
                    assert_eq!(initial.initial, is_hosts, "{} {kind}", capture.name)
                }
                // No kernel release was captured, so that a number of its own proves nothing.
                refused => assert!(
                    !is_hosts && matches!(kind, "mnt" | "net"),
                    "{kind} {refused:?}"
                ),
            }
        }
    }
}

#[test]
fn the_tree_is_protected_as_the_runtime_was_told() {
    each(|name, found, config| {
        let root = found.filesystem.root.known().unwrap();
        let readonly = config["root"]["readonly"].as_bool().unwrap_or(false);
        assert_eq!(root.read_only, readonly, "{name}");
        let told = |list: &str, path: &str| {
            config["linux"][list]
                .as_array()
                .is_some_and(|all| all.iter().any(|p| p == path))
        };
        let protected = |paths: &[ProtectedPath], list: &str, state: Protection| {
            for path in paths {
                match &path.state {
                    Reading::Known(found) => {
                        let is = told(list, &path.path);
                        assert_eq!(*found == state, is, "{name} {}: {found:?}", path.path);
                    }
                    // Nothing is mounted on it: whether it exists, the capture does not tell.
                    refused => assert!(refused.denial().is_some(), "{name} {}", path.path),
                }
            }
        };
        protected(&found.filesystem.masked, "maskedPaths", Protection::Masked);
        protected(
            &found.filesystem.readonly,
            "readonlyPaths",
            Protection::ReadOnly,
        );
        // What a Pod mounts of the host is none of the runtime's and the kubelet's own files.
        for mount in found.filesystem.host_paths.known().unwrap() {
            let told = config["mounts"].as_array().unwrap();
            let source = told
                .iter()
                .find(|m| mount.mount_point == *m["destination"].as_str().unwrap());
            assert!(
                source.is_some_and(|m| m["type"] == "bind"),
                "{name} {mount:?}"
            );
        }
    });
}

#[test]
fn pod_and_container_are_recognised() {
    each(|name, found, config| {
        let runtime = &found.runtime;
        assert_eq!(runtime.sandbox.value, Some(Sandbox::RuncLike), "{name}");
        assert_eq!(runtime.kubernetes.value, Some(true), "{name}");
        let manager = if name.contains("crio") {
            Manager::Crio
        } else {
            Manager::Containerd
        };
        assert_eq!(
            runtime.manager.value,
            Some(manager),
            "{name}: {:?}",
            runtime.manager
        );
        let path = config["linux"]["cgroupsPath"].as_str().unwrap();
        let id = runtime.container_id.known().unwrap().to_string();
        assert!(path.ends_with(&id) && id.len() == 64, "{name} {id}");
        let uid = runtime.pod_uid.known().unwrap().to_string();
        assert!(path.contains(&uid), "{name} {uid}");
    });
}
