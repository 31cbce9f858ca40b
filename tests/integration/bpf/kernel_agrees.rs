//! The kernel takes what `Program::check` takes, and answers what `evaluate_all`
//! answers.

use amiconfined::bpf::{Action, Instruction, Program, SeccompData, evaluate_all};

use super::kernel::{Observed, accepts, observe};
use super::programs::{I386, Random, Style, X86_64, count, mutated, program};

/// Numbers from here on are no syscalls: their calls return ENOSYS.
const FIRST_UNUSED: u32 = 1000;

/// What a caller sees of an action on a number that is no syscall. Without a
/// tracer and a listener, theirs is ENOSYS too.
pub(crate) fn expected(action: Action) -> Observed {
    match action {
        Action::KillProcess | Action::KillThread | Action::Unknown(_) => Observed::Killed,
        Action::Trap(data) => Observed::Trapped(data.into()),
        Action::Errno(errno) => Observed::Returned(-i64::from(errno)),
        Action::UserNotif | Action::Trace(_) | Action::Log | Action::Allow => {
            Observed::Returned(-38)
        }
    }
}

/// The calls in an order that kills few children: two that kill, at the end.
pub(crate) fn few_kills(programs: &[Program], calls: Vec<SeccompData>) -> Vec<SeccompData> {
    let (kill, mut keep): (Vec<_>, Vec<_>) = calls
        .into_iter()
        .partition(|data| expected(evaluate_all(programs, data)) == Observed::Killed);
    keep.extend(kill.into_iter().take(2));
    keep
}

fn same_programs(batch: &[Vec<Instruction>]) -> bool {
    let Some(accepted) = accepts(batch) else {
        println!("SKIPPED: seccomp(SECCOMP_FILTER_FLAG_NEW_LISTENER) is not to be had");
        return false;
    };
    for (instructions, accepted) in batch.iter().zip(accepted) {
        let checked = Program::check(instructions.clone());
        assert_eq!(checked.is_ok(), accepted, "{checked:?} {instructions:x?}");
    }
    true
}

#[test]
fn the_kernel_takes_what_the_check_takes() {
    let mut random = Random(1);
    let mut good = 0;
    for _ in 0..count(20) {
        let batch: Vec<_> = (0..1000).map(|_| mutated(&mut random)).collect();
        good += batch
            .iter()
            .filter(|instructions| Program::check(instructions.to_vec()).is_ok())
            .count();
        if !same_programs(&batch) {
            return;
        }
    }
    println!("taken: {good}");
}

#[test]
fn the_kernel_takes_the_same_opcodes_and_sizes() {
    let make = |code, jt, jf, k| Instruction { code, jt, jf, k };
    let ret = make(6, 0, 0, 0);
    let mut batch = vec![vec![], vec![make(0, 0, 0, 0)], vec![make(5, 0, 0, 0)]];
    for len in [1, 255, 256, 257, 4095, 4096, 4097, 5000, 65535] {
        batch.push(vec![ret; len]);
    }
    // Every opcode, with constants at the edges of every rule, stored before.
    for code in (0..0x200).chain([0xff06, 0x0106, 0x8000]) {
        for k in [
            0,
            1,
            3,
            4,
            15,
            16,
            31,
            32,
            60,
            62,
            63,
            64,
            0xffff_f000,
            u32::MAX,
        ] {
            batch.push(vec![make(2, 0, 0, 1), make(code, 0, 0, k), ret, ret, ret]);
        }
    }
    // Jumps around the end.
    for k in 0..6 {
        batch.push(vec![make(5, 0, 0, k), ret, ret, ret]);
        let k = k as u8;
        batch.push(vec![make(0x15, k, 0, 0), ret, ret, ret]);
        batch.push(vec![make(0x1d, 0, k, 0), ret, ret, ret]);
    }
    batch.push(vec![make(5, 0, 0, u32::MAX), ret]);
    assert!(batch.len() > 7000);
    same_programs(&batch);
}

/// A program for the kernel: real numbers pass, so that the child can go on;
/// the instruction pointer, which a child does not choose, is not looked at.
fn guarded(program: &Program) -> Program {
    let make = |code, jt, jf, k| Instruction { code, jt, jf, k };
    let mut instructions = vec![
        make(0x20, 0, 0, 0),
        make(0x35, 1, 0, FIRST_UNUSED),
        make(6, 0, 0, 0x7fff_0000),
        make(0, 0, 0, 0),
    ];
    instructions.extend(program.instructions().iter().map(|i| match i {
        Instruction {
            code: 0x20,
            k: 8 | 12,
            ..
        } => Instruction { k: i.k + 8, ..*i },
        _ => *i,
    }));
    Program::check(instructions).expect("a guard in front changes no rule")
}

fn kernel_evaluates_alike(style: Style, programs: u64) {
    if accepts(&[Vec::new()]).is_none() {
        println!("SKIPPED: seccomp is not to be had");
        return;
    }
    let mut asked = 0;
    for seed in 0..count(programs) {
        let mut random = Random(seed);
        let filters: Vec<Program> = (0..1 + random.below(3))
            .map(|_| guarded(&program(&mut random, style)))
            .collect();
        let calls = (0..64)
            .map(|_| {
                let nr = FIRST_UNUSED + random.below(1000) as u32;
                match random.below(4) {
                    0 => {
                        let mut data = random.data(I386, nr);
                        data.args = data.args.map(|arg| arg & 0xffff_ffff);
                        data
                    }
                    1 => random.data(X86_64, nr | 0x4000_0000),
                    _ => random.data(X86_64, nr),
                }
            })
            .collect();
        let calls = few_kills(&filters, calls);
        for (call, observed) in calls.iter().zip(observe(&filters, &calls)) {
            let action = evaluate_all(&filters, call);
            assert_eq!(expected(action), observed, "seed {seed} {call:x?} {action}");
            asked += 1;
        }
    }
    println!("calls asked: {asked}");
}

#[test]
fn the_kernel_evaluates_plain_programs_alike() {
    kernel_evaluates_alike(Style::Plain, 1500);
}

#[test]
fn the_kernel_evaluates_wild_programs_alike() {
    kernel_evaluates_alike(Style::Wild, 1500);
}
