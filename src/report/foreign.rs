//! What a foreign ABI lets through that the filter stops in the native one.

use std::collections::HashMap;

use crate::confinement::{AbiVerdicts, Confinement, SyscallVerdict};

use super::Level;
use super::show::some;
use super::stands_out::Found;

/// i386's one call for all socket calls: its arguments lie behind a pointer, where no
/// filter can look (`socketcall(2)`).
const SOCKETCALL: &str = "socketcall";

/// Other names that 32-bit ABIs have for what a 64-bit one has one call for
/// (arch/x86/entry/syscalls/syscall_32.tbl, arch/arm/tools/syscall.tbl). Beside these, wider ids, sizes
/// and times end in [`WIDER`].
const RENAMED: [(&str, &str); 2] = [("umount", "umount2"), ("mmap2", "mmap")];
/// What the names of calls with wider arguments end in, the longest first.
const WIDER: [&str; 3] = ["_time64", "64", "32"];

/// The native ABI's syscalls by their names.
type ByName<'a> = HashMap<&'a str, &'a SyscallVerdict>;

/// Adds a fact for each foreign ABI that allows what the native one blocks.
pub(super) fn foreign(c: &Confinement, found: &mut Found) {
    let abis = &c.seccomp.abis;
    let Some(native) = abis.iter().find(|abi| abi.native) else {
        return;
    };
    let named = native.syscalls.iter().map(|call| (&*call.name, call));
    let by_name: ByName<'_> = named.collect();
    for abi in abis.iter().filter(|abi| !abi.native) {
        let allowed = allowed(&by_name, abi);
        if allowed.is_empty() {
            continue;
        }
        let (level, offered) = match abi.offered {
            Some(false) => (
                Level::Low,
                ", which this kernel does not offer to the process",
            ),
            Some(true) => (Level::Medium, ""),
            None => (
                Level::Medium,
                " (whether this kernel offers it was not tried)",
            ),
        };
        let count = allowed.len();
        let plural = if count == 1 { "" } else { "s" };
        found.add(
            "foreign_abi",
            level,
            format!(
                "{}{offered} allows {count} syscall{plural} that {} blocks: {}",
                abi.abi,
                native.abi,
                some(&allowed)
            ),
            "whoever is stopped in one ABI makes the same call in the other",
        );
    }
}

/// The calls, and in parentheses the arguments, that are stopped in the native ABI and
/// let through in the other one.
fn allowed(native: &ByName<'_>, abi: &AbiVerdicts) -> Vec<String> {
    let mut allowed: Vec<String> = Vec::new();
    for here in &abi.syscalls {
        let Some(there) = native.get(&*here.name) else {
            let same = same(&here.name).and_then(|name| native.get(name));
            if here.verdict.stopped() == Some(false)
                && let Some(there) = same.filter(|there| there.verdict.stopped() == Some(true))
            {
                allowed.push(format!("{} for {}", here.name, there.name));
            }
            continue;
        };
        if here.verdict.stopped() == Some(false) && there.verdict.stopped() == Some(true) {
            allowed.push(here.name.to_string());
            continue;
        }
        let labels = arguments(there, here);
        if !labels.is_empty() {
            allowed.push(format!("{}({})", here.name, labels.join(", ")));
        }
    }
    let multiplexed = abi.by_name(SOCKETCALL);
    if multiplexed.is_some_and(|call| call.verdict.stopped() == Some(false))
        && let Some(hidden) = native.get("socket").and_then(|call| stopped(call))
    {
        allowed.push(format!("{SOCKETCALL} for {hidden}"));
    }
    allowed
}

/// The native name of a call that a 32-bit ABI has under another one.
fn same(name: &str) -> Option<&str> {
    let renamed = RENAMED.iter().find(|(other, _)| *other == name);
    let wider = || WIDER.iter().find_map(|end| name.strip_suffix(end));
    renamed.map(|(_, native)| *native).or_else(wider)
}

/// The labels of the arguments that are stopped there and let through here.
fn arguments<'a>(there: &SyscallVerdict, here: &'a SyscallVerdict) -> Vec<&'a str> {
    let stopped = |label: &str| {
        let mut same = there.arguments.iter().filter(|asked| asked.label == label);
        same.any(|asked| asked.verdict.stopped() == Some(true))
    };
    here.arguments
        .iter()
        .filter(|asked| asked.verdict.stopped() == Some(false) && stopped(&asked.label))
        .map(|asked| &*asked.label)
        .collect()
}

/// What of a call is stopped: all of it, or with some arguments.
fn stopped(call: &SyscallVerdict) -> Option<String> {
    if call.verdict.stopped() == Some(true) {
        return Some(call.name.to_string());
    }
    let labels: Vec<&str> = call
        .arguments
        .iter()
        .filter(|asked| asked.verdict.stopped() == Some(true))
        .map(|asked| &*asked.label)
        .collect();
    (!labels.is_empty()).then(|| format!("{}({})", call.name, labels.join(", ")))
}
