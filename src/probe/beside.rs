//! Threads beside the one that they are started by, which put questions.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::answer::Refusal;
use super::answers::Answered;
use super::how::How;
use super::question::{Part, Share};
use super::questions::Questions;
use super::supervisor::answered;

/// How long after its time a thread may still end by itself.
const LATE: Duration = Duration::from_millis(250);
/// How long a thread may take to run: a filter may have killed it.
const SOON: Duration = Duration::from_millis(50);
/// Bytes of stack of a supervising thread, which only waits and answers.
const THREAD_STACK: usize = 64 << 10;

/// What a thread is given to put.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) questions: Arc<Questions>,
    pub(super) share: Share,
    pub(super) how: How,
}

impl Given {
    fn put(self) -> Result<Answered, Refusal> {
        answered(Part::of(&self.questions, self.share), self.how)
    }
}

/// A thread that waits for what it is to put.
#[derive(Debug)]
pub(super) struct Waiting {
    give: Sender<Given>,
    runs: Receiver<()>,
    answers: Receiver<Result<Answered, Refusal>>,
}

impl Waiting {
    /// Starts the thread; `None` where there can be none.
    fn start() -> Option<Self> {
        let (give, given) = channel::<Given>();
        let (send, answers) = channel();
        let (runs, ran) = channel();
        let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
        let waits = move || {
            let _ = runs.send(());
            if let Ok(given) = given.recv() {
                let _ = send.send(given.put());
            }
        };
        thread.spawn(waits).ok()?;
        Some(Self {
            give,
            runs: ran,
            answers,
        })
    }

    /// Starts the thread and gives way until it runs: what it is given later wakes it. A new thread
    /// the kernel may queue on the processor of who starts it, to wait there for as long as that
    /// goes on, though another one is idle; what is woken gets that one.
    pub(super) fn ahead() -> Option<Self> {
        let waiting = Self::start()?;
        // Should it come to nothing, nor do its answers.
        let _ = waiting.runs.recv_timeout(SOON);
        Some(waiting)
    }

    /// Has it put that.
    pub(super) fn put(self, given: Given) -> Beside {
        let until = given.how.until + LATE;
        let _ = self.give.send(given);
        let answers = self.answers;
        Beside { answers, until }
    }
}

/// Questions that a thread of their own puts.
#[derive(Debug)]
pub(super) struct Beside {
    answers: Receiver<Result<Answered, Refusal>>,
    until: Instant,
}

impl Beside {
    /// Starts the thread; `None` where there can be none.
    pub(super) fn start(given: Given) -> Option<Self> {
        Some(Waiting::start()?.put(given))
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
