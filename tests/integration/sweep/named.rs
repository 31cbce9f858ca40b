//! Who a container is, by the state that its runtime keeps, and by nothing else.

use amiconfined::confinement::{ContainerIdentity, ContainerKind, Manager, Reading, Text};

use super::tree::{Proc, Tree};

pub(super) const A: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";

pub(super) fn known(reading: &Reading<Text>) -> Option<String> {
    reading.known().map(ToString::to_string)
}

/// Namespace, Pod, container, image, as far as they are known.
pub(super) fn names(identity: &ContainerIdentity) -> [Option<String>; 4] {
    [
        known(&identity.pod_namespace),
        known(&identity.pod_name),
        known(&identity.container_name),
        known(&identity.image),
    ]
}

pub(super) fn some(names: [&str; 4]) -> [Option<String>; 4] {
    names.map(|name| (!name.is_empty()).then(|| name.to_owned()))
}

pub(super) fn only(tree: &Tree) -> amiconfined::confinement::ContainerRecord {
    let (mut records, _) = tree.sweep(false);
    assert_eq!(records.len(), 1, "{records:#?}");
    records.remove(0)
}

pub(super) const CRI: &str = r#"{"ociVersion":"1.1.0","annotations":{
    "io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"c",
    "io.kubernetes.cri.image-name":"docker.io/library/web:1","io.kubernetes.cri.sandbox-name":"web-0",
    "io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.sandbox-uid":"1-2-3"}}"#;

#[test]
fn containerds_bundle_names_pod_and_container_and_the_kubelets_logs_restarts() {
    let tree = Tree::new();
    let task = format!("run/containerd/io.containerd.runtime.v2.task/k8s.io/{A}");
    tree.write(&format!("{task}/init.pid"), "100");
    tree.write(&format!("{task}/config.json"), CRI);
    tree.write("var/log/pods/shop_web-0_1-2-3/c/2.log", "");
    tree.write("var/log/pods/shop_web-0_1-2-3/c/3.log", "");
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/kubepods/besteffort/pod1-2-3/{A}")));
    let identity = only(&tree).identity;
    assert_eq!(
        names(&identity),
        some(["shop", "web-0", "c", "docker.io/library/web:1"])
    );
    assert_eq!(identity.manager, Some(Manager::Containerd));
    assert!(identity.kind.is(&ContainerKind::Workload));
    assert!(identity.restart.is(&3));
    assert_eq!(
        known(&identity.bundle),
        Some(format!("/{task}/config.json"))
    );
}

#[test]
fn crio_and_podman_are_told_apart_by_their_annotations() {
    let userdata = format!("run/containers/storage/overlay-containers/{A}/userdata");
    let tree = Tree::new();
    tree.write(&format!("{userdata}/pidfile"), "100\n");
    tree.write(
        &format!("{userdata}/config.json"),
        r#"{"ociVersion":"1.0.2","annotations":{"io.container.manager":"cri-o",
        "io.kubernetes.cri-o.ContainerType":"sandbox","io.kubernetes.pod.name":"web-0",
        "io.kubernetes.pod.namespace":"shop","io.kubernetes.container.name":"POD",
        "io.kubernetes.cri-o.ImageName":"pause:3","io.kubernetes.container.restartCount":"4"}}"#,
    );
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/kubepods.slice/crio-{A}.scope")));
    let identity = only(&tree).identity;
    assert_eq!(names(&identity), some(["shop", "web-0", "POD", "pause:3"]));
    assert_eq!(identity.manager, Some(Manager::Crio));
    assert!(identity.kind.is(&ContainerKind::Sandbox));
    assert!(identity.restart.is(&4));

    let tree = Tree::new();
    let storage = "var/lib/containers/storage/overlay-containers";
    tree.write(
        &format!("run/crun/{A}/status"),
        format!(r#"{{"pid":100,"process-start-time":10000,"bundle":"/{storage}/{A}/userdata"}}"#),
    );
    tree.write(
        &format!("{storage}/{A}/userdata/config.json"),
        r#"{"ociVersion":"1.0.2","annotations":{"io.container.manager":"libpod"}}"#,
    );
    tree.write(
        &format!("{storage}/containers.json"),
        format!(
            r#"[{{"id":"{A}","names":["x\u001b[2Jy"],"metadata":"{{\"image-name\":\"alpine\",\"name\":\"x\\u001b[2Jy\"}}"}}]"#
        ),
    );
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/machine.slice/libpod-{A}.scope")));
    let identity = only(&tree).identity;
    assert_eq!(names(&identity), some(["", "", "x\\x1b[2Jy", "alpine"]));
    assert_eq!(identity.manager, Some(Manager::Podman));
}

#[test]
fn docker_keeps_names_in_its_own_state_and_machined_in_its_own() {
    let tree = Tree::new();
    tree.write(
        &format!("var/lib/docker/containers/{A}/config.v2.json"),
        format!(
            r#"{{"ID":"{A}","Name":"/web","RestartCount":5,"State":{{"Pid":100}},
            "Config":{{"Image":"nginx:1","Labels":{{"io.kubernetes.pod.name":"p","io.kubernetes.docker.type":"podsandbox"}}}}}}"#
        ),
    );
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/docker/{A}")));
    let identity = only(&tree).identity;
    assert_eq!(names(&identity), some(["", "p", "web", "nginx:1"]));
    assert!(identity.restart.is(&5) && identity.kind.is(&ContainerKind::Sandbox));

    let tree = Tree::new();
    tree.write(
        "run/systemd/machines/box",
        "NAME=box\nCLASS=container\nLEADER=100\n",
    );
    tree.add(&Proc::contained(100, 1, 1000, 1).at("/machine.slice/machine-box.scope/payload"));
    let identity = only(&tree).identity;
    assert_eq!(known(&identity.container_name).as_deref(), Some("box"));
    assert_eq!(identity.manager, Some(Manager::Systemd));
}

#[test]
fn a_name_of_any_form_is_found_by_the_process_that_the_state_names() {
    let tree = Tree::new();
    tree.write("run/runc/web/state.json", r#"{"id":"web","init_process_pid":100,"init_process_start":10000,"config":{"labels":["bundle=/srv/web"]}}"#);
    tree.write("srv/web/config.json", r#"{"ociVersion":"1.0.2"}"#);
    // In the node's own pid namespace, and two cgroups deep.
    tree.add(
        &Proc {
            own: vec![("mnt", 1000)],
            ..Proc::new(100, 1)
        }
        .at("/web/init"),
    );
    tree.add(
        &Proc {
            own: vec![("mnt", 1000)],
            ..Proc::new(101, 100)
        }
        .at("/web/job"),
    );
    let record = only(&tree);
    assert_eq!(record.identity.id.to_string(), "web");
    assert_eq!(record.processes, 2);
    assert_eq!(
        known(&record.identity.bundle).as_deref(),
        Some("/srv/web/config.json")
    );
}

#[test]
fn kata_and_gvisor_are_named_by_the_shim_that_runs_them() {
    let tree = Tree::new();
    let task = format!("run/containerd/io.containerd.runtime.v2.task/k8s.io/{A}");
    tree.write(&format!("{task}/init.pid"), "100");
    tree.write(
        &format!("{task}/shim-binary-path"),
        "/usr/bin/containerd-shim-runsc-v1",
    );
    tree.write(&format!("{task}/config.json"), CRI);
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/kubepods/besteffort/pod1-2-3/{A}")));
    let record = only(&tree);
    let sandbox = record.confinement.runtime.sandbox;
    assert_eq!(
        sandbox.value,
        Some(amiconfined::confinement::Sandbox::Gvisor)
    );
    assert!(
        record
            .half_seen
            .iter()
            .any(|why| why.contains("own kernel")),
        "{:?}",
        record.half_seen
    );
}
