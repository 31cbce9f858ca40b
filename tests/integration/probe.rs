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

/// Adds a rule without conditions.
pub(crate) fn rule(filter: &mut ScmpFilterContext, action: ScmpAction, name: &str) {
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
