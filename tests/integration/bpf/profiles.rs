//! Random profiles as libseccomp compiles them, and what their rules mean.

use std::io::{Read, Seek};

use amiconfined::bpf::{Action, Program, SeccompData};
use libseccomp::{ScmpAction, ScmpArch, ScmpArgCompare, ScmpFilterContext, ScmpSyscall};

use super::programs::{I386, Random, X86_64};
use super::rules::{Rule, matches, next_value, rule, some_arguments};

/// Bit 30 of an x32 number.
pub(crate) const X32: u32 = 0x4000_0000;

/// Calls that do nothing, whatever their arguments.
const HARMLESS: &[&str] = &[
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "gettid", "getpgrp",
];

/// The rules of one syscall, all with one action, as overlapping rules with
/// different actions have no defined order.
#[derive(Debug)]
struct Entry {
    /// For each architecture of the profile.
    numbers: Vec<u32>,
    action: ScmpAction,
    rules: Vec<Rule>,
}

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Those that it knows; others get the action for bad ones.
    arches: Vec<ScmpArch>,
    default: ScmpAction,
    bad_arch: ScmpAction,
    entries: Vec<Entry>,
    wide: bool,
    pub(crate) program: Program,
}

impl Profile {
    /// Makes a profile and has it compiled. In a tidy one a
    /// syscall has one rule, or lists values of one argument: libseccomp 2.5 does
    /// not keep to the meaning of all others (one rule can hide another).
    pub(crate) fn random(random: &mut Random, tidy: bool) -> Self {
        let actions = [
            ScmpAction::Allow,
            ScmpAction::Errno(1),
            ScmpAction::Errno(13),
            ScmpAction::Trap,
            ScmpAction::KillProcess,
            ScmpAction::KillThread,
            ScmpAction::Log,
            ScmpAction::Trace(7),
            ScmpAction::Errno(38),
            ScmpAction::Notify,
        ];
        let default = random.pick(&actions[..9]);
        let bad_arch = random.pick(&[
            ScmpAction::KillThread,
            ScmpAction::Errno(9),
            ScmpAction::Allow,
        ]);
        let mut arches = vec![ScmpArch::X8664];
        for other in [ScmpArch::X86, ScmpArch::X32] {
            if random.below(2) == 0 {
                arches.push(other);
            }
        }
        let wide = arches.len() == 1;
        let mut entries = Vec::new();
        for name in HARMLESS {
            if random.below(3) == 0 {
                continue;
            }
            let number = |arch: &ScmpArch| {
                ScmpSyscall::from_name_by_arch(name, *arch)
                    .expect(name)
                    .as_raw_syscall()
                    .cast_unsigned()
            };
            let numbers = arches.iter().map(number).collect();
            let action = random.pick(&actions);
            let arguments = some_arguments(random);
            let rules = match (tidy, arguments.len()) {
                (true, 2..) => vec![rule(random, &arguments, wide)],
                (true, _) => {
                    let mut rules = vec![rule(random, &arguments, wide)];
                    for _ in 0..random.below(5) {
                        rules.extend(next_value(random, &rules[0]));
                    }
                    rules
                }
                (false, _) => (0..1 + random.below(3))
                    .map(|_| {
                        let arguments = some_arguments(random);
                        rule(random, &arguments, wide)
                    })
                    .collect(),
            };
            if action != default {
                entries.push(Entry {
                    numbers,
                    action,
                    rules,
                });
            }
        }
        let optimize = 1 + u32::from(random.below(3) == 0);
        let program = compile(default, bad_arch, &arches, &entries, optimize);
        Self {
            arches,
            default,
            bad_arch,
            entries,
            wide,
            program,
        }
    }

    /// What the rules say of a call.
    pub(crate) fn means(&self, data: &SeccompData) -> Action {
        let arch = match (data.arch, data.nr & X32) {
            (I386, _) => ScmpArch::X86,
            (_, 0) => ScmpArch::X8664,
            _ => ScmpArch::X32,
        };
        let Some(place) = self.arches.iter().position(|known| *known == arch) else {
            return action(self.bad_arch);
        };
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.numbers[place] == data.nr);
        match entry {
            Some(entry) if entry.rules.iter().any(|rule| matches(rule, data)) => {
                action(entry.action)
            }
            _ if needed(place, &self.arches).contains(&data.nr) => Action::Allow,
            _ => action(self.default),
        }
    }

    /// A call about which the profile may have something to say.
    pub(crate) fn call(&self, random: &mut Random) -> SeccompData {
        let (arch, bit) = random.pick(&[(X86_64, 0), (X86_64, 0), (I386, 0), (X86_64, X32)]);
        let native = if arch == I386 {
            ScmpArch::X86
        } else {
            ScmpArch::X8664
        };
        let name = random.pick(HARMLESS);
        let number = ScmpSyscall::from_name_by_arch(name, native)
            .expect(name)
            .as_raw_syscall();
        let mut data = random.data(arch, number.cast_unsigned() | bit);
        let rules: Vec<&Rule> = self
            .entries
            .iter()
            .filter(|entry| entry.numbers.contains(&data.nr))
            .flat_map(|entry| &entry.rules)
            .collect();
        if !rules.is_empty() && random.below(4) > 0 {
            // Arguments at or next to the bounds of one rule.
            for compare in random.pick(&rules) {
                let near = random.pick(&[0, 0, 0, 1, u64::MAX]);
                data.args[compare.argument as usize] = compare.datum.wrapping_add(near);
            }
        }
        if !self.wide || arch == I386 {
            data.args = data.args.map(|arg| arg & 0xffff_ffff);
        }
        data
    }

    /// The numbers that the profile has rules for.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.entries.iter().map(|entry| entry.numbers[0]).collect()
    }
}

fn action(action: ScmpAction) -> Action {
    match action {
        ScmpAction::KillProcess => Action::KillProcess,
        ScmpAction::KillThread => Action::KillThread,
        ScmpAction::Trap => Action::Trap(0),
        ScmpAction::Notify => Action::UserNotif,
        ScmpAction::Errno(errno) => Action::Errno(errno.cast_unsigned() as u16),
        ScmpAction::Trace(data) => Action::Trace(data),
        ScmpAction::Log => Action::Log,
        ScmpAction::Allow => Action::Allow,
        other => unreachable!("{other:?} is not generated"),
    }
}

/// What a child must be let do to end.
fn needed(place: usize, arches: &[ScmpArch]) -> Vec<u32> {
    ["exit_group", "rt_sigreturn"]
        .map(|name| ScmpSyscall::from_name_by_arch(name, arches[place]).expect(name))
        .map(|number| number.as_raw_syscall().cast_unsigned())
        .to_vec()
}

fn compile(
    default: ScmpAction,
    bad_arch: ScmpAction,
    arches: &[ScmpArch],
    entries: &[Entry],
    optimize: u32,
) -> Program {
    let mut context = ScmpFilterContext::new(default).expect("context");
    context.set_act_badarch(bad_arch).expect("bad arch");
    context.set_ctl_optimize(optimize).expect("optimize");
    for arch in &arches[1..] {
        context.add_arch(*arch).expect("arch");
    }
    for name in ["exit_group", "rt_sigreturn"] {
        if default != ScmpAction::Allow {
            let number = ScmpSyscall::from_name(name).expect(name);
            context.add_rule(ScmpAction::Allow, number).expect("rule");
        }
    }
    for entry in entries {
        let number = ScmpSyscall::from(entry.numbers[0].cast_signed());
        for rule in &entry.rules {
            let tests: Vec<_> = rule
                .iter()
                .map(|test| ScmpArgCompare::new(test.argument, test.op, test.datum))
                .collect();
            context
                .add_rule_conditional(entry.action, number, &tests)
                .unwrap_or_else(|error| panic!("{rule:x?}: {error}"));
        }
    }
    let mut file = tempfile::tempfile().expect("temporary file");
    context.export_bpf(&file).expect("export");
    let mut bytes = Vec::new();
    file.rewind().expect("rewind");
    file.read_to_end(&mut bytes).expect("read");
    Program::from_ne_bytes(&bytes).expect("libseccomp's programs pass the check")
}
