//! The tables of `syscall-tables/`: lookups, rows that must be there, and in the
//! modules below the parser and what others say of the same numbers.

use amiconfined::syscalls::{self, Abi, Execution, Release, X32_BIT};

mod build;
mod parser;
mod sources;

#[test]
fn every_name_and_number_is_found_again() {
    for abi in Abi::ALL {
        let table = abi.syscalls();
        assert!(table.len() > 300, "{abi} has {} rows", table.len());
        for row in table {
            let (number, name) = (row.number, row.name());
            assert_eq!(abi.name(number), Some(name), "{abi} {number}");
            assert_eq!(abi.number(name), Some(number), "{abi} {name}");
            let semantics = syscalls::semantics(name);
            assert!(semantics.is_some(), "{name} has no semantics");
            assert_eq!(row.semantics(), semantics, "{abi} {name}");
            assert_eq!(row.number & X32_BIT != 0, abi == Abi::X32);
        }
        assert_eq!(abi.name(abi.end()), None);
        assert!(abi.name(abi.end() - 1).is_some());
        assert_eq!(abi.number("no_such_syscall"), None);
        assert_eq!(Abi::from_name(abi.as_str()), Some(abi));
        assert_eq!(Abi::from_name(abi.oci_name()), Some(abi));
        assert_eq!(Abi::of_call(abi.audit_arch(), abi.first()), Some(abi));
    }
    assert!(syscalls::semantics("no_such_syscall").is_none());
    assert!(syscalls::argument_vectors("no_such_syscall").is_empty());
}

#[test]
fn the_newest_syscalls_are_there() {
    for (name, number) in [
        ("file_getattr", 468),
        ("file_setattr", 469),
        ("listns", 470),
        ("rseq_slice_yield", 471),
    ] {
        for abi in Abi::ALL {
            assert_eq!(abi.number(name), Some(abi.first() + number), "{abi} {name}");
        }
    }
    assert_eq!(Abi::X86_64.number("uretprobe"), Some(335));
    assert_eq!(Abi::X86_64.number("uprobe"), Some(336));
    let release = Release::from_uname(syscalls::KERNEL_RELEASE);
    assert!(release >= Some(Release::new(6, 18, 0)));
    let newest = Abi::ALL
        .iter()
        .flat_map(|abi| abi.syscalls())
        .filter_map(|row| syscalls::semantics(row.name())?.since)
        .max();
    assert!(newest <= release, "a row is newer than the tables' release");
}

#[test]
fn executed_rows_say_why_they_are_harmless() {
    let mut safe = 0;
    for row in Abi::ALL.iter().flat_map(|abi| abi.syscalls()) {
        match syscalls::semantics(row.name()).map(|known| known.execution) {
            Some(Execution::Safe { why, .. }) => {
                assert!(why.contains(".c"), "{} cites no kernel source", row.name());
                safe += 1;
            }
            Some(Execution::Never { why }) => assert!(!why.is_empty()),
            None => panic!("{} has no semantics", row.name()),
        }
    }
    assert!(safe > 0);
}

/// What filters are known to look at, by the design's list: syscall, then labels that must be there.
const ASKED: &[(&str, &[&str])] = &[
    (
        "clone",
        &[
            "CLONE_NEWUSER",
            "CLONE_NEWNS",
            "CLONE_NEWPID",
            "CLONE_NEWNET",
            "CLONE_NEWUTS",
            "CLONE_NEWIPC",
            "CLONE_NEWCGROUP",
        ],
    ),
    ("clone3", &["64 bytes"]),
    ("unshare", &["CLONE_NEWUSER", "CLONE_NEWTIME"]),
    ("setns", &["CLONE_NEWUSER", "any kind"]),
    (
        "socket",
        &[
            "AF_UNIX",
            "AF_ALG",
            "AF_VSOCK",
            "AF_PACKET",
            "AF_NETLINK ROUTE",
            "AF_NETLINK AUDIT",
        ],
    ),
    ("personality", &["PER_LINUX", "ADDR_NO_RANDOMIZE"]),
    ("ioctl", &["TIOCSTI", "TIOCLINUX", "TIOCSETD"]),
    ("prctl", &["PR_SET_SECCOMP", "PR_SET_NO_NEW_PRIVS"]),
    ("bpf", &["BPF_PROG_LOAD", "BPF_MAP_CREATE"]),
    ("mount", &["MS_BIND", "MS_REMOUNT", "new mount"]),
    ("keyctl", &["KEYCTL_READ", "KEYCTL_JOIN_SESSION_KEYRING"]),
    ("ptrace", &["PTRACE_ATTACH", "PTRACE_TRACEME"]),
];

#[test]
fn what_filters_look_at_is_asked() {
    for (name, labels) in ASKED {
        let vectors = syscalls::argument_vectors(name);
        for label in *labels {
            let found = vectors.iter().any(|vector| vector.label == *label);
            assert!(found, "{name} lacks {label}");
        }
        assert!(vectors.iter().all(|vector| !vector.reason.is_empty()));
    }
    let new_user = syscalls::argument_vectors("clone")
        .iter()
        .find(|vector| vector.label == "CLONE_NEWUSER")
        .map(|vector| {
            (
                vector.arguments(Abi::X86_64, "clone"),
                vector.arguments(Abi::S390x, "clone"),
            )
        });
    assert_eq!(
        new_user,
        Some(([0x1000_0011, 0, 0, 0, 0, 0], [0, 0x1000_0011, 0, 0, 0, 0]))
    );
    assert!(Abi::I386.argument_vectors("mmap").is_empty());
    assert!(!Abi::I386.argument_vectors("mmap2").is_empty());
    assert!(Abi::X86_64.argument_vectors("mmap2").is_empty());
    assert!(!Abi::I386.argument_vectors("socketcall").is_empty());
}
