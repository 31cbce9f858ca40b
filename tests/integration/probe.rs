//! The probe under filters whose verdicts are known.

use std::process::Command;
use std::time::{Duration, Instant};

use amiconfined::confinement::{KillScope, SeccompMethod, SeccompMode, Verdict};
use amiconfined::probe::{self, Asking, SeccompProbe};
use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};

/// The longest that asking may take, whatever stands in the way.
pub(crate) const LIMIT: Duration = Duration::from_secs(2);

/// How often is asked where time was up: on a busy machine that is right to say, and no answer
/// to compare.
const ATTEMPTS: u32 = 5;

/// What the probe says once it had time for everything. It ends in time whenever it is asked.
pub(crate) fn asked(asking: Asking) -> SeccompProbe {
    for _ in 0..ATTEMPTS {
        let started = Instant::now();
        let found = probe::verdicts(None, asking);
        let took = started.elapsed();
        println!("asked in {took:?}");
        assert!(took < LIMIT, "{took:?}");
        if !format!("{found:?}").contains("time was up") {
            return found;
        }
    }
    panic!("time was up {ATTEMPTS} times");
}

/// Runs this same test, given by its path, in a process of its own.
pub(crate) fn in_own_process(test: &str, here: impl FnOnce()) {
    const MARK: &str = "AMICONFINED_TEST_IN_OWN_PROCESS";
    if std::env::var_os(MARK).is_some_and(|m| m == test) {
        here();
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(MARK, test)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{errors}"
    );
}

fn rule(filter: &mut ScmpFilterContext, action: ScmpAction, name: &str) {
    filter
        .add_rule(action, ScmpSyscall::from_name(name).unwrap())
        .unwrap();
}

#[test]
fn each_action_shows_itself() {
    in_own_process("probe::each_action_shows_itself", || {
        let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
        rule(&mut filter, ScmpAction::Errno(1), "mount");
        rule(&mut filter, ScmpAction::Errno(0), "sync");
        rule(&mut filter, ScmpAction::Errno(38), "clone3");
        rule(&mut filter, ScmpAction::KillThread, "keyctl");
        rule(&mut filter, ScmpAction::KillProcess, "bpf");
        rule(&mut filter, ScmpAction::Trap, "ptrace");
        rule(&mut filter, ScmpAction::Log, "getppid");
        rule(&mut filter, ScmpAction::Errno(1), "acct");
        let personality = ScmpSyscall::from_name("personality").unwrap();
        let not_zero = ScmpArgCompare::new(0, ScmpCompareOp::NotEqual, 0);
        filter
            .add_rule_conditional(ScmpAction::Errno(1), personality, &[not_zero])
            .unwrap();
        filter.load().unwrap();

        let found = asked(Asking::default());
        assert!(matches!(found.method, SeccompMethod::Notify { .. }));
        let native = &found.abis[0];
        let verdict = |name: &str| native.by_name(name).unwrap().verdict.clone();
        let errno = |number| Verdict::Errno(amiconfined::confinement::Errno(number));
        assert_eq!(verdict("mount"), errno(1));
        assert_eq!(verdict("sync"), errno(0));
        assert_eq!(verdict("clone3"), errno(38));
        assert_eq!(verdict("acct"), errno(1));
        assert_eq!(verdict("keyctl"), Verdict::Killed(KillScope::Thread));
        assert_eq!(verdict("bpf"), Verdict::Killed(KillScope::Process));
        assert!(matches!(verdict("ptrace"), Verdict::Trapped(_)));
        for name in [
            "getppid",
            "reboot",
            "vhangup",
            "exit_group",
            "rt_sigreturn",
            "personality",
            "execve",
        ] {
            assert_eq!(verdict(name), Verdict::Allowed, "{name}");
        }
        let personality = native.by_name("personality").unwrap();
        for asked in &personality.arguments {
            let zero = asked.label == "PER_LINUX";
            let expected = if zero { Verdict::Allowed } else { errno(1) };
            assert_eq!(asked.verdict, expected, "{}", asked.label);
        }
        let others = native
            .syscalls
            .iter()
            .filter(|s| s.verdict != Verdict::Allowed)
            .count();
        println!("{others} verdicts other than allowed");
        assert_eq!(
            others,
            7 + native
                .syscalls
                .iter()
                .filter(|s| s.verdict == Verdict::NeverFiltered)
                .count()
        );
    });
}

#[test]
fn no_filter_means_that_nothing_is_asked() {
    let found = probe::verdicts(Some(SeccompMode::Disabled), Asking::default());
    assert_eq!(found.method, SeccompMethod::NoFilter);
    assert!(
        found.abis[0]
            .syscalls
            .iter()
            .all(|s| s.verdict == Verdict::Allowed)
    );
}

/// What stands in the way is named, and the probe ends.
fn denied(name: &str, arguments: &[ScmpArgCompare], action: ScmpAction) -> SeccompMethod {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    filter
        .add_rule_conditional(action, ScmpSyscall::from_name(name).unwrap(), arguments)
        .unwrap();
    filter.load().unwrap();
    let method = asked(Asking::default()).method;
    println!("{method:?}");
    method
}

#[test]
fn a_denied_clone_is_named() {
    in_own_process("probe::a_denied_clone_is_named", || {
        let method = denied("clone", &[], ScmpAction::Errno(1));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("clone: EPERM")));
    });
}

#[test]
fn a_denied_wait_is_named() {
    in_own_process("probe::a_denied_wait_is_named", || {
        let method = denied("wait4", &[], ScmpAction::Errno(1));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("wait4: EPERM")));
        // Nobody can take note of a child's end; but end it does.
        for thread in std::fs::read_dir("/proc/self/task").unwrap() {
            let children = thread.unwrap().path().join("children");
            // The thread may have ended since; another then has its children.
            let children = std::fs::read_to_string(children).unwrap_or_default();
            for child in children.split_whitespace() {
                let ended = || {
                    let status = std::fs::read_to_string(format!("/proc/{child}/status"));
                    status.is_ok_and(|status| status.contains("State:\tZ"))
                };
                let until = Instant::now() + LIMIT;
                while !ended() && Instant::now() < until {
                    std::thread::yield_now();
                }
                assert!(ended(), "{child}");
            }
        }
    });
}

#[test]
fn a_denied_seccomp_is_named() {
    in_own_process("probe::a_denied_seccomp_is_named", || {
        let method = denied("seccomp", &[], ScmpAction::Errno(1));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EPERM")));
    });
}

#[test]
fn a_denied_prctl_is_named() {
    in_own_process("probe::a_denied_prctl_is_named", || {
        let no_new_privs = ScmpArgCompare::new(0, ScmpCompareOp::Equal, 38);
        let method = denied("prctl", &[no_new_privs], ScmpAction::Errno(13));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EACCES")));
    });
}

#[test]
fn a_faked_success_of_seccomp_carries_nothing_out() {
    in_own_process(
        "probe::a_faked_success_of_seccomp_carries_nothing_out",
        || {
            let method = denied("seccomp", &[], ScmpAction::Errno(0));
            assert!(
                matches!(method, SeccompMethod::NotProbed { why } if why.contains("no listener"))
            );
        },
    );
}

#[test]
fn a_faked_success_without_a_listener_carries_nothing_out() {
    in_own_process(
        "probe::a_faked_success_without_a_listener_carries_nothing_out",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            let seccomp = ScmpSyscall::from_name("seccomp").unwrap();
            for (flags, errno) in [(8, 22), (0, 0)] {
                let with = ScmpArgCompare::new(1, ScmpCompareOp::Equal, flags);
                filter
                    .add_rule_conditional(ScmpAction::Errno(errno), seccomp, &[with])
                    .unwrap();
            }
            filter.load().unwrap();
            let method = asked(Asking::default()).method;
            assert!(
                matches!(&method, SeccompMethod::NotProbed { why } if why.contains("added no filter")),
                "{method:?}"
            );
        },
    );
}

/// Only time is saved by sharing a processor: a filter that kills for it costs no verdict.
#[test]
fn a_filter_that_kills_for_what_saves_time_costs_no_verdict() {
    in_own_process(
        "probe::a_filter_that_kills_for_what_saves_time_costs_no_verdict",
        || {
            let method = denied("sched_setaffinity", &[], ScmpAction::KillProcess);
            assert!(matches!(method, SeccompMethod::Notify { .. }), "{method:?}");
        },
    );
}

#[test]
fn a_trap_on_what_saves_time_costs_no_verdict() {
    in_own_process("probe::a_trap_on_what_saves_time_costs_no_verdict", || {
        let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
        rule(&mut filter, ScmpAction::Trap, "sched_setaffinity");
        filter.load().unwrap();
        let found = asked(Asking::default());
        let trapped = found.abis[0].syscalls.iter();
        let trapped = trapped.filter(|s| matches!(s.verdict, Verdict::Trapped(_)));
        let names: Vec<&str> = trapped.map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["sched_setaffinity"]);
    });
}

/// Nothing may be asked where the own filter is not there: close(2) with zeros would close
/// the descriptor 0 of this process, which the child shares.
#[test]
fn a_trapped_seccomp_carries_nothing_out() {
    in_own_process("probe::a_trapped_seccomp_carries_nothing_out", || {
        assert!(nix::unistd::isatty(std::io::stdin()).is_ok());
        let method = denied("seccomp", &[], ScmpAction::Trap);
        assert!(
            matches!(&method, SeccompMethod::NotProbed { why } if why.contains("SIGSYS")),
            "{method:?}"
        );
        assert!(nix::unistd::isatty(std::io::stdin()).is_ok());
    });
}

#[test]
fn a_listener_that_is_refused_leaves_the_tracer_less_answer() {
    in_own_process(
        "probe::a_listener_that_is_refused_leaves_the_tracer_less_answer",
        || {
            let with_listener = ScmpArgCompare::new(1, ScmpCompareOp::Equal, 8);
            let method = denied("seccomp", &[with_listener], ScmpAction::Errno(22));
            assert!(matches!(method, SeccompMethod::TraceWithoutTracer { .. }));
        },
    );
}

#[test]
fn an_existing_listener_is_named() {
    in_own_process("probe::an_existing_listener_is_named", || {
        let method = denied("vhangup", &[], ScmpAction::Notify);
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EBUSY")));
    });
}
