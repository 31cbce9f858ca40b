//! The two calls that a kernel may let by every filter, so that their own bodies answer.
//!
//! `uretprobe` and `uprobe`: no filter runs on them since Linux 6.14 and 6.18
//! (`kernel/seccomp.c`). The body of the one ends the child with SIGILL, that of the other
//! answers an error, which one has changed since. A filter may answer the same error where
//! the kernel does ask it.

use std::time::Instant;

use crate::confinement::{AbiVerdicts, Verdict};
use crate::syscalls::Abi;

use super::child::{Own, SENTINEL};
use super::question::{Arguments, Question};
use super::supervisor::{self, Answer};

/// Their numbers, which are x86_64's alone.
const NUMBERS: [u32; 2] = [335, 336];

/// Which of them no filter sees, as far as that could be told.
pub(super) struct Bodies([Option<bool>; NUMBERS.len()]);

impl Bodies {
    /// Makes both calls below an own filter whose error outranks any other filter's: another
    /// error is the body's own.
    pub(super) fn tried(until: Instant) -> Self {
        if Abi::native() != Abi::X86_64 {
            return Self([None; NUMBERS.len()]);
        }
        let questions = NUMBERS.map(|number| Question {
            abi: Abi::X86_64,
            number,
            asked_with: Arguments::Zero,
        });
        let answers = supervisor::put(&questions, Own::Errno, until).unwrap_or_default();
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

    /// Puts what is known into the verdicts.
    pub(super) fn mark(&self, abis: &mut [AbiVerdicts]) {
        let native = abis.iter_mut().find(|abi| abi.native);
        let syscalls = native.into_iter().flat_map(|abi| abi.syscalls.iter_mut());
        for syscall in syscalls {
            let at = NUMBERS.iter().position(|number| *number == syscall.number);
            let Some(unseen) = at.and_then(|at| self.0.get(at)) else {
                continue;
            };
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
