//! The tables of `syscall-tables/`: lookups, rows that must be there, and in the
//! modules below the parser and what others say of the same numbers.

use amiconfined::syscalls::{self, Abi, Execution, Release, X32_BIT};

mod parser;
mod sources;

#[test]
fn every_name_and_number_is_found_again() {
    for abi in Abi::ALL {
        let table = abi.syscalls();
        assert!(table.len() > 300, "{abi} has {} rows", table.len());
        for row in table {
            assert_eq!(abi.name(row.number), Some(row.name), "{abi} {}", row.number);
            assert_eq!(abi.number(row.name), Some(row.number), "{abi} {}", row.name);
            let semantics = syscalls::semantics(row.name);
            assert!(semantics.is_some(), "{} has no semantics", row.name);
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
        .filter_map(|row| syscalls::semantics(row.name)?.since)
        .max();
    assert!(newest <= release, "a row is newer than the tables' release");
}

#[test]
fn executed_rows_say_why_they_are_harmless() {
    let mut safe = 0;
    for row in Abi::ALL.iter().flat_map(|abi| abi.syscalls()) {
        match syscalls::semantics(row.name).map(|known| known.execution) {
            Some(Execution::Safe { why, .. }) => {
                assert!(why.contains(".c"), "{} cites no kernel source", row.name);
                safe += 1;
            }
            Some(Execution::Never { why }) => assert!(!why.is_empty()),
            None => panic!("{} has no semantics", row.name),
        }
    }
    assert!(safe > 0);
}
