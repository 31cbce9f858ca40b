//! One of two that are compared: filters, a profile, or the verdicts of a report.

use std::collections::BTreeMap;

use crate::bpf::Program;
use crate::confinement::{AbiVerdicts, SyscallVerdict, Verdict};
use crate::syscalls::Abi;

/// What one of two does with each syscall.
#[derive(Debug, Clone)]
pub struct FilterSide {
    /// What it is called: `process 123`, or the file's name.
    pub name: String,
    /// The programs; the one that was installed first comes first. `None` where only
    /// verdicts are known.
    pub programs: Option<Vec<Program>>,
    /// The verdicts.
    pub abis: Vec<AbiVerdicts>,
    /// Numbers from which on a profile leaves the answer to the runtime that loads it.
    pub unsure: Vec<Unsure>,
}

/// Where a profile's own word ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsure {
    /// The ABI.
    pub abi: Abi,
    /// The first number that is newer than all that the profile names.
    pub from: u32,
}

/// The verdicts of one ABI by number.
#[derive(Debug, Default)]
pub(super) struct ByNumber<'a> {
    pub(super) named: BTreeMap<u32, &'a SyscallVerdict>,
    pub(super) verdicts: BTreeMap<u32, &'a Verdict>,
}

impl FilterSide {
    /// The verdicts of one ABI by number; `None` where there are none.
    pub(super) fn by_number(&self, abi: Abi) -> Option<ByNumber<'_>> {
        let table = self.abis.iter().find(|table| table.abi == abi.as_str())?;
        let mut by_number = ByNumber::default();
        for syscall in &table.syscalls {
            by_number.named.insert(syscall.number, syscall);
            by_number.verdicts.insert(syscall.number, &syscall.verdict);
        }
        for range in &table.unnamed {
            let last = range
                .last
                .min(range.first.saturating_add(super::filter_changes::NUMBERS));
            for number in range.first..=last {
                by_number.verdicts.insert(number, &range.verdict);
            }
        }
        Some(by_number)
    }

    /// Why the answer to a number is not this side's own to give.
    pub(super) fn unsure(&self, abi: Abi, number: u32) -> Option<String> {
        let newer = self
            .unsure
            .iter()
            .any(|unsure| unsure.abi == abi && number >= unsure.from);
        if newer {
            return Some(String::from(
                "newer than all that the profile names: runc answers ENOSYS, other runtimes the default action",
            ));
        }
        let table = self.abis.iter().find(|table| table.abi == abi.as_str())?;
        let at = table
            .syscalls
            .binary_search_by_key(&number, |s| s.number)
            .ok()?;
        match &table.syscalls.get(at)?.verdict {
            Verdict::Inconclusive(why) | Verdict::NotProbed(why) => Some(why.clone()),
            _ => None,
        }
    }
}
