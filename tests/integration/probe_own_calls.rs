//! The probe under filters that stop what it does besides asking: it may learn less then, and
//! takes nothing of it for a verdict.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Instant;

use amiconfined::confinement::{KillScope, SeccompMethod, Verdict};
use amiconfined::probe::{self, Asking};
use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};

use nix::sys::signal::{Signal, kill};
use nix::unistd::getpid;

use crate::probe::LIMIT;

/// Names the case to a process of its own.
const CASE: &str = "AMICONFINED_TEST_OWN_CALL";
/// What that process says once it has seen that no verdict is wrong.
const RIGHT: &str = "no verdict is wrong";

/// Each call that is the asking side's own, with the bits that the filter looks for in its
/// first argument: a thread's clone(2) alone, since the tool itself starts by another.
const CALLS: [(&str, u64); 7] = [
    ("exit", 0),
    ("exit_group", 0),
    ("wait4", 0),
    ("sched_getaffinity", 0),
    ("sched_setaffinity", 0),
    ("openat", 0),
    ("clone", nix::libc::CLONE_THREAD as u64),
];
const ACTIONS: [ScmpAction; 4] = [
    ScmpAction::Trap,
    ScmpAction::KillThread,
    ScmpAction::KillProcess,
    ScmpAction::Errno(0),
];

fn each_case(listener: bool) {
    let test = if listener {
        "by_a_tracer"
    } else {
        "by_a_listener"
    };
    let test = format!("probe_own_calls::{test}_nothing_is_taken_for_an_answer");
    if let Ok(case) = std::env::var(CASE) {
        std::thread::spawn(|| {
            std::thread::sleep(2 * LIMIT);
            kill(getpid(), Signal::SIGKILL)
        });
        let wrong = std::panic::catch_unwind(|| here(case.parse().unwrap(), listener));
        wrong.unwrap_or_else(|_| println!("wrong"));
        // Any other end may be what the filter stops.
        kill(getpid(), Signal::SIGKILL).unwrap();
    }
    for case in 0..CALLS.len() * ACTIONS.len() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &test, "--nocapture", "--test-threads=1"])
            .env(CASE, case.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let (call, action) = of(case);
        let said = text.lines().find(|line| line.contains(RIGHT));
        println!("{} {action:?}: {}", call.0, said.unwrap_or("nothing"));
        // The tool itself makes some of these calls, and is stopped then, or its thread is.
        let killed = match output.status.signal() {
            Some(nix::libc::SIGSYS) => true,
            Some(nix::libc::SIGKILL) => action == ScmpAction::KillThread,
            _ => false,
        } && !text.contains("wrong");
        assert!(
            said.is_some() || killed,
            "{} {action:?}: {text}\n{errors}",
            call.0
        );
    }
}

fn of(case: usize) -> ((&'static str, u64), ScmpAction) {
    (CALLS[case / ACTIONS.len()], ACTIONS[case % ACTIONS.len()])
}

fn here(case: usize, listener: bool) {
    let ((name, bits), action) = of(case);
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    filter.set_act_badarch(ScmpAction::Allow).unwrap();
    if listener {
        let other = ScmpSyscall::from_name("vhangup").unwrap();
        filter.add_rule(ScmpAction::Notify, other).unwrap();
    }
    let call = ScmpSyscall::from_name(name).unwrap();
    let with = ScmpArgCompare::new(0, ScmpCompareOp::MaskedEqual(bits), bits);
    let with: &[ScmpArgCompare] = if bits == 0 { &[] } else { &[with] };
    filter.add_rule_conditional(action, call, with).unwrap();
    filter.load().unwrap();
    let started = Instant::now();
    let found = probe::verdicts(
        None,
        Asking {
            under_listener: listener,
            tell_trace: false,
        },
    );
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    let stops = |verdict: &Verdict| {
        matches!(
            (action, verdict),
            (ScmpAction::Trap, Verdict::Trapped(_))
                | (ScmpAction::KillThread, Verdict::Killed(KillScope::Thread))
                | (ScmpAction::KillProcess, Verdict::Killed(KillScope::Process))
                | (ScmpAction::Errno(_), Verdict::Errno(_))
        )
    };
    let (mut told, mut untold) = (0, 0);
    for table in &found.abis {
        for syscall in &table.syscalls {
            let asked = syscall.arguments.iter().map(|asked| &asked.verdict);
            for verdict in std::iter::once(&syscall.verdict).chain(asked) {
                let named = table.native && syscall.name == name;
                let right = match verdict {
                    Verdict::Inconclusive(_) => {
                        untold += 1;
                        continue;
                    }
                    Verdict::NeverFiltered => true,
                    // With some arguments it is let through.
                    Verdict::Allowed => !named || bits != 0,
                    Verdict::Notified => listener && table.native && syscall.name == "vhangup",
                    other => named && stops(other),
                };
                assert!(right, "{} {}: {verdict:?}", table.abi, syscall.name);
                told += 1;
            }
        }
    }
    let why = match &found.method {
        SeccompMethod::NotProbed { why } => why,
        _ => "",
    };
    println!("{RIGHT}: {told} told, {untold} not {why}");
}

#[test]
fn by_a_listener_nothing_is_taken_for_an_answer() {
    each_case(false);
}

#[test]
fn by_a_tracer_nothing_is_taken_for_an_answer() {
    each_case(true);
}
