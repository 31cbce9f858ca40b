//! The two calls that a kernel may let by every filter, so that their own bodies answer.
//!
//! `uretprobe` and `uprobe`: no filter runs on them since Linux 6.14 and 6.18
//! (`kernel/seccomp.c`). The body of the one ends the child with SIGILL, that of the other
//! answers an error, which one has changed since. A filter may answer the same error where
//! the kernel does ask it.

use std::time::{Duration, Instant};

use crate::confinement::{AbiVerdicts, SyscallVerdict, Verdict};
use crate::syscalls::Abi;

use super::answer::Answer;
use super::own::{Own, SENTINEL};
use super::question::{Arguments, Question};
use super::supervisor::{self, How};

/// Their numbers, which are x86_64's alone.
const NUMBERS: [u32; 2] = [335, 336];

/// How long that may take though time is up.
const LAST: Duration = Duration::from_millis(150);

/// Which of them no filter sees, as far as that could be told.
pub(super) struct Bodies([Option<bool>; NUMBERS.len()]);

impl Bodies {
    /// Tells, where one of them was answered otherwise than by the own filter, by whom.
    pub(super) fn mark(abis: &mut [AbiVerdicts], until: Instant) {
        let native = abis.iter_mut().find(|abi| abi.native);
        let mut answered: Vec<(usize, &mut SyscallVerdict)> = native
            .into_iter()
            .flat_map(|abi| abi.syscalls.iter_mut())
            .filter(|syscall| {
                matches!(
                    syscall.verdict,
                    Verdict::Errno(_) | Verdict::Inconclusive(_)
                )
            })
            .filter_map(|syscall| {
                let at = NUMBERS.iter().position(|number| *number == syscall.number);
                Some((at?, syscall))
            })
            .collect();
        if answered.is_empty() || Abi::native() != Abi::X86_64 {
            return;
        }
        // Two calls, which a last moment is kept for.
        let Self(unseen) = Self::tried(until.max(Instant::now() + LAST));
        for (at, syscall) in &mut answered {
            syscall.verdict = match (unseen.get(*at).copied().flatten(), &syscall.verdict) {
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

    /// Makes both calls below an own filter whose error outranks any other filter's: another
    /// error is the body's own.
    fn tried(until: Instant) -> Self {
        let questions = NUMBERS.map(|number| Question {
            abi: Abi::X86_64,
            number,
            asked_with: Arguments::Zero,
        });
        let how = How::here(Own::Errno, until);
        let answers = supervisor::put(&questions, how).unwrap_or_default();
        let mut unseen = [None; NUMBERS.len()];
        for (unseen, answer) in unseen.iter_mut().zip(answers) {
            *unseen = match answer {
                Answer::Returned(error) => Some(error != -i64::from(SENTINEL)),
                Answer::Died(nix::sys::signal::Signal::SIGILL) => Some(true),
                _ => None,
            };
        }
        Self(unseen)
    }
}
