//! The probe where filters stop, trap or fake the calls that it makes itself.

use std::time::Instant;

use amiconfined::confinement::{SeccompMethod, Verdict};
use amiconfined::probe::Asking;
use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};

use crate::probe::{LIMIT, asked, in_own_process, rule};

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
    in_own_process("probe_denied::a_denied_clone_is_named", || {
        let method = denied("clone", &[], ScmpAction::Errno(1));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("clone: EPERM")));
    });
}

#[test]
fn a_denied_wait_is_named() {
    in_own_process("probe_denied::a_denied_wait_is_named", || {
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
    in_own_process("probe_denied::a_denied_seccomp_is_named", || {
        let method = denied("seccomp", &[], ScmpAction::Errno(1));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EPERM")));
    });
}

#[test]
fn a_denied_prctl_is_named() {
    in_own_process("probe_denied::a_denied_prctl_is_named", || {
        let no_new_privs = ScmpArgCompare::new(0, ScmpCompareOp::Equal, 38);
        let method = denied("prctl", &[no_new_privs], ScmpAction::Errno(13));
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EACCES")));
    });
}

#[test]
fn a_faked_success_of_seccomp_carries_nothing_out() {
    in_own_process(
        "probe_denied::a_faked_success_of_seccomp_carries_nothing_out",
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
        "probe_denied::a_faked_success_without_a_listener_carries_nothing_out",
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
        "probe_denied::a_filter_that_kills_for_what_saves_time_costs_no_verdict",
        || {
            let method = denied("sched_setaffinity", &[], ScmpAction::KillProcess);
            assert!(matches!(method, SeccompMethod::Notify { .. }), "{method:?}");
        },
    );
}

#[test]
fn a_trap_on_what_saves_time_costs_no_verdict() {
    in_own_process(
        "probe_denied::a_trap_on_what_saves_time_costs_no_verdict",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            rule(&mut filter, ScmpAction::Trap, "sched_setaffinity");
            filter.load().unwrap();
            let found = asked(Asking::default());
            let trapped = found.abis[0].syscalls.iter();
            let trapped = trapped.filter(|s| matches!(s.verdict, Verdict::Trapped(_)));
            let names: Vec<&str> = trapped.map(|s| &*s.name).collect();
            assert_eq!(names, ["sched_setaffinity"]);
        },
    );
}

/// Nothing may be asked where the own filter is not there: close(2) with zeros would close
/// the descriptor 0 of this process, which the child shares.
#[test]
fn a_trapped_seccomp_carries_nothing_out() {
    in_own_process(
        "probe_denied::a_trapped_seccomp_carries_nothing_out",
        || {
            assert!(nix::unistd::isatty(std::io::stdin()).is_ok());
            let method = denied("seccomp", &[], ScmpAction::Trap);
            assert!(
                matches!(&method, SeccompMethod::NotProbed { why } if why.contains("SIGSYS")),
                "{method:?}"
            );
            assert!(nix::unistd::isatty(std::io::stdin()).is_ok());
        },
    );
}

#[test]
fn a_listener_that_is_refused_leaves_the_tracer_less_answer() {
    in_own_process(
        "probe_denied::a_listener_that_is_refused_leaves_the_tracer_less_answer",
        || {
            let with_listener = ScmpArgCompare::new(1, ScmpCompareOp::Equal, 8);
            let method = denied("seccomp", &[with_listener], ScmpAction::Errno(22));
            assert!(matches!(method, SeccompMethod::TraceWithoutTracer { .. }));
        },
    );
}

#[test]
fn an_existing_listener_is_named() {
    in_own_process("probe_denied::an_existing_listener_is_named", || {
        let method = denied("vhangup", &[], ScmpAction::Notify);
        assert!(matches!(method, SeccompMethod::NotProbed { why } if why.contains("EBUSY")));
    });
}
