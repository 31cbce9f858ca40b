//! What only a tracer can tell: verdicts where a listener is present, and an inherited TRACE.

use amiconfined::confinement::{
    Errno, Executed, KillScope, LetThrough, Reading, Seccomp, SeccompMethod, Verdict,
};
use amiconfined::probe::{self, Asking, SeccompProbe};
use libseccomp::{
    ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpNotifReq, ScmpNotifResp,
    ScmpNotifRespFlags, ScmpSyscall,
};
use std::os::fd::RawFd;
use std::time::Instant;

use crate::probe::{LIMIT, asked, in_own_process};

/// The calls that the filter hands to its listener: one is never made by a test, the other
/// changes nothing.
const NOTIFIED: [&str; 2] = ["vhangup", "getppid"];
const REBOOT: &str = "reboot";
/// `PR_SET_PDEATHSIG`, include/uapi/linux/prctl.h.
const PR_SET_PDEATHSIG: u64 = 1;

fn loaded(rules: &[(ScmpAction, &str)]) -> ScmpFilterContext {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for (action, name) in rules {
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(*action, call).unwrap();
    }
    filter.load().unwrap();
    filter
}

/// Asks where a listener is present; `answers` is what its supervisor does, in a thread of
/// its own that is under no filter.
fn under_a_listener(answers: Option<fn(RawFd)>) {
    let (send, fd) = std::sync::mpsc::channel::<RawFd>();
    if let Some(answers) = answers {
        std::thread::spawn(move || answers(fd.recv().unwrap()));
    }
    let filter = loaded(&[
        (ScmpAction::Notify, NOTIFIED[0]),
        (ScmpAction::Notify, NOTIFIED[1]),
        (ScmpAction::Errno(1), "mount"),
        (ScmpAction::Errno(38), "clone3"),
        (ScmpAction::Trap, "acct"),
        (ScmpAction::KillThread, "keyctl"),
        (ScmpAction::KillProcess, "bpf"),
    ]);
    let _ = send.send(filter.get_notify_fd().unwrap());
    let asking = Asking {
        under_listener: true,
        tell_trace: false,
    };
    let found = asked(asking);
    let method = &found.method;
    assert!(
        matches!(method, SeccompMethod::Traced { why, .. } if why.contains("EBUSY")),
        "{method:?}"
    );
    for name in NOTIFIED {
        assert_eq!(verdict(&found, name), Verdict::Notified, "{name}");
    }
    let errno = |number| Verdict::Errno(Errno(number));
    assert_eq!(verdict(&found, "mount"), errno(1));
    assert_eq!(verdict(&found, "clone3"), errno(38));
    assert_eq!(verdict(&found, "acct"), Verdict::Trapped(0));
    assert_eq!(
        verdict(&found, "keyctl"),
        Verdict::Killed(KillScope::Thread)
    );
    assert_eq!(verdict(&found, "bpf"), Verdict::Killed(KillScope::Process));
    let others = ["mount", "clone3", "acct", "keyctl", "bpf"];
    for syscall in &found.abis[0].syscalls {
        let name = &*syscall.name;
        if NOTIFIED.contains(&name)
            || others.contains(&name)
            || syscall.verdict == Verdict::NeverFiltered
        {
            continue;
        }
        assert_eq!(syscall.verdict, Verdict::Allowed, "{name}");
        for asked in &syscall.arguments {
            assert_eq!(asked.verdict, Verdict::Allowed, "{name} {}", asked.label);
        }
    }
}

fn verdict(found: &SeccompProbe, name: &str) -> Verdict {
    found.abis[0].by_name(name).unwrap().verdict.clone()
}

#[test]
fn calls_that_nobody_answers_are_notified_ones() {
    in_own_process(
        "probe_traced::calls_that_nobody_answers_are_notified_ones",
        || under_a_listener(None),
    );
}

#[test]
fn an_error_that_a_supervisor_gives_is_not_the_filters() {
    in_own_process(
        "probe_traced::an_error_that_a_supervisor_gives_is_not_the_filters",
        || {
            under_a_listener(Some(|fd| {
                while let Ok(call) = ScmpNotifReq::receive(fd) {
                    let flags = ScmpNotifRespFlags::empty();
                    let _ = ScmpNotifResp::new_error(call.id, -1, flags).respond(fd);
                }
            }));
        },
    );
}

#[test]
fn a_call_that_a_supervisor_lets_run_is_a_notified_one() {
    in_own_process(
        "probe_traced::a_call_that_a_supervisor_lets_run_is_a_notified_one",
        || {
            under_a_listener(Some(|fd| {
                while let Ok(call) = ScmpNotifReq::receive(fd) {
                    let harmless = call.data.syscall == ScmpSyscall::from_name("getppid").unwrap();
                    let response = match harmless {
                        true => ScmpNotifResp::new_continue(call.id, ScmpNotifRespFlags::empty()),
                        false => ScmpNotifResp::new_error(call.id, -1, ScmpNotifRespFlags::empty()),
                    };
                    let _ = response.respond(fd);
                }
            }));
        },
    );
}

#[test]
fn a_tracer_that_may_not_trace_says_so() {
    in_own_process("probe_traced::a_tracer_that_may_not_trace_says_so", || {
        let _filter = loaded(&[
            (ScmpAction::Notify, NOTIFIED[0]),
            (ScmpAction::KillProcess, "ptrace"),
        ]);
        let asking = Asking {
            under_listener: true,
            tell_trace: false,
        };
        let method = asked(asking).method;
        assert!(
            matches!(&method, SeccompMethod::NotProbed { why }
                if why.contains("EBUSY") && why.contains("ptrace")),
            "{method:?}"
        );
    });
}

/// What a call that a filter hands to a tracer looks like.
#[test]
fn an_inherited_trace_is_told_from_allowed_where_that_is_asked_for() {
    in_own_process(
        "probe_traced::an_inherited_trace_is_told_from_allowed_where_that_is_asked_for",
        || {
            let _filter = loaded(&[(ScmpAction::Trace(7), REBOOT), (ScmpAction::Log, "acct")]);
            let found = asked(Asking::default());
            assert_eq!(verdict(&found, REBOOT), Verdict::Allowed);
            let SeccompMethod::Notify { allowed_may_be, .. } = &found.method else {
                panic!("{:?}", found.method);
            };
            assert_eq!(allowed_may_be[..], [LetThrough::Logged, LetThrough::Traced]);

            let asking = Asking {
                under_listener: false,
                tell_trace: true,
            };
            let told = asked(asking);
            assert_eq!(verdict(&told, REBOOT), Verdict::Traced(7));
            let vectors = &told.abis[0].by_name(REBOOT).unwrap().arguments;
            assert!(
                vectors
                    .iter()
                    .all(|asked| asked.verdict == Verdict::Traced(7))
            );
            assert_eq!(verdict(&told, "acct"), Verdict::Allowed);
            let SeccompMethod::Notify { allowed_may_be, .. } = &told.method else {
                panic!("{:?}", told.method);
            };
            assert_eq!(allowed_may_be[..], [LetThrough::Logged]);
            for (before, after) in found.abis.iter().zip(&told.abis) {
                for (before, after) in before.syscalls.iter().zip(&after.syscalls) {
                    if after.name != REBOOT {
                        assert_eq!(before, after);
                    }
                }
            }

            // Executed, it gives the ENOSYS of a kernel that has no such call.
            let mut seccomp = Seccomp {
                mode: Reading::Known(amiconfined::confinement::SeccompMode::Filter),
                filters: Reading::Known(1),
                method: found.method,
                abis: found.abis,
                dumped: Vec::new(),
            };
            probe::execute(&mut seccomp);
            let reboot = seccomp.abis[0].by_name(REBOOT).unwrap();
            assert_eq!(reboot.verdict, Verdict::Traced(7));
            assert!(
                matches!(&reboot.executed, Some(Executed::NotExecuted(why)) if why.contains("tracer")),
                "{:?}",
                reboot.executed
            );
        },
    );
}

/// The child's own calls come to a tracer too, where a filter hands those over: then nobody
/// can be asked, which is said.
#[test]
fn where_the_childs_own_calls_are_handed_over_nothing_is_told() {
    in_own_process(
        "probe_traced::where_the_childs_own_calls_are_handed_over_nothing_is_told",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            let prctl = ScmpSyscall::from_name("prctl").unwrap();
            let with = ScmpArgCompare::new(0, ScmpCompareOp::Equal, PR_SET_PDEATHSIG);
            filter
                .add_rule_conditional(ScmpAction::Trace(7), prctl, &[with])
                .unwrap();
            filter.load().unwrap();
            let asking = Asking {
                under_listener: false,
                tell_trace: true,
            };
            let started = Instant::now();
            let found = probe::verdicts(None, asking);
            assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
            let SeccompMethod::Notify {
                allowed_may_be,
                trace_untold: Some(why),
            } = &found.method
            else {
                panic!("{:?}", found.method);
            };
            assert_eq!(allowed_may_be[..], [LetThrough::Logged, LetThrough::Traced]);
            assert_eq!(why, "time was up");
            assert_eq!(verdict(&found, "prctl"), Verdict::Allowed);
        },
    );
}
