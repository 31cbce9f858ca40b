//! Calls that some kernels show to no filter, below filters that answer as their bodies do.

use amiconfined::confinement::{Errno, Verdict};
use amiconfined::probe;
use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};
use nix::libc;

use crate::probe::in_own_process;

/// x86_64's `uprobe`, which libseccomp has no name for.
const UPROBE: i32 = 336;

/// Adds a filter that answers `uprobe` with this error alone.
fn answer_with(errno: i32) {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let uprobe = ScmpSyscall::from(UPROBE);
    filter.add_rule(ScmpAction::Errno(errno), uprobe).unwrap();
    filter.load().unwrap();
}

fn told_as(test: &str, errno: i32) {
    in_own_process(test, || {
        answer_with(errno);
        let found = probe::verdicts(None, probe::Asking::default());
        let uprobe = found.abis[0].by_name("uprobe").unwrap();
        // What this kernel does: the newest filter's own error comes back, or it was not asked.
        const OWN: i32 = 3001;
        answer_with(OWN);
        // SAFETY: it takes no argument, and answers an error outside the kernel's trampoline.
        let answer = unsafe { libc::syscall(UPROBE.into()) };
        assert_eq!(answer, -1);
        let expected = match nix::errno::Errno::last_raw() {
            OWN => Verdict::Errno(Errno(errno)),
            _ => Verdict::NeverFiltered,
        };
        println!("{expected}");
        assert_eq!(uprobe.verdict, expected);
    });
}

/// Below a filter that answers the error, and another one to whoever adds a filter without a
/// listener: which of both has answered cannot be learnt then.
fn untold_as(test: &str, of_seccomp: i32) {
    in_own_process(test, || {
        answer_with(libc::EPERM);
        let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
        let seccomp = ScmpSyscall::from_name("seccomp").unwrap();
        let no_flags = ScmpArgCompare::new(1, ScmpCompareOp::Equal, 0);
        filter
            .add_rule_conditional(ScmpAction::Errno(of_seccomp), seccomp, &[no_flags])
            .unwrap();
        filter.load().unwrap();
        let found = probe::verdicts(None, probe::Asking::default());
        let uprobe = found.abis[0].by_name("uprobe").unwrap();
        println!("{}", uprobe.verdict);
        assert!(matches!(&uprobe.verdict, Verdict::Inconclusive(why) if why.contains("own body")));
        let write = found.abis[0].by_name("write").unwrap();
        assert_eq!(write.verdict, Verdict::Allowed);
    });
}

#[test]
fn without_a_second_filter_it_is_said_not_to_be_known() {
    untold_as(
        "probe_unfiltered::without_a_second_filter_it_is_said_not_to_be_known",
        libc::EACCES,
    );
}

#[test]
fn nor_is_it_known_where_that_filter_is_faked() {
    untold_as(
        "probe_unfiltered::nor_is_it_known_where_that_filter_is_faked",
        0,
    );
}

#[test]
fn an_error_of_the_body_is_no_filters() {
    told_as(
        "probe_unfiltered::an_error_of_the_body_is_no_filters",
        libc::EPERM,
    );
}

#[test]
fn nor_is_it_where_a_filter_answers_the_same() {
    told_as(
        "probe_unfiltered::nor_is_it_where_a_filter_answers_the_same",
        libc::ENXIO,
    );
}
