//! Runs programs that ask until every question is answered, or time is up.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::super::answer::{Answer, Refusal};
use super::super::reaped::Child;
use super::board::{NO_LISTENER, UNANSWERED};
use super::child::{self, Task};
use super::listener::{Event, Listener};

/// Puts the questions. Answers come in their order; those that time did not allow are `Unasked`.
pub(super) fn put_on(task: &Task<'_>, until: Instant) -> Result<Vec<Answer>, Refusal> {
    let (board, questions) = (task.board, task.questions);
    let mut answers = vec![Answer::Unasked; questions.len()];
    while (board.header().cursor.load(SeqCst) as usize) < questions.len() && Instant::now() < until
    {
        let status = match run_child(task, until) {
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
fn run_child(task: &Task<'_>, until: Instant) -> Result<Option<Signal>, Refusal> {
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
    let pid = child::start(task).map_err(Refusal::Clone)?;
    let mut waiter = Child::new(Pid::from_raw(pid));
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
        _ if header.asking.load(SeqCst) == 1 => Ok(signal),
        Ok(errno @ 1..) => Err(Refusal::NotExecuted(Errno::from_raw(errno))),
        _ => Err(Refusal::NotAsking(signal)),
    }
}

/// Lets the child run. On a busy machine who merely yields is back at once, and by its use of
/// the processor keeps the child waiting for it: some ten milliseconds a time.
fn give_way() {
    std::thread::park_timeout(Duration::from_micros(20));
}

/// Refuses every call that comes to the listener, until the child is done or gone.
fn supervise(
    task: &Task<'_>,
    listener: &Listener,
    child: &mut Child,
    until: Instant,
) -> Result<(), Refusal> {
    let header = task.board.header();
    let program = task.program;
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
                if header.asking.load(SeqCst) == 0 {
                    if !program.starts_with.contains(&(arch, number)) {
                        return Err(Refusal::Interpreted);
                    }
                    listener.let_through(id);
                    continue;
                }
                if header.returning.swap(0, SeqCst) == 1 {
                    if number == program.sigreturn {
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
