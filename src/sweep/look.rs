//! A container's first process, observed in full by a helper thread that may be left
//! behind: a container chooses what its file tree does to those who look into it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::confinement::Confinement;
use crate::observe::{Observe, ObserveError, ProcRoot, Target, observe, observe_outside};

/// How long one container may take: a thousand times what an honest one does.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is asked whether to stop meanwhile.
const TURN: Duration = Duration::from_millis(20);

/// What came of it.
#[derive(Debug)]
pub(super) enum Looked {
    /// All was seen.
    Whole(Box<Confinement>),
    /// The file tree did not answer; all else was seen.
    WithoutTree(Box<Confinement>),
    /// The process was gone.
    Gone,
}

type Answer = (u32, Result<Confinement, ObserveError>);

/// The helper thread.
#[derive(Debug)]
pub(super) struct Looker {
    proc: Arc<ProcRoot>,
    options: Observe,
    patience: Duration,
    thread: Option<(Sender<u32>, Receiver<Answer>)>,
}

impl Looker {
    /// A helper for one `/proc`; `options` without its target.
    pub(super) fn new(proc: Arc<ProcRoot>, options: Observe) -> Self {
        Self {
            proc,
            options,
            patience: PATIENCE,
            thread: None,
        }
    }

    /// Observes one process; `stop` ends the waiting for one that does not answer.
    pub(super) fn look(&mut self, pid: u32, stop: &dyn Fn() -> bool) -> Looked {
        let (questions, answers) = match self.thread.take() {
            Some(thread) => thread,
            None => self.start(),
        };
        if questions.send(pid).is_err() {
            return self.without_tree(pid);
        }
        match self.answer(&answers, stop) {
            Ok((_, Ok(confinement))) => {
                self.thread = Some((questions, answers));
                Looked::Whole(Box::new(confinement))
            }
            Ok((_, Err(_))) => {
                self.thread = Some((questions, answers));
                Looked::Gone
            }
            // The thread stays where it hangs, and ends with the process.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                self.without_tree(pid)
            }
        }
    }

    fn answer(
        &self,
        answers: &Receiver<Answer>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Answer, RecvTimeoutError> {
        let end = Instant::now() + self.patience;
        loop {
            match answers.recv_timeout(TURN) {
                Err(RecvTimeoutError::Timeout) if Instant::now() < end && !stop() => {}
                other => return other,
            }
        }
    }

    fn start(&self) -> (Sender<u32>, Receiver<Answer>) {
        let (questions, asked) = channel::<u32>();
        let (answer, answers) = channel();
        let proc = self.proc.clone();
        let options = self.options.clone();
        std::thread::spawn(move || {
            for pid in asked {
                let seen = observe(&proc, &of(&options, pid));
                if answer.send((pid, seen)).is_err() {
                    return;
                }
            }
        });
        (questions, answers)
    }

    fn without_tree(&self, pid: u32) -> Looked {
        match observe_outside(&self.proc, &of(&self.options, pid)) {
            Ok(confinement) => Looked::WithoutTree(Box::new(confinement)),
            Err(_) => Looked::Gone,
        }
    }
}

/// Options for one process. It is never taken for the calling one: the `/proc` may be of
/// another pid namespace, where the same number means another process.
fn of(options: &Observe, pid: u32) -> Observe {
    Observe {
        target: Target {
            pid,
            is_self: false,
        },
        ..options.clone()
    }
}
