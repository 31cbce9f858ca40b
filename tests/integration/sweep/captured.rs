//! Containers of real nodes, containerd's and CRI-O's, as they were captured: control
//! groups and bundles as they lay on those nodes, names as the API server has them.

use amiconfined::confinement::{ContainerKind, Manager};
use serde_json::Value;

use super::tree::{Proc, Tree};
use crate::captures::captures;

#[test]
fn captured_containers_are_named_as_the_api_server_names_them() {
    let mut named = 0;
    for capture in captures() {
        let (Some(config), Some(cgroup)) =
            (capture.read("config.json"), capture.read("proc/cgroup"))
        else {
            continue;
        };
        let pod: Value = serde_json::from_str(&capture.read("pod.json").unwrap()).unwrap();
        let crio = capture.name.contains("crio");
        let last = cgroup.lines().next().unwrap().rsplit('/').next().unwrap();
        let id = last.trim_start_matches("crio-").to_owned();
        let tree = Tree::new();
        let (bundle, pid) = if crio {
            let dir = format!("run/containers/storage/overlay-containers/{id}/userdata");
            (dir, "pidfile")
        } else {
            let dir = format!("run/containerd/io.containerd.runtime.v2.task/k8s.io/{id}");
            (dir, "init.pid")
        };
        tree.write(&format!("{bundle}/config.json"), &config);
        tree.write(&format!("{bundle}/{pid}"), "100");
        tree.add(&Proc::contained(100, 1, 1000, 1).lines(&cgroup));
        let (records, _) = tree.sweep(false);
        let [record] = records.as_slice() else {
            panic!("{}: {records:#?}", capture.name);
        };
        let identity = &record.identity;
        let known = |text: Option<&amiconfined::confinement::Text>| text.map(ToString::to_string);
        let said = |field: &str| pod["metadata"][field].as_str().map(str::to_owned);
        assert_eq!(identity.id.to_string(), id, "{}", capture.name);
        assert_eq!(
            known(identity.pod_name.known()),
            said("name"),
            "{}",
            capture.name
        );
        assert_eq!(known(identity.pod_namespace.known()), said("namespace"));
        assert_eq!(
            known(identity.pod_uid.known()),
            said("uid"),
            "{}",
            capture.name
        );
        let container = capture.name.rsplit('/').next().map(str::to_owned);
        assert_eq!(known(identity.container_name.known()), container);
        let manager = if crio {
            Manager::Crio
        } else {
            Manager::Containerd
        };
        assert_eq!(identity.manager, Some(manager), "{}", capture.name);
        assert!(
            identity.kind.is(&ContainerKind::Workload),
            "{}",
            capture.name
        );
        named += 1;
    }
    println!("{named} captured containers");
}
