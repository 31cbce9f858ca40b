//! Programs made to exhaust the evaluator end soon, with an honest answer.

use std::io::Write as _;
use std::process::{Command, Output};
use std::time::Duration;

use amiconfined::bpf::{
    Action, Case, Decision, Instruction, Program, decide, decide_range, evaluate_all,
};

use nix::time::{ClockId, clock_gettime};

use super::programs::{Random, X86_64};

const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;

fn make(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
    Instruction { code, jt, jf, k }
}

fn program(instructions: Vec<Instruction>) -> Program {
    Program::check(instructions).expect("the kernel would take it")
}

/// Every bit of every argument is tested, and both ways go on.
fn diamonds() -> Program {
    let mut code = vec![];
    for offset in (16..64).step_by(4) {
        for bit in 0..32 {
            code.push(make(0x20, 0, 0, offset));
            code.push(make(0x45, 0, 3, 1 << bit));
            // Memory differs on both ways, so that no two states are equal.
            code.push(make(0x00, 0, 0, 1 << bit));
            code.push(make(0x02, 0, 0, bit % 16));
            code.push(make(0x05, 0, 0, 2));
            code.push(make(0x00, 0, 0, 0));
            code.push(make(0x02, 0, 0, bit % 16));
        }
    }
    code.extend([make(0x60, 0, 0, 3), make(0x15, 0, 1, 7)]);
    code.extend([make(6, 0, 0, ALLOW), make(6, 0, 0, KILL)]);
    program(code)
}

/// The accumulator doubles its own expression with each instruction.
fn doubling() -> Program {
    let mut code = vec![make(0x20, 0, 0, 16)];
    for _ in 0..2000 {
        code.extend([make(0x07, 0, 0, 0), make(0x2c, 0, 0, 0)]);
    }
    code.extend([
        make(0x15, 0, 1, 7),
        make(6, 0, 0, ALLOW),
        make(6, 0, 0, KILL),
    ]);
    program(code)
}

/// As many values of one argument as fit.
fn long_list(values: u32) -> Program {
    let mut code = vec![make(0x20, 0, 0, 16)];
    for value in 0..values {
        code.extend([make(0x15, 0, 1, value * 3), make(6, 0, 0, ALLOW)]);
    }
    code.push(make(6, 0, 0, KILL));
    program(code)
}

/// Masked inequalities of many overlapping bits: a hard search.
fn masked() -> Program {
    let mut code = vec![];
    let mut bits = 1_u32;
    for _ in 0..1300 {
        bits = bits.wrapping_mul(0x9e37_79b9).wrapping_add(0x1234_5677);
        let mask = bits & bits.rotate_left(7) | 1 << (bits % 32);
        code.push(make(0x20, 0, 0, 16));
        code.push(make(0x54, 0, 0, mask));
        code.push(make(0x15, 1, 0, mask & bits.rotate_left(13)));
    }
    // Every test but the last skips a load.
    code.extend([make(6, 0, 0, ALLOW), make(6, 0, 0, KILL)]);
    program(code)
}

/// Of the processor's time, in an unoptimized build, on a slow machine.
const LIMIT: Duration = Duration::from_secs(5);

fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    // Other tests may run on the same processor.
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    let start = now();
    let result = work();
    let took = now() - start;
    println!("{what}: {took:?}");
    assert!(took < LIMIT, "{what} took {took:?}");
    result
}

#[test]
fn hostile_programs_end_soon() {
    let too_complex = |what, program: Program| {
        let decision = in_time(what, || decide(&[program], X86_64, 1));
        assert!(matches!(decision, Decision::TooComplex(_)), "{what}");
    };
    too_complex("diamonds", diamonds());
    too_complex("doubling", doubling());
    too_complex("long list", long_list(2046));
    let all = |what, programs: Vec<Program>| {
        let decision = in_time(what, || decide(&programs, X86_64, 1));
        honest(what, &programs, &decision);
    };
    all("masked", vec![masked()]);
    all("stacked", vec![masked(); 32]);
    all("stacked lists", vec![long_list(2046); 32]);
    // The most that the kernel lets a task have: 32,768 instructions, each filter with four more.
    all(
        "deep",
        (1..=100).map(|values| long_list(values * 3)).collect(),
    );
    let kinds = [diamonds(), doubling(), masked(), long_list(2046)];
    all("of all kinds", kinds.into_iter().cycle().take(12).collect());
}

/// Whatever is decided about a hostile stack holds for every call; only that it is too complex
/// is said of the rest.
fn honest(what: &str, programs: &[Program], decision: &Decision) {
    let mut random = Random(7);
    for _ in 0..500 {
        let call = random.data(X86_64, 1);
        let expected = evaluate_all(programs, &call);
        match decision {
            Decision::Always(action) => assert_eq!(*action, expected, "{what}"),
            Decision::Depends(cases) => {
                let held = |case: &&Case| case.conditions.iter().all(|c| c.holds(&call));
                let held: Vec<Action> = cases.iter().filter(held).map(|c| c.action).collect();
                assert_eq!(held, [expected], "{what}");
            }
            Decision::TooComplex(_) => {}
        }
    }
    let said = match decision {
        Decision::TooComplex(why) => why.to_string(),
        Decision::Always(action) => format!("always {action}"),
        Decision::Depends(cases) => format!("{} cases", cases.len()),
    };
    println!("{what}: {said}");
}

/// `amiconfined seccomp`, which the kernel ends once it has used as many seconds for each of
/// three ABIs.
fn limited(words: &[&str]) -> Output {
    let mut command = Command::new("prlimit");
    command.arg(format!("--cpu={}", 3 * LIMIT.as_secs()));
    command.args([env!("CARGO_BIN_EXE_amiconfined"), "seccomp"]);
    command.args(words).output().unwrap()
}

/// No verdict is made up for a filter that is too complex: the command says so of each number.
#[test]
fn the_command_says_what_is_too_complex() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&diamonds().to_ne_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let shown = limited(&["show", path, "--format", "json"]);
    assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    for abi in shown["abis"].as_array().unwrap() {
        for syscall in abi["syscalls"].as_array().unwrap() {
            let why = syscall["verdict"]["inconclusive"].as_str().unwrap();
            assert!(why.starts_with("the filters"), "{why}");
        }
    }
    let exported = limited(&["export", path]);
    assert_eq!(exported.status.code(), Some(3), "{exported:?}");
    assert_eq!(exported.stdout, b"");
    let mut plain = tempfile::NamedTempFile::new().unwrap();
    let allow = program(vec![make(6, 0, 0, ALLOW)]);
    plain.write_all(&allow.to_ne_bytes()).unwrap();
    let other = limited(&["diff", path, plain.path().to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(3), "{other:?}");
    let text = String::from_utf8(other.stdout).unwrap();
    assert!(
        text.contains("no difference in what was compared"),
        "{text}"
    );
    assert!(text.contains("x86_64 0 to 1023"), "{text}");
}

#[test]
fn a_table_of_hostile_answers_ends_soon() {
    let programs = [masked(), diamonds(), long_list(1000)];
    let table = in_time("table", || decide_range(&programs, X86_64, 0..=1023));
    assert_eq!(table.len(), 1024);
}

#[test]
fn a_long_list_of_values_is_decided() {
    let decision = in_time("list", || decide(&[long_list(500)], X86_64, 16));
    let Decision::Depends(cases) = decision else {
        panic!("{decision:?}");
    };
    assert_eq!(cases.len(), 501);
    assert_eq!(cases[3].to_string(), "allow if arg0 & 0xffffffff == 9");
    assert_eq!(cases[500].action, Action::KillProcess);
}

#[test]
fn a_table_of_a_thousand_numbers_is_quick() {
    // The shape of a runtime's profile: a chain of numbers.
    let mut code = vec![make(0x20, 0, 0, 0)];
    for nr in 0..400 {
        code.extend([make(0x15, 0, 1, nr), make(6, 0, 0, ALLOW)]);
    }
    code.push(make(6, 0, 0, 0x0005_0001));
    let programs = vec![program(code); 8];
    let table = in_time("quick table", || decide_range(&programs, X86_64, 0..=1023));
    assert_eq!(table[&399], Decision::Always(Action::Allow));
    assert_eq!(table[&400], Decision::Always(Action::Errno(1)));
}
