//! The two calls that a kernel may let by every filter, so that their own bodies answer.
//!
//! `uretprobe` and `uprobe`: no filter runs on them since Linux 6.14 and 6.18
//! (`kernel/seccomp.c`). The body of the one ends the process with SIGILL, that of the other
//! answers an error, which one has changed since. A filter may answer the same error where
//! the kernel does ask it.

use nix::libc;

use crate::syscalls::Abi;

use super::child::{Task, give_up_privileges};
use super::own::Own;
use super::question::Question;
use super::slot::By;
use super::{exempt, raw};

/// Their numbers, which are x86_64's alone.
const NUMBERS: [u32; 2] = [335, 336];

/// Whether some kernels let this call by every filter.
pub(super) fn may_be_unfiltered(question: &Question) -> bool {
    question.abi() == Abi::X86_64
        && NUMBERS.contains(&question.number())
        && matches!(question, Question::Zero(..))
}

/// Makes such a call once more, where it returned and did not come to the own filter, below an
/// own filter whose error outranks any other filter's: another error is the body's own. For the
/// asking thread, which puts no question after.
pub(super) fn tell_apart(task: &Task<'_>) {
    let returned = |by| {
        let asked = task.questions.iter().zip(task.board.slots());
        // An ABI's questions stand together, the native one's first.
        let native = asked.take_while(|(question, _)| question.abi() == Abi::native());
        native.filter(move |(question, slot)| {
            may_be_unfiltered(question) && slot.answer().is_some() && slot.by() == by
        })
    };
    // All of them first, since what follows may come to an early end.
    let mut unclear = false;
    for (_, slot) in returned(By::Inherited) {
        slot.answered(By::Either);
        unclear = true;
    }
    if !unclear || !outrank() {
        return;
    }
    for (question, slot) in returned(By::Either) {
        // SAFETY: the filter that has just been added stops every call that a filter can stop.
        // What else there is has been made before.
        let answer = unsafe { raw::native(question.number().into(), question.arguments()) };
        slot.answered(if answer == Own::Errno.answers() {
            By::Inherited
        } else {
            By::Body
        });
    }
}

/// Adds an own filter whose error outranks any other filter's. Gives whether it is there: a
/// filter can fake that.
fn outrank() -> bool {
    let added = Own::Errno.add(|args| {
        // SAFETY: filters this process alone, by a program that outlives the call.
        unsafe { exempt::call(libc::SYS_seccomp, args) }
    });
    added == 0 && give_up_privileges() == Own::Errno.answers()
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::time::{Duration, Instant};

    use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};

    use super::*;
    use crate::probe::answer::Answer;
    use crate::probe::how::How;
    use crate::probe::question::Part;
    use crate::probe::supervisor::put;

    /// Below filters that answer the call and let no filter be added without a listener.
    #[test]
    fn where_no_filter_outranks_the_others_each_may_be_either() {
        let asks = std::thread::spawn(|| {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            let denied = ScmpAction::Errno(libc::EPERM);
            filter.add_rule(denied, ScmpSyscall::from(336)).unwrap();
            let seccomp = ScmpSyscall::from_name("seccomp").unwrap();
            let no_flags = ScmpArgCompare::new(1, ScmpCompareOp::Equal, 0);
            filter
                .add_rule_conditional(denied, seccomp, &[no_flags])
                .unwrap();
            filter.load().unwrap();
            let questions = vec![Question::Zero(Abi::X86_64, 336); 2];
            let until = Instant::now() + Duration::from_secs(60);
            put(Part::whole(&questions), How::here(Own::Notify, until))
        });
        let answers = asks.join().unwrap().unwrap();
        assert!(
            matches!(answers[..], [Answer::OfEither(_), Answer::OfEither(_)]),
            "{answers:?}"
        );
    }
}
