//! Puts many questions from two threads, each with a child and a processor of its own.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::answer::Refusal;
use super::answers::{Answered, Answers};
use super::how::How;
use super::listener::waits_end;
use super::own::Own;
use super::question::{Part, Share};
use super::questions::Questions;
use super::supervisor::answered;

/// How the questions are shared where both threads begin at once: each takes every second one, so
/// that both take about as long. With more threads, copying this process's memory for their
/// children would take longer than they save.
const EVENLY: [usize; 2] = [1, 1];
/// How where the second begins about as much later as observing a process takes.
const EARLY_MORE: [usize; 2] = [3, 2];
/// How long after its time a thread may still end by itself.
const LATE: Duration = Duration::from_millis(250);
/// Bytes of stack of a supervising thread, which only waits and answers.
const THREAD_STACK: usize = 64 << 10;

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
    let begun = Begun::by(Arc::clone(questions), own, until, EVENLY);
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
    pub(super) fn early(questions: Arc<Questions>, own: Own, until: Instant) -> Self {
        Self::by(questions, own, until, EARLY_MORE)
    }

    fn by(questions: Arc<Questions>, own: Own, until: Instant, shares: [usize; 2]) -> Self {
        let [count, rest] = shares;
        let share = |first, count| Share {
            first,
            count,
            of: shares.iter().sum(),
        };
        let mut begun = Self {
            questions,
            own,
            waits: own == Own::Notify && waits_end(),
            shares: [share(0, count), share(count, rest)],
            here: here(),
            first: None,
        };
        begun.first = begun.start(0, until);
        begun
    }

    /// Has a thread put one of the parts.
    fn start(&self, nth: u8, until: Instant) -> Option<Beside> {
        let how = How {
            own: self.own,
            // The first part's is not that of what is done meanwhile.
            processor: Some(self.here.saturating_add(u32::from(nth == 0))),
            waits: self.waits,
            until,
        };
        let share = *self.shares.get(usize::from(nth))?;
        Beside::start(Arc::clone(&self.questions), share, how)
    }

    /// Puts the rest as well. A part that could not be had beside the other is put again alone,
    /// with the time that is left: a limit of processes may have room for one.
    ///
    /// # Errors
    ///
    /// Where not even one part could be put, or the other for another reason than that.
    pub(super) fn answers(mut self, until: Instant) -> Result<Answers, Refusal> {
        let parts = [self.first.take(), self.start(1, until)];
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

/// Questions that a thread of their own puts.
#[derive(Debug)]
pub(super) struct Beside {
    answers: Receiver<Result<Answered, Refusal>>,
    until: Instant,
}

impl Beside {
    /// Starts the thread, for that share of the questions; `None` where there can be none.
    pub(super) fn start(questions: Arc<Questions>, share: Share, how: How) -> Option<Self> {
        let (send, answers) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
        let puts = move || send.send(answered(Part::of(&questions, share), how));
        thread.spawn(puts).ok()?;
        let until = how.until + LATE;
        Some(Self { answers, until })
    }

    /// What came of it. A thread may never come to its end: a filter may kill it, and nothing
    /// else in this process.
    pub(super) fn answers(self) -> Result<Answered, Refusal> {
        let left = self.until.saturating_duration_since(Instant::now());
        self.answers
            .recv_timeout(left)
            .unwrap_or(Err(Refusal::Supervisor))
    }
}
