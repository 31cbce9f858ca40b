//! A seccomp profile's rules compiled by libseccomp, and what the program then decides.

use std::io::{Read, Seek, SeekFrom};

use libseccomp::{ScmpAction, ScmpArch, ScmpArgCompare, ScmpFilterContext, ScmpSyscall};

use crate::bpf::{Action, Program, SeccompData, evaluate};
use crate::confinement::{AbiVerdicts, ArgumentVerdict, Errno, KillScope, SyscallVerdict, Verdict};
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

/// The verdicts of one ABI.
pub(super) fn evaluate_abi(
    abi: Abi,
    program: &Program,
    rules: &[Rule<'_>],
    default: ScmpAction,
) -> AbiVerdicts {
    let named = || rules.iter().flat_map(|rule| rule.names.iter().copied());
    // Newer runc answers ENOSYS to numbers above the last one that the profile names
    // (libcontainer/seccomp/patchbpf); other runtimes give the default action.
    let last = named().filter_map(|name| abi.number(name)).max();
    let default_refuses = !matches!(default, ScmpAction::Allow | ScmpAction::Log)
        && default != ScmpAction::Errno(nix::libc::ENOSYS);
    let syscalls = abi
        .syscalls()
        .iter()
        .map(|row| {
            let ask = |args: [u64; 6]| -> Verdict {
                if default_refuses && last.is_none_or(|last| row.number > last) {
                    return Verdict::Inconclusive(String::from(
                        "newer than the profile: runc answers ENOSYS, other runtimes the default",
                    ));
                }
                let unknown = abi != Abi::native()
                    && ScmpSyscall::from_name(row.name).is_err()
                    && named().any(|name| name == row.name);
                if unknown {
                    return Verdict::NotProbed(String::from(
                        "the libseccomp that compiled the profile does not know it",
                    ));
                }
                verdict(evaluate(
                    program,
                    &SeccompData {
                        nr: row.number,
                        arch: abi.audit_arch(),
                        instruction_pointer: 0,
                        args,
                    },
                ))
            };
            SyscallVerdict {
                number: row.number,
                name: row.name.to_owned(),
                verdict: ask([0; 6]),
                arguments: argument_vectors(row.name)
                    .iter()
                    .map(|vector| ArgumentVerdict {
                        label: vector.label.to_owned(),
                        verdict: ask(vector.arguments(abi, row.name)),
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

fn verdict(action: Action) -> Verdict {
    match action {
        Action::Allow => Verdict::Allowed,
        Action::Log => Verdict::Logged,
        Action::Errno(number) => Verdict::Errno(Errno(i32::from(number))),
        Action::Trap(data) => Verdict::Trapped(data),
        Action::Trace(data) => Verdict::Traced(data),
        Action::UserNotif => Verdict::Notified,
        Action::KillThread => Verdict::Killed(KillScope::Thread),
        Action::KillProcess | Action::Unknown(_) => Verdict::Killed(KillScope::Process),
    }
}
