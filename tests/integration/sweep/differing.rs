//! Processes that are not as their container's first, and what is seen without privilege.

use amiconfined::confinement::Reading;

use super::placed::{A, ids, of};
use super::tree::{Proc, Tree};

#[test]
fn a_process_that_differs_is_a_row_and_a_host_process_inside_is_named() {
    let tree = Tree::new();
    let path = format!("/docker/{A}");
    tree.add(&Proc::new(90, 1));
    tree.add(&Proc::contained(500, 90, 5000, 1).at(&path));
    // Entered by exec with more capabilities and without the filter.
    tree.add(
        &Proc {
            caps: 0x1ff_ffff_ffff,
            seccomp: 0,
            comm: b"e\xffx\x1b[31m",
            ..Proc::contained(501, 90, 5000, 9)
        }
        .at(&path),
    );
    // Like the first one, and in another network namespace.
    let mut other = Proc::contained(502, 500, 5000, 10).at(&path);
    other.own[2] = ("net", 5999);
    tree.add(&other);
    // From the host, in the container's net and mnt namespaces.
    tree.add(
        &Proc {
            own: vec![("net", 5002), ("mnt", 5000)],
            comm: b"nsenter",
            ..Proc::new(510, 1)
        }
        .at("/user.slice"),
    );
    let (records, outcome) = tree.sweep(false);
    let [record] = records.as_slice() else {
        panic!("{:?}", ids(&records));
    };
    assert_eq!(record.processes, 3);
    let [entered, elsewhere] = record.deviations.as_slice() else {
        panic!("{:?}", record.deviations);
    };
    assert!(entered.pid == 501 && entered.entered);
    assert_eq!(entered.comm.known().unwrap().as_bytes(), b"e\xffx\x1b[31m");
    let what: Vec<&str> = entered
        .differences
        .iter()
        .map(|d| d.what.as_str())
        .collect();
    assert_eq!(
        what,
        [
            "capabilities.effective",
            "capabilities.permitted",
            "capabilities.bounding",
            "seccomp.mode",
            "seccomp.filters"
        ]
    );
    assert!(elsewhere.pid == 502 && !elsewhere.entered);
    assert_eq!(elsewhere.differences[0].what, "namespaces.net");
    let [guest] = record.guests.as_slice() else {
        panic!("{:?}", record.guests);
    };
    assert_eq!(guest.pid, 510);
    let kinds: Vec<&str> = guest.namespaces.iter().map(|k| k.name()).collect();
    assert_eq!(kinds, ["mnt", "net"]);
    assert_eq!(outcome.host_processes, 5);
}

#[test]
fn without_the_right_to_read_namespaces_containers_are_found_all_the_same() {
    let tree = Tree::new();
    tree.add(&Proc::contained(600, 1, 6000, 1).at(&format!("/docker/{A}")));
    tree.add(&Proc::contained(610, 1, 6100, 1));
    tree.add(&Proc::contained(611, 610, 6100, 2));
    for pid in [1, 600, 610, 611] {
        std::fs::remove_dir_all(tree.proc().join(format!("{pid}/ns"))).unwrap();
    }
    let (records, _) = tree.sweep(false);
    assert_eq!(ids(&records), [A, "pid:610"]);
    assert_eq!(of(&records, "pid:610").processes, 2);
    let mnt = of(&records, A)
        .confinement
        .namespaces
        .namespaces
        .iter()
        .find(|n| n.kind.name() == "mnt");
    assert!(matches!(mnt.unwrap().inode, Reading::Denied(_)));
}
