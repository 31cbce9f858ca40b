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

type Observes = fn(&ProcRoot, &Observe) -> Result<Confinement, ObserveError>;
type Answer = (u32, Result<Confinement, ObserveError>);

/// The helper thread.
#[derive(Debug)]
pub(super) struct Looker {
    proc: Arc<ProcRoot>,
    options: Observe,
    patience: Duration,
    observe: Observes,
    thread: Option<(Sender<u32>, Receiver<Answer>)>,
    /// What the thread was asked ahead of time.
    ahead: Option<u32>,
}

impl Looker {
    /// A helper for one `/proc`; `options` without its target.
    pub(super) fn new(proc: Arc<ProcRoot>, options: Observe) -> Self {
        Self {
            proc,
            options,
            patience: PATIENCE,
            observe,
            thread: None,
            ahead: None,
        }
    }

    /// Asks for a process that will be looked at next, while this thread does something else.
    pub(super) fn begin(&mut self, pid: u32) {
        if self.ahead.is_some() {
            return;
        }
        let thread = self.thread.take().unwrap_or_else(|| self.start());
        if thread.0.send(pid).is_ok() {
            self.ahead = Some(pid);
            self.thread = Some(thread);
        }
    }

    /// Observes one process; `stop` ends the waiting for one that does not answer.
    pub(super) fn look(&mut self, pid: u32, stop: &dyn Fn() -> bool) -> Looked {
        if self.ahead.is_some_and(|other| other != pid) {
            // What was begun is of no use any more, but the thread is at it.
            self.ahead = None;
            self.thread = self
                .thread
                .take()
                .filter(|(_, answers)| self.answer(answers, stop).is_ok());
        }
        self.begin(pid);
        self.ahead = None;
        let Some((questions, answers)) = self.thread.take() else {
            return self.without_tree(pid);
        };
        match self.answer(&answers, stop) {
            Ok((_, seen)) => {
                self.thread = Some((questions, answers));
                seen.map_or(Looked::Gone, |seen| Looked::Whole(Box::new(seen)))
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
        let observe = self.observe;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn looker(observe: Observes) -> Looker {
        let options = Observe {
            target: Target::own(),
            root: Arc::new(ProcRoot::open("/")),
            live: true,
        };
        let proc = Arc::new(ProcRoot::open("/proc"));
        Looker {
            patience: Duration::from_millis(50),
            observe,
            ..Looker::new(proc, options)
        }
    }

    #[test]
    fn a_file_tree_that_does_not_answer_is_left_out_and_the_next_is_looked_at() {
        let mut looker = looker(|proc, options| {
            if options.target.pid == std::process::id() {
                std::thread::sleep(Duration::from_secs(3600));
            }
            observe(proc, options)
        });
        let Looked::WithoutTree(seen) = looker.look(std::process::id(), &|| false) else {
            panic!("it was waited for");
        };
        assert!(seen.capabilities.effective.known().is_some());
        let devices = seen.filesystem.devices.denial().unwrap();
        assert_eq!(devices.errno.unwrap().0, nix::libc::ETIMEDOUT);
        assert!(matches!(looker.look(1, &|| false), Looked::Whole(_)));
    }

    #[test]
    fn a_wish_to_stop_ends_the_waiting() {
        let mut looker = looker(|_, _| {
            loop {
                std::thread::park();
            }
        });
        looker.patience = Duration::from_secs(3600);
        let begun = Instant::now();
        looker.look(std::process::id(), &|| true);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_process_that_is_gone_is_gone() {
        let mut looker = looker(observe);
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(matches!(looker.look(pid, &|| false), Looked::Gone));
    }
}
