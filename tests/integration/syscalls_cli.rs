//! `amiconfined syscalls`: the matrix, single syscalls, and what it says under filters.

use std::process::{Command, Output};

use libseccomp::{ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext};
use libseccomp::{ScmpFilterAttr, ScmpSyscall};
use serde_json::Value;

use crate::filtered::with_time;
use crate::probe::in_own_process;
use crate::schemas;

pub(crate) fn syscalls(args: &[&str]) -> Output {
    let mut agent = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    agent.arg("syscalls").args(args).env("COLUMNS", "200");
    with_time(&mut agent)
}

pub(crate) fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn matrix(args: &[&str]) -> Value {
    let output = syscalls(&[&["--format", "json"], args].concat());
    serde_json::from_str(&text(&output)).unwrap()
}

#[test]
fn the_matrix_schema_in_the_repository_is_the_one_of_the_types() {
    let made = amiconfined::report::syscalls_schema();
    schemas::is_of_the_types("syscalls.v1.json", &made);
}

#[test]
fn the_matrix_is_valid_by_its_schema() {
    let schema = schemas::kept("syscalls.v1.json");
    assert_eq!(schemas::violations(&schema, &matrix(&[])), None);
}

/// libseccomp has tables of its own; what both name has the same number in both.
#[test]
fn the_numbers_of_the_matrix_are_those_that_libseccomp_knows() {
    let arches = [
        ("x86_64", ScmpArch::X8664),
        ("i386", ScmpArch::X86),
        ("x32", ScmpArch::X32),
    ];
    let mut compared = 0;
    for row in matrix(&[])["syscalls"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        for cell in row["abis"].as_array().unwrap() {
            let (_, arch) = arches.iter().find(|(abi, _)| cell["abi"] == *abi).unwrap();
            let Ok(known) = ScmpSyscall::from_name_by_arch(name, *arch) else {
                continue;
            };
            let known = i32::from(known);
            // Negative: libseccomp knows the name of another architecture only.
            if known >= 0 {
                assert_eq!(cell["number"], known, "{name} in {}", cell["abi"]);
                compared += 1;
            }
        }
    }
    println!("{compared} numbers compared");
    assert!(compared > 1000);
}

#[test]
fn an_abi_is_shown_alone_where_it_is_asked_for() {
    let shown = text(&syscalls(&["--abi", "i386"]));
    let heading = shown
        .lines()
        .find(|line| line.starts_with("syscall "))
        .unwrap();
    assert_eq!(
        heading.split_whitespace().collect::<Vec<_>>(),
        ["syscall", "i386"]
    );
}

#[test]
fn what_no_table_names_is_refused_with_what_is_near() {
    for (args, words) in [
        (&["mountt"][..], &["mountt", "mount, umount"][..]),
        (&["--abi", "arm"], &["--abi arm", "x86_64, i386, x32"]),
    ] {
        let output = syscalls(args);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        for word in words {
            assert!(errors.contains(word), "{word} is not in {errors}");
        }
    }
}

/// A call with a body, in a process of each ABI: Debian's kernels offer i386, and x32 as
/// the kernel's own configuration says.
#[test]
fn whether_the_kernel_offers_an_abi_is_what_its_configuration_says() {
    let Some(config) = kernel_config() else {
        println!("SKIPPED: neither /proc/config.gz nor /boot/config-* of this kernel");
        return;
    };
    let found = matrix(&["getpid"]);
    for (abi, option) in [
        ("i386", "CONFIG_IA32_EMULATION"),
        ("x32", "CONFIG_X86_X32_ABI"),
    ] {
        let built = config.contains(&format!("{option}=y"));
        let column = found["abis"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["abi"] == abi);
        let offered = column.unwrap()["offered"].as_bool().unwrap();
        // What is built in can be off at boot; what is not built in is never there.
        assert!(
            built || !offered,
            "{abi} is offered, and {option} is not set"
        );
        let boot = std::fs::read_to_string("/proc/cmdline").unwrap();
        if built && abi == "i386" && !boot.contains("ia32_emulation") {
            assert!(offered, "{abi} is built in and not offered");
        }
    }
}

fn kernel_config() -> Option<String> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    let boot = std::fs::read_to_string(format!("/boot/config-{}", release.trim()));
    boot.ok().or_else(|| {
        let output = Command::new("zcat").arg("/proc/config.gz").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.contains("CONFIG_").then_some(text)
    })
}

fn rule(filter: &mut ScmpFilterContext, errno: i32, name: &str, only: &[ScmpArgCompare]) {
    let call = ScmpSyscall::from_name(name).unwrap();
    let action = ScmpAction::Errno(errno);
    if only.is_empty() {
        filter.add_rule(action, call).unwrap();
    } else {
        filter.add_rule_conditional(action, call, only).unwrap();
    }
}

#[test]
fn exceptions_stand_beside_what_is_allowed() {
    in_own_process(
        "syscalls_cli::exceptions_stand_beside_what_is_allowed",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            for family in [38, 40] {
                let family = ScmpArgCompare::new(0, ScmpCompareOp::Equal, family);
                rule(&mut filter, 97, "socket", &[family]);
            }
            let user = ScmpCompareOp::MaskedEqual(0x1000_0000);
            let user = ScmpArgCompare::new(0, user, 0x1000_0000);
            rule(&mut filter, 1, "clone", &[user]);
            filter.load().unwrap();

            let shown = text(&syscalls(&["socket", "clone", "--abi", "x86_64"]));
            for words in [
                "allowed, except AF_ALG, AF_VSOCK (errno EAFNOSUPPORT)",
                "allowed, except CLONE_NEWUSER (errno EPERM)",
            ] {
                assert!(shown.contains(words), "{words} is not in {shown}");
            }
            let matrix = text(&syscalls(&["--abi", "x86_64"]));
            for name in ["socket", "clone"] {
                let mut lines = matrix.lines();
                let line = lines
                    .find(|l| l.split_whitespace().next() == Some(name))
                    .unwrap();
                assert!(line.ends_with("allowed, with exceptions"), "{line}");
                assert!(lines.next().unwrap().contains("except "), "{matrix}");
            }
        },
    );
}

#[test]
fn a_foreign_abi_that_allows_more_is_warned_of() {
    in_own_process(
        "syscalls_cli::a_foreign_abi_that_allows_more_is_warned_of",
        || {
            // For the native ABI alone; libseccomp lets all others through when told to.
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            filter.set_act_badarch(ScmpAction::Allow).unwrap();
            let _ = filter.get_filter_attr(ScmpFilterAttr::ActBadArch);
            assert!(filter.is_arch_present(ScmpArch::Native).unwrap());
            rule(&mut filter, 1, "keyctl", &[]);
            filter.load().unwrap();

            let shown = text(&syscalls(&["keyctl"]));
            let warning = "i386 allows 1 syscall that x86_64 blocks: keyctl";
            assert!(shown.contains(warning), "{shown}");
            let found = matrix(&["keyctl"]);
            let cells = found["syscalls"][0]["abis"].as_array().unwrap();
            let verdict = |abi: &str| &cells.iter().find(|c| c["abi"] == abi).unwrap()["verdict"];
            assert_eq!(verdict("x86_64")["errno"]["name"], "EPERM");
            assert_eq!(verdict("i386"), "allowed");
        },
    );
}
