//! Runs children until every question is answered, or time is up.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::board::{Board, NO_LISTENER, UNANSWERED};
use super::child::{self, Own, Started, Task};
use super::listener::{Event, Listener};
use super::question::Question;

/// What came of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was not put.
    Unasked,
    /// No inherited filter stopped it: it came to the own one.
    PassedOn,
    /// It returned this, and never came to the own filter.
    Returned(i64),
    /// It raised SIGSYS with this data.
    Trapped(u16),
    /// The asking thread was killed, and its process was not.
    KilledThread,
    /// The process was killed by SIGSYS.
    KilledProcess,
    /// It was killed by SIGSYS, and no second thread was there to tell thread from process.
    Killed,
    /// The process died of another signal.
    Died(Signal),
}

/// Why the questions could not be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No child could be started.
    Clone(Errno),
    /// The child may not set no_new_privs.
    NoNewPrivs(Errno),
    /// The child may not add a filter.
    Filter(Errno),
    /// What seccomp(2) returned is no listener, or it may not be supervised.
    NotAListener(Errno),
    /// The child was gone before it had a filter.
    Died,
    /// The kernel does not execute the program.
    NotExecuted(Errno),
    /// What executes the program is not the kernel.
    Interpreted,
    /// The program ended before its first question, or took too long.
    NotAsking(Option<Signal>),
}

/// Puts the questions. Answers come in their order; those that time did not allow are `Unasked`.
pub(super) fn put(
    questions: &[Question],
    own: Own,
    until: Instant,
) -> Result<Vec<Answer>, Refusal> {
    let board = Board::new(questions).map_err(Refusal::Clone)?;
    put_on(
        &Task {
            board: &board,
            questions,
            own,
            program: None,
        },
        until,
    )
}

/// As [`put`], on a board that is there, by a program where the task has one.
pub(super) fn put_on(task: &Task<'_>, until: Instant) -> Result<Vec<Answer>, Refusal> {
    let (board, questions) = (task.board, task.questions);
    let mut stack = child::stack();
    let mut answers = vec![Answer::Unasked; questions.len()];
    while (board.header().cursor.load(SeqCst) as usize) < questions.len() && Instant::now() < until
    {
        let status = match run_child(task, &mut stack, until) {
            Ok(status) => status,
            // Time was up while a child was being set up: what is answered stays.
            Err(Refusal::Died) if Instant::now() >= until => break,
            Err(refusal) => return Err(refusal),
        };
        let header = board.header();
        if header.done.load(SeqCst) == 1 {
            break;
        }
        let at = header.cursor.load(SeqCst) as usize;
        let killed = match status {
            _ if header.thread_died.load(SeqCst) == 1 => Answer::KilledThread,
            Some(Signal::SIGSYS) if header.alone.load(SeqCst) == 1 => Answer::Killed,
            Some(Signal::SIGSYS) => Answer::KilledProcess,
            Some(signal) => Answer::Died(signal),
            None => Answer::Unasked,
        };
        if killed == Answer::Died(Signal::SIGSEGV)
            && questions.get(at).is_some_and(Question::compat)
        {
            // This kernel has no such gate: each further try would be a line in its log.
            answers.get_mut(at..).unwrap_or_default().fill(killed);
            break;
        }
        if let Some(answer) = answers.get_mut(at) {
            *answer = killed;
        }
        header
            .cursor
            .store(u32::try_from(at + 1).unwrap_or(u32::MAX), SeqCst);
    }
    for (answer, slot) in answers.iter_mut().zip(board.slots()) {
        let trapped = slot.trapped.load(SeqCst);
        let returned = slot.answer.load(SeqCst);
        if trapped > 0 {
            *answer = Answer::Trapped(u16::try_from(trapped - 1).unwrap_or(u16::MAX));
        } else if slot.seen.load(SeqCst) == 1 {
            *answer = Answer::PassedOn;
        } else if returned != UNANSWERED {
            *answer = Answer::Returned(returned);
        }
    }
    Ok(answers)
}

/// Runs one child to its end. Gives the signal that it died of by itself.
fn run_child(task: &Task<'_>, stack: &mut [u8], until: Instant) -> Result<Option<Signal>, Refusal> {
    let header = task.board.header();
    header.listener.store(NO_LISTENER, SeqCst);
    for flag in [
        &header.go,
        &header.returning,
        &header.thread_died,
        &header.alone,
        &header.stage,
        &header.asking,
    ] {
        flag.store(0, SeqCst);
    }
    let pid = match child::start(task, stack) {
        Started::Parent(pid) => Pid::from_raw(pid),
        Started::Refused(errno) => return Err(Refusal::Clone(errno)),
    };
    let mut waiter = Child::new(pid);
    while header.listener.load(SeqCst) == NO_LISTENER {
        if waiter.poll() || Instant::now() >= until {
            return Err(Refusal::Died);
        }
        give_way();
    }
    let fd = header.listener.load(SeqCst);
    if fd < 0 {
        let errno = Errno::from_raw(i32::try_from(-fd).unwrap_or(0));
        return Err(match header.stage.load(SeqCst) {
            1 => Refusal::NoNewPrivs(errno),
            _ => Refusal::Filter(errno),
        });
    }
    if task.own != Own::Notify {
        header.go.store(1, SeqCst);
        while header.done.load(SeqCst) == 0 && !waiter.poll() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(50));
        }
        return Ok(waiter.end());
    }
    let listener = Listener::new(i32::try_from(fd).unwrap_or(-1)).map_err(Refusal::NotAListener)?;
    header.go.store(1, SeqCst);
    let supervised = supervise(task, &listener, &mut waiter, until);
    let signal = waiter.end();
    // The child before its listener: the kernel answers ENOSYS where no listener is left,
    // and a child that still asks would take that for a filter's answer.
    drop(waiter);
    drop(listener);
    supervised?;
    match i32::try_from(-header.not_executed.load(SeqCst)) {
        _ if task.program.is_none() || header.asking.load(SeqCst) == 1 => Ok(signal),
        Ok(errno @ 1..) => Err(Refusal::NotExecuted(Errno::from_raw(errno))),
        _ => Err(Refusal::NotAsking(signal)),
    }
}

/// Lets the child run. On a busy machine who merely yields is back at once, and by its use of
/// the processor keeps the child waiting for it: some ten milliseconds a time.
fn give_way() {
    std::thread::sleep(Duration::from_micros(20));
}

/// Refuses every call that comes to the listener, until the child is done or gone.
fn supervise(
    task: &Task<'_>,
    listener: &Listener,
    child: &mut Child,
    until: Instant,
) -> Result<(), Refusal> {
    let header = task.board.header();
    let sigreturn = task.program.map_or_else(
        || u32::try_from(nix::libc::SYS_rt_sigreturn).unwrap_or(u32::MAX),
        |program| program.sigreturn,
    );
    loop {
        match listener.next(50) {
            Event::Gone => {
                // The signal that ended the child may still be on its way to its parent.
                let settled = Instant::now() + Duration::from_millis(50);
                while !child.poll() && Instant::now() < settled {
                    give_way();
                }
                return Ok(());
            }
            Event::Quiet if child.poll() || Instant::now() >= until => return Ok(()),
            Event::Quiet => {}
            Event::Call { id, arch, number } => {
                if header.done.load(SeqCst) == 1 || Instant::now() >= until {
                    return Ok(());
                }
                if let Some(program) = task.program
                    && header.asking.load(SeqCst) == 0
                {
                    if !program.starts_with.contains(&(arch, number)) {
                        return Err(Refusal::Interpreted);
                    }
                    listener.let_through(id);
                    continue;
                }
                if header.returning.swap(0, SeqCst) == 1 {
                    if number == sigreturn {
                        listener.let_through(id);
                        continue;
                    }
                    return Ok(());
                }
                if let Some(slot) = task.board.slots().get(header.cursor.load(SeqCst) as usize) {
                    slot.seen.store(1, SeqCst);
                }
                listener.refuse(id);
            }
        }
    }
}

/// A started child; killed and waited for when this goes out of scope.
#[derive(Debug)]
pub(super) struct Child {
    pid: Pid,
    ended: Option<WaitStatus>,
}

impl Child {
    pub(super) fn new(pid: Pid) -> Self {
        Self { pid, ended: None }
    }

    /// Whether it has ended.
    pub(super) fn poll(&mut self) -> bool {
        if self.ended.is_none() {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => {}
                Ok(status) => self.ended = Some(status),
                Err(_) => self.ended = Some(WaitStatus::StillAlive),
            }
        }
        self.ended.is_some()
    }

    /// The signal that it ended of, unless it has still to be ended.
    pub(super) fn end(&mut self) -> Option<Signal> {
        match (self.poll(), self.ended) {
            (true, Some(WaitStatus::Signaled(_, signal, _))) => Some(signal),
            _ => None,
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.poll() {
            // It is this process's own child and not waited for yet: the id is still its own.
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = waitpid(self.pid, Some(WaitPidFlag::__WALL));
        }
    }
}
