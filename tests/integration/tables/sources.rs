//! The numbers and names against sources that are not ours.

use std::collections::BTreeMap;
use std::fs;

use amiconfined::syscalls::{self, Abi, Release};
use libseccomp::{ScmpArch, ScmpSyscall};

/// The names that libseccomp gives the numbers of an ABI, from its own tables.
fn libseccomp_names(abi: Abi) -> Option<BTreeMap<u32, String>> {
    let arch = match abi {
        Abi::X86_64 => ScmpArch::X8664,
        Abi::I386 => ScmpArch::X86,
        Abi::X32 => ScmpArch::X32,
        Abi::Aarch64 => ScmpArch::Aarch64,
        Abi::Arm => ScmpArch::Arm,
        Abi::Riscv64 => ScmpArch::Riscv64,
        Abi::Ppc64le => ScmpArch::Ppc64Le,
        Abi::S390x => ScmpArch::S390X,
        Abi::Loongarch64 => return None,
    };
    let first = abi.first();
    let numbers = (first..first + 1024).chain(0x000f_0000..0x000f_0010);
    let name = |number: u32| {
        let syscall = ScmpSyscall::from(i32::try_from(number).ok()?);
        Some((number, syscall.get_name_by_arch(arch).ok()?))
    };
    Some(numbers.filter_map(name).collect())
}

/// Names older than Linux 6.6 that libseccomp 2.5.4 has not.
fn unknown_to_libseccomp(abi: Abi) -> &'static [&'static str] {
    match abi {
        Abi::Riscv64 => &["riscv_hwprobe"],
        _ => &[],
    }
}

#[test]
fn libseccomp_agrees_on_every_name_and_number_it_knows() {
    for abi in Abi::ALL {
        let Some(theirs) = libseccomp_names(abi) else {
            println!(
                "SKIPPED: {abi}: libseccomp's Rust binding names no such architecture (compared with the syscalls crate)"
            );
            continue;
        };
        assert!(
            theirs.len() > 300,
            "libseccomp knows {} names of {abi}",
            theirs.len()
        );
        let differing: Vec<String> = theirs
            .iter()
            .filter(|(number, name)| abi.name(**number) != Some(name.as_str()))
            .map(|(number, name)| format!("{abi} {number}: {name}, here {:?}", abi.name(*number)))
            .collect();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
        let newer = Release::new(6, 6, 0);
        let missing = abi.syscalls().iter().filter(|row| {
            let since = syscalls::semantics(row.name()).and_then(|known| known.since);
            since < Some(newer) && !theirs.contains_key(&row.number)
        });
        let missing: Vec<&str> = missing.map(|row| row.name()).collect();
        assert_eq!(missing, unknown_to_libseccomp(abi), "{abi}");
        println!(
            "{abi}: {} of {} rows compared",
            theirs.len(),
            abi.syscalls().len()
        );
    }
}

/// The rows of one architecture of the `syscalls` crate (Linux 6.17).
macro_rules! crate_rows {
    ($arch:ident) => {
        ::syscalls::$arch::Sysno::iter()
            .map(|known| {
                let name = known.name();
                let number = u32::try_from(known.id()).unwrap();
                (number, name.strip_prefix("r#").unwrap_or(name))
            })
            .collect::<Vec<(u32, &str)>>()
    };
}

#[test]
fn the_syscalls_crate_agrees() {
    for (abi, theirs) in [
        (Abi::X86_64, crate_rows!(x86_64)),
        (Abi::I386, crate_rows!(x86)),
        (Abi::Arm, crate_rows!(arm)),
        (Abi::Ppc64le, crate_rows!(powerpc64)),
        (Abi::S390x, crate_rows!(s390x)),
    ] {
        assert!(
            theirs.len() > 300,
            "the crate knows {} rows of {abi}",
            theirs.len()
        );
        let differing: Vec<String> = theirs
            .iter()
            .filter(|(number, name)| abi.name(*number) != Some(name))
            .map(|(number, name)| format!("{abi} {number}: {name}, here {:?}", abi.name(*number)))
            .collect();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
        println!(
            "{abi}: {} of {} rows compared",
            theirs.len(),
            abi.syscalls().len()
        );
    }
}

/// For these the crate lists all rows of include/uapi/asm-generic/unistd.h, also
/// those that the preprocessor leaves out in a 64-bit ABI.
#[test]
fn the_syscalls_crate_agrees_on_generic_tables() {
    for (abi, theirs, left_out) in [
        (Abi::Aarch64, crate_rows!(aarch64), &[][..]),
        (Abi::Riscv64, crate_rows!(riscv64), &[][..]),
        (
            Abi::Loongarch64,
            crate_rows!(loongarch64),
            &["renameat", "getrlimit", "setrlimit"][..],
        ),
    ] {
        let theirs: BTreeMap<u32, &str> = theirs.into_iter().collect();
        let last = theirs.keys().next_back().copied().unwrap();
        assert!(last >= 460, "the crate's {abi} ends at {last}");
        for row in abi.syscalls().iter().filter(|row| row.number <= last) {
            let known = match theirs.get(&row.number) {
                Some(&"fstatat") => Some("newfstatat"), // that file's other name for it
                known => known.copied(),
            };
            assert_eq!(known, Some(row.name()), "{abi} {}", row.number);
        }
        let time64 = |number: &u32| (403..=423).contains(number);
        let more: Vec<&str> = theirs
            .iter()
            .filter(|(number, _)| abi.name(**number).is_none() && !time64(number))
            .map(|(_, name)| *name)
            .collect();
        assert_eq!(more, left_out, "{abi}");
        println!("{abi}: {} rows compared", abi.syscalls().len());
    }
}

/// The rows of `#define __NR_name number` in a header, those above 511 without their base.
fn header_numbers(path: &str) -> Option<BTreeMap<String, u32>> {
    let text = fs::read_to_string(path).ok()?;
    let row = |line: &str| {
        let (name, value) = line.strip_prefix("#define __NR_")?.split_once(' ')?;
        let digits: String = value
            .split(' ')
            .next_back()?
            .trim_end_matches(')')
            .to_owned();
        Some((name.to_owned(), digits.parse().ok()?))
    };
    Some(text.lines().filter_map(row).collect())
}

#[test]
fn the_hosts_own_headers_agree() {
    let folder = "/usr/include/x86_64-linux-gnu/asm";
    for (abi, file) in [
        (Abi::X86_64, "unistd_64.h"),
        (Abi::I386, "unistd_32.h"),
        (Abi::X32, "unistd_x32.h"),
    ] {
        let path = format!("{folder}/{file}");
        let Some(theirs) = header_numbers(&path) else {
            println!("SKIPPED: {path} is missing");
            continue;
        };
        for (name, number) in &theirs {
            assert_eq!(
                abi.number(name),
                Some(number | abi.first()),
                "{path}: {name}"
            );
        }
        assert!(theirs.len() > 300, "{path} has {} rows", theirs.len());
        println!("{abi}: {} rows compared with {path}", theirs.len());
    }
}
