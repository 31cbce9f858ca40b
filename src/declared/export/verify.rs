//! A profile held against what it was made of.

use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp};

use super::default::ENOSYS;
use super::rules::Built;
use super::{
    ExportError, ExportSource, Exported, ExportedArgument, ExportedProfile, NUMBERS, abis, called,
};
use crate::bpf::{Action, Program, SeccompData, differ, evaluate};
use crate::confinement::{AbiVerdicts, Verdict};
use crate::declared::seccomp_compile::{Rule, compile};
use crate::syscalls::Abi;

/// The profile, if what libseccomp compiles from it decides as the source does.
pub(super) fn verified(source: ExportSource<'_>, built: Built) -> Result<Exported, ExportError> {
    let program = compiled(&built.profile)?;
    let mut notes = Vec::new();
    match source {
        ExportSource::Filters(programs) => same(programs, &program, &built)?,
        ExportSource::Probed(tables) => {
            same_asked(tables, &program, &built)?;
            notes.push(String::from(
                "made from probed verdicts, since no process can dump its own filters: \
                 arguments other than the listed ones are taken to be answered as zeros are, \
                 and calls that a filter logs or hands to a tracer to be allowed",
            ));
        }
    }
    if built
        .profile
        .syscalls
        .iter()
        .any(|rule| rule.action == "SCMP_ACT_NOTIFY")
    {
        notes.push(String::from(
            "SCMP_ACT_NOTIFY: a runtime wants a listenerPath with it",
        ));
    }
    let refuses = !built.default.lets_through() && built.default != Action::Errno(ENOSYS);
    if refuses && built.stubs.is_empty() {
        notes.push(String::from(
            "runc answers ENOSYS to numbers above the last one that a profile names; \
             these filters give the default action there, as crun does",
        ));
    }
    Ok(Exported {
        profile: built.profile,
        program,
        notes,
    })
}

/// As a runtime has libseccomp compile it.
fn compiled(profile: &ExportedProfile) -> Result<Program, ExportError> {
    let wrong = |error: &dyn std::fmt::Display| ExportError::Compile(error.to_string());
    let default =
        action(profile.default_action, profile.default_errno_ret).map_err(|error| wrong(&error))?;
    let mut rules = Vec::new();
    for rule in &profile.syscalls {
        let action = action(rule.action, rule.errno_ret).map_err(|error| wrong(&error))?;
        // As runtimes do: libseccomp takes no rule that says what the default does.
        if action != default {
            rules.push(Rule {
                names: rule.names.iter().map(String::as_str).collect(),
                action,
                conditions: rule.args.iter().map(condition).collect(),
            });
        }
    }
    let abis: Vec<Abi> = profile
        .architectures
        .iter()
        .filter_map(|name| Abi::from_name(name))
        .collect();
    compile(default, &abis, &rules).map_err(|error| wrong(&error))
}

fn action(name: &str, errno: Option<u16>) -> Result<ScmpAction, libseccomp::error::SeccompError> {
    ScmpAction::from_str(name, errno.map(i32::from))
}

fn condition(argument: &ExportedArgument) -> (u32, ScmpArgCompare) {
    let index = u32::from(argument.index);
    let (op, datum) = match argument.op {
        "SCMP_CMP_NE" => (ScmpCompareOp::NotEqual, argument.value),
        "SCMP_CMP_LT" => (ScmpCompareOp::Less, argument.value),
        "SCMP_CMP_LE" => (ScmpCompareOp::LessOrEqual, argument.value),
        "SCMP_CMP_GE" => (ScmpCompareOp::GreaterEqual, argument.value),
        "SCMP_CMP_MASKED_EQ" => (
            ScmpCompareOp::MaskedEqual(argument.value),
            argument.value_two,
        ),
        _ => (ScmpCompareOp::Equal, argument.value),
    };
    (index, ScmpArgCompare::new(index, op, datum))
}

/// Whether a difference is none of the profile's: a runtime's own stub.
fn stubbed(built: &Built, abi: Abi, number: u32) -> bool {
    built.stubs.get(&abi).is_some_and(|from| number >= *from)
}

fn same(programs: &[Program], program: &Program, built: &Built) -> Result<(), ExportError> {
    for abi in abis() {
        let numbers = abi.first()..=abi.first() + (NUMBERS - 1);
        let all = differ(
            programs,
            std::slice::from_ref(program),
            abi.audit_arch(),
            numbers,
        );
        for (number, differing) in all {
            if stubbed(built, abi, number) {
                continue;
            }
            let differing = differing
                .map_err(|why| ExportError::Different(format!("{}: {why}", called(abi, number))))?;
            for difference in differing {
                let [left, right] = [difference.left, difference.right]
                    .map(|action| Verdict::of_filter_return(action.to_raw()));
                if left != right {
                    let when: Vec<String> = difference
                        .conditions
                        .iter()
                        .map(ToString::to_string)
                        .collect();
                    let when = if when.is_empty() {
                        String::new()
                    } else {
                        format!(" when {}", when.join(" && "))
                    };
                    return Err(ExportError::Different(format!(
                        "{}: {left}, and by the profile {right}{when}",
                        called(abi, number)
                    )));
                }
            }
        }
    }
    Ok(())
}

fn same_asked(tables: &[AbiVerdicts], program: &Program, built: &Built) -> Result<(), ExportError> {
    for table in tables {
        let Some(abi) = Abi::from_name(&table.abi) else {
            continue;
        };
        let check = |number: u32, args: [u64; 6], verdict: &Verdict| {
            let call = SeccompData {
                nr: number,
                arch: abi.audit_arch(),
                args,
                ..SeccompData::default()
            };
            let given = Verdict::of_filter_return(evaluate(program, &call).to_raw());
            let free = *verdict == Verdict::NeverFiltered || stubbed(built, abi, number);
            if given == *verdict || free {
                return Ok(());
            }
            Err(ExportError::Different(format!(
                "{}: {verdict}, and by the profile {given}",
                called(abi, number)
            )))
        };
        for syscall in &table.syscalls {
            check(syscall.number, [0; 6], &syscall.verdict)?;
            for asked in &syscall.arguments {
                let vectors = abi.argument_vectors(&syscall.name);
                if let Some(vector) = vectors.iter().find(|vector| vector.label == asked.label) {
                    let args = vector.arguments(abi, &syscall.name);
                    check(syscall.number, args, &asked.verdict)?;
                }
            }
        }
        for range in &table.unnamed {
            for number in range.first..=range.last.min(range.first.saturating_add(NUMBERS)) {
                check(number, [0; 6], &range.verdict)?;
            }
        }
    }
    Ok(())
}
