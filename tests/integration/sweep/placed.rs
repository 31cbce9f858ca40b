//! Which processes form one container, under every layout of cgroups.

use amiconfined::confinement::{ContainerKind, ContainerRecord, Manager};

use super::tree::{Proc, Tree};

pub(super) const A: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";
const B: &str = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0";

pub(super) fn ids(records: &[ContainerRecord]) -> Vec<String> {
    let mut ids: Vec<String> = records.iter().map(|r| r.identity.id.to_string()).collect();
    ids.sort();
    ids
}

pub(super) fn of<'a>(records: &'a [ContainerRecord], id: &str) -> &'a ContainerRecord {
    let found = records.iter().find(|r| r.identity.id.to_string() == id);
    found.unwrap_or_else(|| panic!("no {id} in {:?}", ids(records)))
}

#[test]
fn a_container_is_found_under_each_driver_version_and_manager() {
    let v1 =
        |path: &str| format!("9:name=systemd:{path}\n8:pids:{path}\n4:memory:{path}\n3:cpuset:/\n");
    let hybrid = |path: &str| format!("{}0::/\n", v1(path));
    let v2 = |path: &str| format!("0::{path}\n");
    let uid = "6860f1f5_c2e2_4a71";
    let paths = [
        (format!("/docker/{A}"), Some(Manager::Docker), false),
        (
            format!("/system.slice/docker-{A}.scope"),
            Some(Manager::Docker),
            false,
        ),
        (
            format!("/kubepods/burstable/pod6860f1f5-c2e2-4a71/{A}"),
            None,
            true,
        ),
        (
            format!("/kubepods/besteffort/pod6860f1f5-c2e2-4a71/crio-{A}"),
            Some(Manager::Crio),
            true,
        ),
        (
            format!("/kubepods.slice/kubepods-pod{uid}.slice/cri-containerd-{A}.scope"),
            Some(Manager::Containerd),
            true,
        ),
        (
            format!(
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{uid}.slice/crio-{A}.scope"
            ),
            Some(Manager::Crio),
            true,
        ),
        (
            format!(
                "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{uid}.slice/cri-containerd-{A}.scope"
            ),
            Some(Manager::Containerd),
            true,
        ),
        (
            format!("/machine.slice/libpod-{A}.scope/container"),
            Some(Manager::Podman),
            false,
        ),
        (
            format!(
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{A}.scope/container"
            ),
            Some(Manager::Podman),
            false,
        ),
        (
            format!("/libpod_parent/libpod-{A}"),
            Some(Manager::Podman),
            false,
        ),
        (format!("/default/{A}"), None, false),
        ("/lxc.payload.web".to_owned(), Some(Manager::Lxc), false),
        ("/lxc/web".to_owned(), Some(Manager::Lxc), false),
        (
            "/machine.slice/machine-web.scope/payload".to_owned(),
            Some(Manager::Systemd),
            false,
        ),
        (
            "/machine.slice/systemd-nspawn@web.service/payload".to_owned(),
            Some(Manager::Systemd),
            false,
        ),
    ];
    for (path, manager, in_pod) in &paths {
        for lines in [v1(path), hybrid(path), v2(path)] {
            let tree = Tree::new();
            tree.add(&Proc::new(90, 1).at("/system.slice/conmon.scope"));
            tree.add(&Proc::contained(100, 90, 1000, 1).lines(&lines));
            tree.add(&Proc::contained(101, 100, 1000, 7).lines(&lines));
            let (records, outcome) = tree.sweep(false);
            let [record] = records.as_slice() else {
                panic!("{lines}: {:?}", ids(&records));
            };
            let id = if path.contains(A) { A } else { "web" };
            assert_eq!(record.identity.id.to_string(), id, "{lines}");
            assert_eq!(record.identity.manager, *manager, "{lines}");
            assert_eq!(record.processes, 2, "{lines}");
            assert_eq!(record.confinement.process.pid, 100, "{lines}");
            let pod = record.identity.pod_uid.known().map(ToString::to_string);
            assert_eq!(
                pod.as_deref(),
                in_pod.then_some("6860f1f5-c2e2-4a71"),
                "{lines}"
            );
            assert_eq!(outcome.host_processes, 4, "{lines}");
            assert!(
                record.deviations.is_empty() && record.half_seen.is_empty(),
                "{record:?}"
            );
        }
    }
}

#[test]
fn kernel_threads_and_plain_processes_are_the_hosts_and_reported_when_asked_for() {
    let tree = Tree::new();
    tree.add(&Proc::new(50, 1).at("/system.slice/cron.service"));
    tree.add(&Proc::new(51, 1).at("/user.slice/session-1.scope"));
    let (records, outcome) = tree.sweep(false);
    assert!(records.is_empty(), "{:?}", ids(&records));
    assert_eq!(outcome.host_processes, 5);
    let (records, outcome) = tree.sweep(true);
    assert_eq!(
        ids(&records),
        [
            "/",
            "/system.slice/cron.service",
            "/user.slice/session-1.scope"
        ]
    );
    assert!(
        records
            .iter()
            .all(|r| r.identity.kind.is(&ContainerKind::Host))
    );
    assert_eq!(outcome.containers, 0);
}

#[test]
fn sandboxes_without_a_runtime_are_found_by_their_namespaces() {
    let tree = Tree::new();
    // bubblewrap: a monitor outside, pid 1 and the command inside.
    tree.add(&Proc {
        comm: b"bwrap",
        ..Proc::new(200, 1)
    });
    tree.add(&Proc {
        comm: b"bwrap",
        ..Proc::contained(201, 200, 2000, 1)
    });
    tree.add(&Proc::contained(202, 201, 2000, 2));
    // A mount namespace alone, and a user namespace alone.
    tree.add(&Proc {
        own: vec![("mnt", 2100)],
        ..Proc::new(210, 1)
    });
    tree.add(&Proc {
        own: vec![("user", 2200)],
        ..Proc::new(220, 1)
    });
    let (records, _) = tree.sweep(false);
    assert_eq!(ids(&records), ["mnt:[2100]", "pid:[2001]", "user:[2200]"]);
    let bubble = of(&records, "pid:[2001]");
    assert_eq!((bubble.processes, bubble.confinement.process.pid), (2, 201));
    assert!(bubble.identity.kind.is(&ContainerKind::Unmanaged));
}

#[test]
fn services_are_containers_only_where_they_are_confined() {
    let tree = Tree::new();
    let unit = |name: &str| format!("/system.slice/{name}.service");
    tree.add(&Proc::new(300, 1).at(&unit("plain")));
    tree.add(
        &Proc {
            own: vec![("mnt", 3000)],
            ..Proc::new(310, 1)
        }
        .at(&unit("private")),
    );
    tree.add(
        &Proc {
            seccomp: 2,
            ..Proc::new(320, 1)
        }
        .at(&unit("filtered")),
    );
    tree.add(
        &Proc {
            caps: 0x400,
            ..Proc::new(330, 1)
        }
        .at(&unit("dropped")),
    );
    let (records, _) = tree.sweep(false);
    assert_eq!(
        ids(&records),
        ["dropped.service", "filtered.service", "private.service"]
    );
    for record in &records {
        assert!(record.identity.kind.is(&ContainerKind::Service));
        assert_eq!(record.identity.manager, Some(Manager::Systemd));
    }
}

#[test]
fn nested_containers_are_their_own_and_say_what_they_are_in() {
    let tree = Tree::new();
    let outer = format!("/docker/{A}");
    let inner = format!("/docker/{A}/docker/{B}");
    tree.add(&Proc::contained(400, 1, 4000, 1).at(&outer));
    tree.add(
        &Proc {
            nspid: "401\t9\t1".into(),
            ..Proc::contained(401, 400, 4100, 1)
        }
        .at(&inner),
    );
    // A cgroup with a container's name, made by the container itself: no other container.
    tree.add(
        &Proc::contained(402, 400, 4000, 5).at(&format!("/docker/{A}/docker/{}", "0".repeat(64))),
    );
    let (records, _) = tree.sweep(false);
    assert_eq!(ids(&records), [A, B]);
    assert_eq!(of(&records, A).processes, 2);
    assert_eq!(of(&records, A).nested_in, None);
    assert_eq!(of(&records, B).nested_in.as_ref().unwrap().to_string(), A);
}
