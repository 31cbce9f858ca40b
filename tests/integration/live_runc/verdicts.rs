//! Every verdict, against the installed filter as libseccomp's own simulator decides it,
//! and against the profile's own words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use amiconfined::bpf::{Action, SeccompData};
use amiconfined::confinement::{AbiVerdicts, Errno, Report, Verdict};
use serde_json::Value;

use super::profile::strings;
use crate::bpf::simulator::Simulator;

const X86_64: u32 = 0xc000_003e;
const I386: u32 = 0x4000_0003;
const X32_BIT: u32 = 0x4000_0000;

/// Each number of an ABI with its verdict.
fn numbered(abi: &AbiVerdicts) -> BTreeMap<u32, Verdict> {
    let named = abi.syscalls.iter().map(|s| (s.number, s.verdict.clone()));
    let unnamed = abi
        .unnamed
        .iter()
        .flat_map(|range| (range.first..=range.last).map(|number| (number, range.verdict.clone())));
    named.chain(unnamed).collect()
}

/// Writes the filter as the simulator can read it: it knows no `BPF_JSET`, with which runc's
/// own part tells x32 numbers. Of numbers below 2^31, those with bit 30 are those from 2^30.
fn readable(filter: &Path) -> PathBuf {
    const JSET: u16 = 0x45;
    const JGE: u16 = 0x35;
    let mut program = std::fs::read(filter).unwrap();
    for instruction in program.chunks_exact_mut(8) {
        let code = u16::from_ne_bytes([instruction[0], instruction[1]]);
        if code == JSET {
            assert_eq!(instruction[4..], X32_BIT.to_ne_bytes());
            instruction[..2].copy_from_slice(&JGE.to_ne_bytes());
        }
    }
    let path = filter.with_extension("simulated");
    std::fs::write(&path, program).unwrap();
    path
}

/// Holds 0 to 1023 of each ABI against the simulator; tells how many agreed.
pub(super) fn as_simulated(report: &Report, simulator: &Simulator, filter: &Path) -> usize {
    let filter = readable(filter);
    let mut differences = Vec::new();
    let mut agreed = 0;
    for abi in &report.confinement.seccomp.abis {
        let (arch, bit) = match abi.abi.as_str() {
            "x86_64" => (X86_64, 0),
            "x32" => (X86_64, X32_BIT),
            "i386" => (I386, 0),
            other => panic!("{other}"),
        };
        let verdicts = numbered(abi);
        for number in 0..1024 {
            let verdict = verdicts
                .get(&(number | bit))
                .or_else(|| verdicts.get(&number));
            let verdict = verdict.unwrap_or_else(|| panic!("{} {number} is missing", abi.abi));
            // The kernel answers these itself, before any filter runs.
            if *verdict == Verdict::NeverFiltered {
                assert!([335, 336].contains(&number) && abi.abi == "x86_64");
                continue;
            }
            let data = SeccompData {
                nr: number | bit,
                arch,
                ..SeccompData::default()
            };
            let wanted = match simulator.simulate(&filter, &data) {
                Action::Allow => Verdict::Allowed,
                Action::Errno(errno) => Verdict::Errno(Errno(i32::from(errno))),
                other => panic!("{other:?} is not in this profile"),
            };
            if *verdict == wanted {
                agreed += 1;
            } else {
                differences.push(format!("{} {number}: {verdict} is not {wanted}", abi.abi));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    agreed
}

/// Whether an argument rule holds for zero.
fn holds_for_zero(arg: &Value) -> bool {
    let value = arg["value"].as_u64().unwrap();
    match arg["op"].as_str().unwrap() {
        "SCMP_CMP_EQ" => value == 0,
        "SCMP_CMP_NE" => value != 0,
        "SCMP_CMP_MASKED_EQ" => arg["valueTwo"].as_u64().unwrap_or(0) == 0,
        other => panic!("a comparison that the profile does not have: {other}"),
    }
}

/// Holds every named verdict of the native ABI against the profile read rule by rule;
/// tells how many agreed. What it does not name is stopped: inside libseccomp's table with
/// EPERM, the profile's default, above it with ENOSYS, which runc sets before it.
pub(super) fn as_written(report: &Report, profile: &Value) -> usize {
    let mut named = BTreeMap::new();
    for rule in profile["syscalls"].as_array().unwrap() {
        let args = rule["args"].as_array().cloned().unwrap_or_default();
        if !args.iter().all(holds_for_zero) {
            continue;
        }
        let verdict = match (rule["action"].as_str().unwrap(), rule["errnoRet"].as_i64()) {
            ("SCMP_ACT_ALLOW", _) => Verdict::Allowed,
            ("SCMP_ACT_ERRNO", errno) => {
                Verdict::Errno(Errno(i32::try_from(errno.unwrap_or(1)).unwrap()))
            }
            (other, _) => panic!("{other}"),
        };
        for name in strings(&rule["names"]) {
            named.entry(name.to_owned()).or_insert(verdict.clone());
        }
    }
    let native = &report.confinement.seccomp.abis[0];
    let mut differences = Vec::new();
    for syscall in &native.syscalls {
        let agrees = match (named.get(&*syscall.name), &syscall.verdict) {
            (_, Verdict::NeverFiltered) => true,
            (Some(wanted), verdict) => wanted == verdict,
            (None, Verdict::Errno(errno)) => [1, 38].contains(&errno.0),
            (None, _) => false,
        };
        if !agrees {
            let wanted = named.get(&*syscall.name);
            differences.push(format!(
                "{}: {} is not {wanted:?}",
                syscall.name, syscall.verdict
            ));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    native.syscalls.len()
}
