//! Verdicts from answers.

use nix::errno::Errno as NixErrno;

use crate::bpf::Action;
use crate::confinement::{
    AbiVerdicts, ArgumentVerdict, Cause, Errno, KillScope, SyscallVerdict, Verdict, VerdictRange,
};
use crate::syscalls::{Abi, KERNEL_RELEASE};

use super::answer::Answer;
use super::own::Own;
use super::question::Question;

/// The verdict that an answer is.
pub(super) fn verdict(answer: Answer, own: Own) -> Verdict {
    match answer {
        Answer::Unasked => Verdict::Inconclusive("time was up before it was asked".into()),
        Answer::PassedOn | Answer::Entered(_) => Verdict::Allowed,
        Answer::Trapped(data) => Verdict::Trapped(data),
        Answer::KilledThread => Verdict::Killed(KillScope::Thread),
        Answer::KilledProcess => Verdict::Killed(KillScope::Process),
        Answer::Killed => Verdict::Inconclusive(
            "killed; no second thread could be had to tell thread from process".into(),
        ),
        Answer::KilledOrTrapped => Verdict::Inconclusive(
            "killed or trapped; no handler could be had to tell one from the other".into(),
        ),
        Answer::Handed(data) => Verdict::Traced(data),
        Answer::Waited => Verdict::Notified,
        Answer::Somebody(Some(answer)) => Verdict::Inconclusive(format!(
            "it returned {answer}, by a filter or by the supervisor of the listener that is present"
        )),
        Answer::Somebody(None) => Verdict::Inconclusive("no answer came".into()),
        Answer::Lost => Verdict::Inconclusive(
            "the process that asked ended, and how could not be learnt".into(),
        ),
        Answer::Died(signal) => {
            Verdict::Inconclusive(format!("the asking process died of {signal}"))
        }
        Answer::Returned(value) => returned(value, own),
        Answer::OfEither(value) => match returned(value, own) {
            errno @ Verdict::Errno(_) => Verdict::Inconclusive(format!(
                "{errno}: of a filter, or of its own body, which some kernels show to no filter"
            )),
            unclear => unclear,
        },
        Answer::Unfiltered => Verdict::NeverFiltered,
    }
}

/// The verdict that a filter's action is.
pub(super) fn of_action(action: Action) -> Verdict {
    Verdict::of_filter_return(action.to_raw())
}

fn returned(value: i64, own: Own) -> Verdict {
    if own == Own::Trace && value == -(NixErrno::ENOSYS as i64) {
        return Verdict::Inconclusive(Verdict::UNCLEAR_ENOSYS.into());
    }
    match i32::try_from(-value) {
        Ok(errno @ 0..=4095) => Verdict::Errno(Errno(errno)),
        _ => Verdict::Inconclusive(format!(
            "the call returned {value}, which no filter can make it do"
        )),
    }
}

/// The verdicts of one ABI, from its questions in their order and what `verdict_of` says of each.
pub(super) fn table(
    abi: Abi,
    questions: &[Question],
    verdict_of: impl Fn(usize, &Question) -> Verdict,
) -> AbiVerdicts {
    let mut syscalls: Vec<SyscallVerdict> = Vec::with_capacity(abi.syscalls().len());
    let mut unnamed: Vec<VerdictRange> = Vec::new();
    // Both rise.
    let mut rows = abi.syscalls().iter().peekable();
    for (at, question) in questions.iter().enumerate() {
        let verdict = verdict_of(at, question);
        if let Question::Listed(.., vector) = question {
            let asked = syscalls.binary_search_by_key(&question.number(), |s| s.number);
            if let Some(syscall) = asked.ok().and_then(|at| syscalls.get_mut(at)) {
                syscall.arguments.push(ArgumentVerdict {
                    label: vector.label().into(),
                    verdict,
                });
            }
            continue;
        }
        while rows.next_if(|row| row.number < question.number()).is_some() {}
        match rows.next_if(|row| row.number == question.number()) {
            Some(row) => {
                let cause = (verdict.stopped() == Some(true)).then_some(Cause::Seccomp);
                syscalls.push(SyscallVerdict {
                    number: question.number(),
                    name: row.name().into(),
                    verdict,
                    arguments: Vec::new(),
                    cause,
                    executed: None,
                    cases: Vec::new(),
                });
            }
            None => match unnamed.last_mut() {
                Some(range) if range.last + 1 == question.number() && range.verdict == verdict => {
                    range.last = question.number();
                }
                _ => unnamed.push(VerdictRange {
                    first: question.number(),
                    last: question.number(),
                    verdict,
                }),
            },
        }
    }
    AbiVerdicts {
        abi: abi.as_str().to_owned(),
        native: abi == Abi::native(),
        offered: None,
        table: KERNEL_RELEASE.to_owned(),
        syscalls,
        unnamed,
    }
}
