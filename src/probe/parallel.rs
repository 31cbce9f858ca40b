//! Puts many questions from two threads, each with a child and a processor of its own.

use std::sync::Arc;
use std::time::Instant;

use super::answer::Refusal;
use super::answers::Answers;
use super::beside::{Beside, Given, Waiting};
use super::how::How;
use super::listener::waits_end;
use super::own::Own;
use super::question::{Part, Share};
use super::questions::Questions;
use super::supervisor::answered;

/// How many of each turn's questions the first thread takes where both begin at once: half, so that
/// both take about as long. With more threads, copying this process's memory for their children
/// would take longer than they save.
const HALF: usize = Share::TURN / 2;
/// How many where the second begins about as much later as observing a process takes. The first
/// is to end a little before the second: who waits for both is awake by then.
const EARLY_MORE: usize = 8;

/// Puts the questions, in two parts beside each other.
///
/// # Errors
///
/// As [`Begun::answers`].
pub(super) fn put_all(
    questions: &Arc<Questions>,
    own: Own,
    until: Instant,
) -> Result<Answers, Refusal> {
    let begun = Begun::by(None, Arc::clone(questions), own, until, HALF);
    begun.answers(until)
}

/// Questions of which a first part is being put.
#[derive(Debug)]
pub(super) struct Begun {
    questions: Arc<Questions>,
    own: Own,
    waits: bool,
    shares: [Share; 2],
    /// The processor that the beginning thread was on.
    here: u32,
    first: Option<Beside>,
}

impl Begun {
    /// Begins with the greater part, while something else is done.
    pub(super) fn early(
        by: Option<Waiting>,
        questions: Arc<Questions>,
        own: Own,
        until: Instant,
    ) -> Self {
        Self::by(by, questions, own, until, EARLY_MORE)
    }

    fn by(
        by: Option<Waiting>,
        questions: Arc<Questions>,
        own: Own,
        until: Instant,
        first: usize,
    ) -> Self {
        let mut begun = Self {
            questions,
            own,
            waits: own == Own::Notify && waits_end(),
            shares: Share::two(first),
            here: here(),
            first: None,
        };
        let first = begun.part(0, until);
        begun.first = match by {
            Some(waiting) => first.map(|first| waiting.put(first)),
            None => first.and_then(Beside::start),
        };
        begun
    }

    /// What a thread is to put.
    fn part(&self, nth: u8, until: Instant) -> Option<Given> {
        let how = How {
            own: self.own,
            // The first part's is not that of what is done meanwhile.
            processor: Some(self.here.saturating_add(u32::from(nth == 0))),
            waits: self.waits,
            until,
        };
        Some(Given {
            questions: Arc::clone(&self.questions),
            share: *self.shares.get(usize::from(nth))?,
            how,
        })
    }

    /// Puts the rest as well. A part that could not be had beside the other is put again alone,
    /// with the time that is left: a limit of processes may have room for one.
    ///
    /// # Errors
    ///
    /// Where not even one part could be put, or the other for another reason than that.
    pub(super) fn answers(mut self, until: Instant) -> Result<Answers, Refusal> {
        let second = self.part(1, until).and_then(Beside::start);
        let parts = [self.first.take(), second];
        let mut answers = Vec::with_capacity(parts.len());
        for (part, share) in parts.into_iter().zip(self.shares) {
            let found = match part.map(Beside::answers) {
                None | Some(Err(Refusal::Clone(_))) => {
                    answered(Part::of(&self.questions, share), How::here(self.own, until))?
                }
                Some(found) => found?,
            };
            answers.push((share, found));
        }
        Ok(Answers::InParts(answers))
    }
}

/// The processor that the calling thread is on, which takes no system call.
fn here() -> u32 {
    let here = nix::sched::sched_getcpu().ok();
    here.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}
