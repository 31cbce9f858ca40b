//! Kata from outside: a virtual machine in its Pod's control group.

use amiconfined::confinement::{ContainerKind, Reading, Sandbox};

use super::placed::A;
use super::tree::{Proc, Tree};

#[test]
fn a_pod_in_a_virtual_machine_is_one_sandbox_of_which_the_inside_is_not_seen() {
    let tree = Tree::new();
    let task = format!("run/containerd/io.containerd.runtime.v2.task/k8s.io/{A}");
    tree.write(
        &format!("{task}/config.json"),
        r#"{"ociVersion":"1.1.0","process":{"user":{"uid":65535}},"annotations":{
        "io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-name":"web-0",
        "io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.sandbox-uid":"1-2-3"}}"#,
    );
    tree.write(&format!("run/vc/vm/{A}/pid"), "102");
    let path = format!("/kubepods/besteffort/pod1-2-3/{A}");
    let process = |pid: u32, parent: u32, comm: &'static [u8]| {
        Proc {
            comm,
            own: vec![("net", 5000)],
            ..Proc::new(pid, parent)
        }
        .at(&path)
    };
    tree.add(&process(100, 1, b"containerd-shim"));
    tree.add(&process(101, 100, b"virtiofsd"));
    tree.add(&process(102, 100, b"qemu-system-x86"));
    let (records, _) = tree.sweep(false);
    let [record] = records.as_slice() else {
        panic!("{records:#?}");
    };
    let identity = &record.identity;
    assert_eq!(identity.id.to_string(), A);
    assert!(identity.kind.is(&ContainerKind::Sandbox));
    assert_eq!(identity.pod_name.known().unwrap().to_string(), "web-0");
    assert_eq!((record.processes, record.confinement.process.pid), (3, 102));
    let sandbox = &record.confinement.runtime.sandbox;
    assert_eq!(sandbox.value, Some(Sandbox::Kata));
    assert!(sandbox.evidence[0].contains("/run/vc/vm/"), "{sandbox:?}");
    // Uid 65535 was told to the machine's own kernel; the machine itself is no drift.
    assert!(matches!(record.controls, Reading::Absent { .. }));
    assert!(
        record.half_seen[0].contains("own kernel"),
        "{:?}",
        record.half_seen
    );
}
