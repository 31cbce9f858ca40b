//! Filters that decide otherwise in a foreign ABI than in the native one, on a container of
//! bubblewrap's: the verdicts of each against libseccomp's simulator, and the warning.
#![cfg(target_arch = "x86_64")]

use std::collections::BTreeSet;
use std::path::Path;

use amiconfined::bpf::{Action, SeccompData};
use amiconfined::confinement::{AbiVerdicts, Errno, Report, Verdict};
use libseccomp::{
    ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall,
};
use tempfile::NamedTempFile;

use crate::bpf::simulator::Simulator;
use crate::filtered;

/// The ABIs with libseccomp's word, `AUDIT_ARCH_*`, and the bit that their numbers have.
const ABIS: [(&str, ScmpArch, u32, u32); 3] = [
    ("x86_64", ScmpArch::X8664, 0xc000_003e, 0),
    ("i386", ScmpArch::X86, 0x4000_0003, 0),
    ("x32", ScmpArch::X32, 0xc000_003e, 0x4000_0000),
];

const STOPPED: [&str; 4] = ["keyctl", "ptrace", "umount2", "clock_settime"];
/// What i386 has beside for two of them.
const RENAMED: [&str; 2] = ["umount for umount2", "clock_settime64 for clock_settime"];
const CLONE_NEWUSER: u64 = 0x1000_0000;

/// Stops some calls in this ABI and lets everything through in the others.
fn filter(arch: ScmpArch) -> NamedTempFile {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    filter.set_act_badarch(ScmpAction::Allow).unwrap();
    if arch != ScmpArch::X8664 {
        filter.remove_arch(ScmpArch::Native).unwrap();
        filter.add_arch(arch).unwrap();
    }
    for name in STOPPED {
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(ScmpAction::Errno(1), call).unwrap();
    }
    let user = ScmpCompareOp::MaskedEqual(CLONE_NEWUSER);
    let user = ScmpArgCompare::new(0, user, CLONE_NEWUSER);
    let call = ScmpSyscall::from_name("unshare").unwrap();
    filter
        .add_rule_conditional(ScmpAction::Errno(1), call, &[user])
        .unwrap();
    let file = NamedTempFile::new().unwrap();
    filter.export_bpf(file.as_file()).unwrap();
    file
}

/// What the binary prints in a container of its own namespaces under the filter.
fn inside(filter: &Path, args: &[&str]) -> Option<String> {
    let own = "--proc /proc --unshare-pid --unshare-ipc --unshare-uts --unshare-net";
    let output = filtered::inside(filter, own, args)?;
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Holds every named verdict with zeros to the simulator; gives the names that are stopped.
fn stopped(table: &AbiVerdicts, simulator: &Simulator, filter: &Path) -> BTreeSet<String> {
    let (_, _, arch, bit) = ABIS.iter().find(|abi| abi.0 == table.abi).unwrap();
    let mut stopped = BTreeSet::new();
    for syscall in &table.syscalls {
        let data = SeccompData {
            nr: syscall.number | bit,
            arch: *arch,
            ..SeccompData::default()
        };
        let wanted = match simulator.simulate(filter, &data) {
            _ if syscall.verdict == Verdict::NeverFiltered => continue,
            Action::Allow => Verdict::Allowed,
            Action::Errno(errno) => {
                stopped.insert(syscall.name.to_string());
                Verdict::Errno(Errno(i32::from(errno)))
            }
            other => panic!("{other:?} is not in this filter"),
        };
        let place = format!("{} {}", table.abi, syscall.name);
        assert_eq!(syscall.verdict, wanted, "{place}");
    }
    stopped
}

/// The report of a container under a filter of this ABI alone, and the warnings in its text.
fn reported(arch: ScmpArch, stops_in: &str) -> Option<Vec<String>> {
    let filter = filter(arch);
    let report = inside(filter.path(), &["--format", "json"])?;
    let report: Report = serde_json::from_str(&report).unwrap();
    let simulator = Simulator::build()?;
    let all: BTreeSet<String> = STOPPED.map(str::to_owned).into();
    for table in &report.confinement.seccomp.abis {
        let stopped = stopped(table, &simulator, filter.path());
        let wanted = if table.abi == stops_in {
            &all
        } else {
            &BTreeSet::new()
        };
        assert_eq!(&stopped, wanted, "{}", table.abi);
        let asked = &table.by_name("unshare").unwrap().arguments;
        let user = asked.iter().find(|a| a.label == "CLONE_NEWUSER").unwrap();
        let refused = user.verdict != Verdict::Allowed;
        assert_eq!(refused, table.abi == stops_in, "{}", table.abi);
    }
    let text = inside(filter.path(), &[])?;
    let warnings = text
        .lines()
        .filter(|line| line.contains("that x86_64 blocks"));
    Some(warnings.map(str::to_owned).collect())
}

#[test]
fn what_is_stopped_in_the_native_abi_alone_is_warned_of() {
    let Some(warnings) = reported(ScmpArch::X8664, "x86_64") else {
        return;
    };
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    for (abi, warning) in ["i386", "x32"].iter().zip(warnings) {
        assert!(warning.contains(abi), "{warning}");
        let renamed = if *abi == "i386" { &RENAMED[..] } else { &[] };
        let names = STOPPED.iter().chain(renamed);
        let names: Vec<&&str> = names.chain(&["unshare(CLONE_NEWUSER)"]).collect();
        let count = format!("allows {} syscalls that x86_64 blocks: ", names.len());
        assert!(warning.contains(&count), "{warning}");
        for name in names {
            assert!(warning.contains(*name), "{name} is not in {warning}");
        }
    }
}

#[test]
fn what_is_stopped_in_a_foreign_abi_alone_is_not() {
    for (abi, arch, ..) in &ABIS[1..] {
        let Some(warnings) = reported(*arch, abi) else {
            return;
        };
        assert!(warnings.is_empty(), "{warnings:#?}");
    }
}
