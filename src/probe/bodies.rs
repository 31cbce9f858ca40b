//! The two calls that a kernel may let by every filter, so that their own bodies answer.
//!
//! `uretprobe` and `uprobe`: no filter runs on them since Linux 6.14 and 6.18
//! (`kernel/seccomp.c`). The body of the one ends the child with SIGILL, that of the other
//! answers an error, which one has changed since. A filter may answer the same error where
//! the kernel does ask it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::confinement::{AbiVerdicts, SyscallVerdict, Verdict};
use crate::syscalls::Abi;

use super::answer::Answer;
use super::own::{Own, SENTINEL};
use super::parallel::Beside;
use super::question::Question;
use super::supervisor::How;

/// Their numbers, which are x86_64's alone.
const NUMBERS: [u32; 2] = [335, 336];

/// How long that may take though time is up.
const LAST: Duration = Duration::from_millis(150);

/// The two calls, being made.
pub(super) struct Bodies(Option<Beside>);

impl Bodies {
    /// Makes both where one of them was answered otherwise than by the own filter, below an
    /// own filter whose error outranks any other filter's: another error is the body's own.
    pub(super) fn try_where_unclear(
        verdict_of: impl Fn(&Question) -> Option<Verdict>,
        until: Instant,
    ) -> Option<Self> {
        let questions = NUMBERS.map(|number| Question::zero(Abi::X86_64, number));
        let mut verdicts = questions.iter().filter_map(verdict_of);
        if Abi::native() != Abi::X86_64 || !verdicts.any(|verdict| is_unclear(&verdict)) {
            return None;
        }
        // Two calls, which a last moment is kept for.
        let how = How::here(Own::Errno, until.max(Instant::now() + LAST));
        Some(Self(Beside::start(
            Arc::new(questions.to_vec()),
            (0, 1),
            how,
        )))
    }

    /// Tells who has answered.
    pub(super) fn mark(self, abis: &mut [AbiVerdicts]) {
        let answers = self.0.and_then(|beside| beside.answers().ok());
        let answers = answers.unwrap_or_default();
        let native = abis.iter_mut().filter(|abi| abi.native);
        for syscall in native.flat_map(|abi| &mut abi.syscalls) {
            let Some(at) = unclear(syscall) else {
                continue;
            };
            let unseen = answers.get(at).and_then(unseen);
            syscall.verdict = match (unseen, &syscall.verdict) {
                (Some(true), _) => Verdict::NeverFiltered,
                (None, Verdict::Errno(_)) => Verdict::Inconclusive(format!(
                    "{}: of a filter, or of its own body, which some kernels show to no filter",
                    syscall.verdict
                )),
                _ => continue,
            };
            syscall.cause = None;
        }
    }
}

/// Which of [`NUMBERS`] it is that was answered, by a filter or its own body.
fn unclear(syscall: &SyscallVerdict) -> Option<usize> {
    let at = NUMBERS.iter().position(|number| *number == syscall.number);
    at.filter(|_| is_unclear(&syscall.verdict))
}

fn is_unclear(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Errno(_) | Verdict::Inconclusive(_))
}

/// Whether no filter sees it, as far as the answer tells.
fn unseen(answer: &Answer) -> Option<bool> {
    match answer {
        Answer::Returned(error) => Some(*error != -i64::from(SENTINEL)),
        Answer::Died(Signal::SIGILL) => Some(true),
        _ => None,
    }
}
