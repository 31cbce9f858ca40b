//! Puts many questions from two threads, each with a child and a processor of its own.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::answer::{Answer, Refusal};
use super::how::How;
use super::listener::waits_end;
use super::own::Own;
use super::question::{Part, Question};
use super::supervisor::put;

/// How many threads ask. With more, copying this process's memory for their children takes
/// longer than they save.
const PARTS: usize = 2;
/// How long after its time a thread may still end by itself.
const LATE: Duration = Duration::from_millis(250);
/// Bytes of stack of a supervising thread, which only waits and answers.
const THREAD_STACK: usize = 64 << 10;

/// Puts the questions, in parts beside each other. A part that could not be had so is put
/// again alone, with the time that is left: a limit of processes may have room for one.
///
/// # Errors
///
/// Where not even the first part could be put, or the other for another reason than that.
pub(super) fn put_all(
    questions: &Arc<Vec<Question>>,
    own: Own,
    until: Instant,
) -> Result<Vec<Answer>, Refusal> {
    let waits = own == Own::Notify && waits_end();
    let id = std::process::id();
    // Neighbours, but not always the first ones. Each takes every second question, so that all
    // take about as long.
    let answered: Vec<_> = (id..)
        .zip(0..PARTS)
        .map(|(processor, nth)| {
            let how = How {
                own,
                processor: Some(processor),
                waits,
                until,
            };
            Beside::start(Arc::clone(questions), (nth, PARTS), how)
        })
        .collect();
    let mut answers = vec![Answer::Unasked; questions.len()];
    for (nth, answered) in answered.into_iter().enumerate() {
        let answered = match answered.map(Beside::answers) {
            None | Some(Err(Refusal::Clone(_))) => {
                put(Part::of(questions, nth, PARTS), How::here(own, until))?
            }
            Some(answered) => answered?,
        };
        for (answer, found) in answers.iter_mut().skip(nth).step_by(PARTS).zip(answered) {
            *answer = found;
        }
    }
    Ok(answers)
}

/// Questions that a thread of their own puts.
#[derive(Debug)]
pub(super) struct Beside {
    answers: Receiver<Result<Vec<Answer>, Refusal>>,
    until: Instant,
}

impl Beside {
    /// Starts the thread, for every so many of the questions from the first on; `None` where
    /// there can be none.
    pub(super) fn start(
        questions: Arc<Vec<Question>>,
        (first, step): (usize, usize),
        how: How,
    ) -> Option<Self> {
        let (send, answers) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
        let puts = move || send.send(put(Part::of(&questions, first, step), how));
        thread.spawn(puts).ok()?;
        let until = how.until + LATE;
        Some(Self { answers, until })
    }

    /// What came of it. A thread may never come to its end: a filter may kill it, and nothing
    /// else in this process.
    pub(super) fn answers(self) -> Result<Vec<Answer>, Refusal> {
        let left = self.until.saturating_duration_since(Instant::now());
        self.answers
            .recv_timeout(left)
            .unwrap_or(Err(Refusal::Supervisor))
    }
}
