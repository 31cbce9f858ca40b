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
use super::question::{Arguments, Question};
use super::slot::By;
use super::{exempt, raw};

/// Their numbers, which are x86_64's alone.
const NUMBERS: [u32; 2] = [335, 336];

/// Whether some kernels let this call by every filter.
pub(super) fn may_be_unfiltered(question: &Question) -> bool {
    question.abi == Abi::X86_64
        && NUMBERS.contains(&question.number)
        && matches!(question.asked_with, Arguments::Zero)
}

/// Makes such a call once more, where it returned and did not come to the own filter, below an
/// own filter whose error outranks any other filter's: another error is the body's own. For the
/// asking thread, which puts no question after.
pub(super) fn tell_apart(task: &Task<'_>) {
    let mut outranks = false;
    let asked = task.questions.iter().zip(task.board.slots());
    for (question, slot) in asked.filter(|(question, _)| may_be_unfiltered(question)) {
        if slot.answer().is_none() || slot.by() != By::Inherited {
            continue;
        }
        slot.answered(By::Either);
        outranks = outranks || outrank();
        if !outranks {
            return;
        }
        // SAFETY: the filter that has just been added stops every call that a filter can stop.
        // What else there is has been made before.
        let answer = unsafe { raw::native(question.number.into(), question.arguments()) };
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
