//! State and paths that are not a container's own give it no name.

use super::named::{A, CRI, names, only, some};
use super::tree::{Proc, Tree};

#[test]
fn a_cgroup_path_that_looks_like_another_containers_gets_none_of_its_names() {
    let tree = Tree::new();
    let task = format!("run/containerd/io.containerd.runtime.v2.task/k8s.io/{A}");
    tree.write(&format!("{task}/init.pid"), "100");
    tree.write(&format!("{task}/config.json"), CRI);
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&format!("/kubepods/besteffort/pod1-2-3/{A}")));
    tree.add(&Proc::contained(200, 1, 2000, 1).at(&format!("/evil/cri-containerd-{A}.scope")));
    let (records, _) = tree.sweep(false);
    assert_eq!(records.len(), 2, "{records:#?}");
    let by_pid = |pid| {
        records
            .iter()
            .find(|r| r.confinement.process.pid == pid)
            .unwrap()
    };
    assert_eq!(
        names(&by_pid(100).identity),
        some(["shop", "web-0", "c", "docker.io/library/web:1"])
    );
    assert!(by_pid(100).half_seen.is_empty());
    let evil = by_pid(200);
    assert_eq!(names(&evil.identity), some(["", "", "", ""]));
    assert_ne!(evil.identity.id.to_string(), A);
    assert!(
        evil.half_seen[0].contains("withheld"),
        "{:?}",
        evil.half_seen
    );
}

#[test]
fn two_containers_in_one_cgroup_stay_two() {
    let tree = Tree::new();
    for (id, pid) in [(A, 100), ("evil", 200)] {
        tree.write(
            &format!("run/runc/{id}/state.json"),
            format!(
                r#"{{"id":"{id}","init_process_pid":{pid},"init_process_start":{}}}"#,
                pid * 100
            ),
        );
    }
    let path = format!("/docker/{A}");
    tree.add(&Proc::contained(100, 1, 1000, 1).at(&path));
    tree.add(&Proc::contained(200, 1, 2000, 1).at(&path));
    tree.add(&Proc::contained(201, 200, 2000, 2).at(&path));
    let (records, _) = tree.sweep(false);
    let mut seen: Vec<(String, u32)> = records
        .iter()
        .map(|r| (r.identity.id.to_string(), r.processes))
        .collect();
    seen.sort();
    assert_eq!(seen, [(A.to_owned(), 1), ("evil".to_owned(), 2)]);
    let evil = records
        .iter()
        .find(|r| r.identity.id.to_string() == "evil")
        .unwrap();
    assert!(
        evil.half_seen[0].contains("says that process 200"),
        "{:?}",
        evil.half_seen
    );
}

#[test]
fn a_stale_state_whose_number_another_process_has_names_nobody() {
    let tree = Tree::new();
    tree.write(
        "run/runc/old/state.json",
        r#"{"id":"old","init_process_pid":100,"init_process_start":7}"#,
    );
    tree.add(&Proc::contained(100, 1, 1000, 1));
    assert_eq!(only(&tree).identity.id.to_string(), "pid:[1001]");
}

#[test]
fn a_users_own_state_holds_only_of_that_users_containers() {
    let tree = Tree::new();
    let state = |pid: u32| format!(r#"{{"pid":{pid},"bundle":"/home/u/b"}}"#);
    tree.write("run/user/1000/crun/mine/status", state(100));
    tree.write("run/user/1000/crun/theirs/status", state(200));
    tree.add(&Proc {
        uid_map: "0 1000 1\n1 100000 65536\n",
        ..Proc::contained(100, 1, 1000, 1)
    });
    tree.add(&Proc::contained(200, 1, 2000, 1));
    let (records, _) = tree.sweep(false);
    let mut ids: Vec<String> = records.iter().map(|r| r.identity.id.to_string()).collect();
    ids.sort();
    assert_eq!(ids, ["mine", "pid:[2001]"]);
}
