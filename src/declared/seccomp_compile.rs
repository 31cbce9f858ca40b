//! A seccomp profile's rules compiled by libseccomp, and what the program then decides.

use std::io::{Read, Seek, SeekFrom};

use libseccomp::{ScmpAction, ScmpArch, ScmpArgCompare, ScmpFilterContext, ScmpSyscall};

use crate::bpf::{Program, SeccompData, evaluate};
use crate::confinement::{AbiVerdicts, ArgumentVerdict, SyscallVerdict, Verdict};
use crate::syscalls::{Abi, KERNEL_RELEASE, argument_vectors};

/// One rule of a profile that holds here.
pub(super) struct Rule<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) action: ScmpAction,
    pub(super) conditions: Vec<(u32, ScmpArgCompare)>,
}

/// Whether this process itself runs under a filter; so too where that cannot be told.
pub(super) fn filtered_myself() -> bool {
    procfs::process::Process::myself()
        .and_then(|process| process.status())
        .map_or(true, |status| status.seccomp.unwrap_or(0) != 0)
}

/// Compiles a profile as runc does.
pub(super) fn compile(
    default: ScmpAction,
    abis: &[Abi],
    rules: &[Rule<'_>],
) -> Result<Program, Box<dyn std::error::Error>> {
    let mut context = ScmpFilterContext::new(default)?;
    for abi in abis {
        if let Ok(arch) = abi.oci_name().parse::<ScmpArch>() {
            context.add_arch(arch)?;
        }
    }
    for rule in rules {
        for name in &rule.names {
            let Some(syscall) = resolve(name) else {
                continue;
            };
            if rule.conditions.is_empty() {
                context.add_rule(rule.action, syscall)?;
            } else if repeats(&rule.conditions) {
                // libseccomp takes one condition an argument: runc makes each its own rule.
                for (_, condition) in &rule.conditions {
                    context.add_rule_conditional(rule.action, syscall, &[*condition])?;
                }
            } else {
                let all: Vec<ScmpArgCompare> = rule.conditions.iter().map(|(_, c)| *c).collect();
                context.add_rule_conditional(rule.action, syscall, &all)?;
            }
        }
    }
    let memory =
        nix::sys::memfd::memfd_create(c"seccomp-profile", nix::sys::memfd::MFdFlags::MFD_CLOEXEC)?;
    context.export_bpf(&memory)?;
    let mut file = std::fs::File::from(memory);
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Program::from_ne_bytes(&bytes)?)
}

/// A syscall by name: as libseccomp knows it, else by the number of the native table.
fn resolve(name: &str) -> Option<ScmpSyscall> {
    ScmpSyscall::from_name(name).ok().or_else(|| {
        let number = Abi::native().number(name)?;
        i32::try_from(number)
            .ok()
            .map(ScmpSyscall::from_raw_syscall)
    })
}

/// Whether an argument has more than one condition.
fn repeats(conditions: &[(u32, ScmpArgCompare)]) -> bool {
    conditions.iter().enumerate().any(|(at, (index, _))| {
        conditions
            .iter()
            .skip(at + 1)
            .any(|(other, _)| other == index)
    })
}

/// The number from which on the runtime decides: newer runc answers ENOSYS to numbers above
/// the last one that the profile names (libcontainer/seccomp/patchbpf), other runtimes give
/// the default action. `None` where that is the same or lets through.
pub(super) fn unsure_from(abi: Abi, rules: &[Rule<'_>], default: ScmpAction) -> Option<u32> {
    let refuses = !matches!(default, ScmpAction::Allow | ScmpAction::Log)
        && default != ScmpAction::Errno(nix::libc::ENOSYS);
    let last = rules
        .iter()
        .flat_map(|rule| rule.names.iter())
        .filter_map(|name| abi.number(name))
        .max();
    refuses.then(|| last.map_or(abi.first(), |last| last + 1))
}

/// The verdicts of one ABI.
pub(super) fn evaluate_abi(
    abi: Abi,
    program: &Program,
    rules: &[Rule<'_>],
    default: ScmpAction,
) -> AbiVerdicts {
    let named = || rules.iter().flat_map(|rule| rule.names.iter().copied());
    let unsure = unsure_from(abi, rules, default);
    let syscalls = abi
        .syscalls()
        .iter()
        .map(|row| {
            let ask = |args: [u64; 6]| -> Verdict {
                if unsure.is_some_and(|from| row.number >= from) {
                    return Verdict::Inconclusive(String::from(
                        "newer than the profile: runc answers ENOSYS, other runtimes the default",
                    ));
                }
                let unknown = abi != Abi::native()
                    && ScmpSyscall::from_name(row.name()).is_err()
                    && named().any(|name| name == row.name());
                if unknown {
                    return Verdict::NotProbed(String::from(
                        "the libseccomp that compiled the profile does not know it",
                    ));
                }
                let call = SeccompData {
                    nr: row.number,
                    arch: abi.audit_arch(),
                    instruction_pointer: 0,
                    args,
                };
                Verdict::of_filter_return(evaluate(program, &call).to_raw())
            };
            SyscallVerdict {
                number: row.number,
                name: row.name().into(),
                verdict: ask([0; 6]),
                arguments: argument_vectors(row.name())
                    .iter()
                    .map(|vector| ArgumentVerdict {
                        label: vector.label.into(),
                        verdict: ask(vector.arguments(abi, row.name())),
                    })
                    .collect(),
                cause: None,
                executed: None,
                cases: Vec::new(),
            }
        })
        .collect();
    AbiVerdicts {
        abi: abi.as_str().to_owned(),
        native: abi == Abi::native(),
        offered: None,
        table: KERNEL_RELEASE.to_string(),
        syscalls,
        unnamed: Vec::new(),
    }
}
