//! The probe under filters that kill for nearly everything: each kill costs a child.

use amiconfined::confinement::{AbiVerdicts, KillScope, SeccompMethod, Verdict};
use amiconfined::probe::Asking;
use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

use crate::probe::{asked, in_own_process};

/// What this test and the probe call themselves.
const NEEDED: [&str; 44] = [
    "brk",
    "clock_gettime",
    "clone",
    "clone3",
    "close",
    "exit",
    "exit_group",
    "fcntl",
    "fstat",
    "futex",
    "getpid",
    "getppid",
    "getrandom",
    "gettid",
    "ioctl",
    "kill",
    "lseek",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "openat",
    "poll",
    "prctl",
    "read",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_yield",
    "seccomp",
    "set_robust_list",
    "sigaltstack",
    "tgkill",
    "uname",
    "wait4",
    "waitid",
    "write",
    "writev",
    "statx",
];

/// Loads a filter that kills for all else, in every ABI, and asks.
fn under_a_killing_filter(action: ScmpAction, scope: KillScope) {
    let mut filter = ScmpFilterContext::new(action).unwrap();
    filter.set_act_badarch(action).unwrap();
    for name in NEEDED {
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(ScmpAction::Allow, call).unwrap();
    }
    filter.load().unwrap();
    let found = asked(Asking::default());
    let [native, i386, x32] = &found.abis[..] else {
        panic!("{:?}", found.method);
    };
    let killed = Verdict::Killed(scope);
    let mut kills = 0;
    for table in [native, i386, x32] {
        for syscall in &table.syscalls {
            let needed = table.native && NEEDED.contains(&&*syscall.name);
            let expected = match &syscall.verdict {
                Verdict::NeverFiltered => continue,
                _ if needed => &Verdict::Allowed,
                _ => &killed,
            };
            assert_eq!(&syscall.verdict, expected, "{} {}", table.abi, syscall.name);
            for asked in &syscall.arguments {
                assert_eq!(&asked.verdict, expected, "{} {}", syscall.name, asked.label);
            }
            kills += usize::from(!needed) * (1 + syscall.arguments.len());
        }
        kills += unnamed(table, &killed);
    }
    println!("{kills} kills");
    assert!(kills > 3500, "{kills}");
}

fn unnamed(table: &AbiVerdicts, killed: &Verdict) -> usize {
    let ranges = table.unnamed.iter().map(|range| {
        assert_eq!(&range.verdict, killed, "{}: {range:?}", table.abi);
        usize::try_from(range.last - range.first + 1).unwrap()
    });
    ranges.sum()
}

#[test]
fn every_killed_process_is_told_in_time() {
    in_own_process("probe_kills::every_killed_process_is_told_in_time", || {
        under_a_killing_filter(ScmpAction::KillProcess, KillScope::Process);
    });
}

#[test]
fn every_killed_thread_is_told_in_time() {
    in_own_process("probe_kills::every_killed_thread_is_told_in_time", || {
        under_a_killing_filter(ScmpAction::KillThread, KillScope::Thread);
    });
}

/// The supervising thread itself is killed, and nothing else: that is said, in time.
#[test]
fn a_supervisor_that_is_killed_is_not_waited_for() {
    in_own_process(
        "probe_kills::a_supervisor_that_is_killed_is_not_waited_for",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            let poll = ScmpSyscall::from_name("poll").unwrap();
            filter.add_rule(ScmpAction::KillThread, poll).unwrap();
            filter.load().unwrap();
            let method = asked(Asking::default()).method;
            assert!(
                matches!(&method, SeccompMethod::NotProbed { why } if why.contains("killed")),
                "{method:?}"
            );
        },
    );
}
