//! The tables of `syscall-tables/`: their parser, their lookups, and what others say of the same numbers.

use std::collections::BTreeMap;
use std::fs;

use amiconfined::syscalls::{self, Abi, Execution, Release, X32_BIT};
use libseccomp::{ScmpArch, ScmpSyscall};

#[path = "../../build/fields.rs"]
mod fields;
#[path = "../../build/rows.rs"]
mod rows;

/// The message of the parser for a text that must not pass.
fn refusal<T: std::fmt::Debug>(parsed: Result<T, rows::Malformed>) -> String {
    parsed.expect_err("a malformed table").to_string()
}

#[test]
fn a_malformed_number_row_is_named_by_file_and_line() {
    let parse = |body: &str| {
        let text = format!("# kernel: 7.1.5 (July 2026)\n{body}");
        refusal(rows::numbers("t.tbl", &text))
    };
    assert_eq!(
        parse("0\tread\n1\n"),
        "t.tbl:3: expected 2 columns parted by tabs, found 1"
    );
    assert_eq!(
        parse("0\tread\tsys_read\n"),
        "t.tbl:2: expected 2 columns parted by tabs, found 3"
    );
    assert_eq!(
        parse("zero\tread\n"),
        "t.tbl:2: expected a decimal syscall number, found \"zero\""
    );
    assert_eq!(
        parse("-1\tread\n"),
        "t.tbl:2: expected a decimal syscall number, found \"-1\""
    );
    assert_eq!(
        parse("1\twrite\n\n1\tread\n"),
        "t.tbl:4: number 1 is not above the one before it"
    );
    assert_eq!(
        parse("0\tread\n1\tread\n"),
        "t.tbl:3: read is named in line 2 already"
    );
    assert_eq!(
        parse("0\tRead\n"),
        "t.tbl:2: expected a syscall name of a-z, 0-9 and _, found \"Read\""
    );
    assert_eq!(parse("0\t\n"), "t.tbl:2: column 2 is empty");
    assert_eq!(parse("# nothing\n"), "t.tbl:1: the table has no rows");
    assert_eq!(
        refusal(rows::numbers("t.tbl", "0\tread\n")),
        "t.tbl:1: expected a line `# kernel: RELEASE (DATE)`"
    );
}

#[test]
fn a_malformed_semantics_row_is_named_by_file_and_line() {
    let parse = |body: &str| refusal(rows::semantics("s.tsv", body));
    assert_eq!(
        parse("read\t1.0\t-\tnever\n"),
        "s.tsv:1: expected 5 columns parted by tabs, found 4"
    );
    assert_eq!(
        parse("read\told\t-\tnever\twhy\n"),
        "s.tsv:1: expected a kernel release such as 5.3 or 2.6.16, found \"old\""
    );
    assert_eq!(
        parse("read\t5.3..2.6\t-\tnever\twhy\n"),
        "s.tsv:1: expected FIRST..GONE with FIRST the older, found \"5.3..2.6\""
    );
    assert_eq!(
        parse("read\t1.0\tCAP_SYS_GOD@initial\tnever\twhy\n"),
        "s.tsv:1: expected a capability's name, found \"CAP_SYS_GOD\""
    );
    assert_eq!(
        parse("read\t1.0\tCAP_CHOWN@home\tnever\twhy\n"),
        "s.tsv:1: expected @initial or @owner, found \"home\""
    );
    assert!(parse("read\t1.0\t-\thope(1)\twhy\n").starts_with("s.tsv:1: expected a recipe of"));
    assert_eq!(
        parse("read\t1.0\t-\tbad_value(1,two)\twhy\n"),
        "s.tsv:1: expected a number, found \"two\""
    );
    assert_eq!(
        parse("read\t1.0\t-\tbad_value(1,2,3,4,5,6,7)\twhy\n"),
        "s.tsv:1: expected at most 6 arguments, found 7"
    );
    assert_eq!(
        parse("# head\nwrite\t1.0\t-\tnever\twhy\nread\t1.0\t-\tnever\twhy\n"),
        "s.tsv:3: read does not sort after write"
    );
}

#[test]
fn a_malformed_arguments_row_is_named_by_file_and_line() {
    let parse = |body: &str| refusal(rows::arguments("a.tsv", body));
    assert_eq!(
        parse("bpf\tload\t-\t*\twhy\n"),
        "a.tsv:1: no argument is meant: all are *"
    );
    assert_eq!(
        parse("bpf\tload\t-\t1\twhy\nbpf\tload\t-\t2\twhy\n"),
        "a.tsv:2: bpf has the label \"load\" already"
    );
    assert_eq!(
        parse("bpf\ta\t-\t1\twhy\nclone\ta\t-\t2\twhy\nbpf\tb\t-\t2\twhy\n"),
        "a.tsv:3: the rows of bpf do not stand together"
    );
    assert_eq!(
        parse("bpf\ta\t-\t0xg\twhy\n"),
        "a.tsv:1: expected a number, found \"0xg\""
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "(# kernel: 1 \\(x\\)\n)?([-a-z0-9@(),.*:| \t]{0,40}\n){0,6}") {
        let _ = rows::numbers("t", &text);
        let _ = rows::semantics("t", &text);
        let _ = rows::arguments("t", &text);
    }
}

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
            println!("SKIPPED: {abi}: libseccomp's Rust binding names no such architecture");
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
            let since = syscalls::semantics(row.name).and_then(|known| known.since);
            since < Some(newer) && !theirs.contains_key(&row.number)
        });
        let missing: Vec<&str> = missing.map(|row| row.name).collect();
        assert_eq!(missing, unknown_to_libseccomp(abi), "{abi}");
        println!(
            "{abi}: {} of {} rows compared",
            theirs.len(),
            abi.syscalls().len()
        );
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
