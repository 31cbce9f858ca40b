//! Puts questions: runs children until every one is answered, or time is up.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::answer::{Answer, Refusal};
use super::answers::Answered;
#[cfg(target_arch = "aarch64")]
use super::arm;
use super::board::{Board, NO_LISTENER, TRAPPED};
use super::child::{self, Task};
use super::how::How;
use super::listener::{Event, Listener};
use super::own::Own;
use super::question::Part;
use super::reaped::Child;
use super::slot::{By, Outcome};
use super::tracer;
#[cfg(target_arch = "aarch64")]
use crate::syscalls::Abi;

/// How long a child that is told to stop may take to end by itself.
const GRACE: Duration = Duration::from_millis(100);

/// Puts the questions. Answers come in their order; those that time did not allow are `Unasked`.
pub(super) fn put(questions: Part<'_>, how: How) -> Result<Vec<Answer>, Refusal> {
    answered(questions, how).map(Answered::all)
}

/// Puts the questions.
pub(super) fn answered(questions: Part<'_>, how: How) -> Result<Answered, Refusal> {
    #[cfg(target_arch = "aarch64")]
    if questions.iter().any(|question| question.abi() == Abi::Arm) {
        return arm::answered(questions, how);
    }
    let board = Board::new(questions.len()).map_err(Refusal::Clone)?;
    let (_memory, stacks) = child::stacks();
    put_on(Task::new(&board, questions, how, stacks), how.until)?;
    Ok(Answered::on(board, how.own, how.until))
}

/// Puts a task's questions.
pub(super) fn put_on(mut task: Task<'_>, until: Instant) -> Result<(), Refusal> {
    let (board, questions) = (task.board, task.questions);
    let header = board.header();
    while (header.cursor.load(SeqCst) as usize) < questions.len() && Instant::now() < until {
        let ended = match run_child(&task, until) {
            // Time was up while a child was being set up: what is answered stays.
            Err(Refusal::Died | Refusal::Faked) if Instant::now() >= until => break,
            // A filter may kill for what only saves time.
            Err(Refusal::Faked) if task.takes_its_time() => continue,
            ended => ended?,
        };
        if board.over() {
            break;
        }
        // The child itself asked, and was killed.
        let asked = header.alone.load(SeqCst) == 1 && task.is_putting();
        let (outcome, data) = match ended {
            Some(Signal::SIGSYS) if asked => (Outcome::Killed, 0),
            Some(signal) if asked => (Outcome::Died, (signal as i32).cast_unsigned()),
            _ => break,
        };
        // Once more, by `int 0x80`: it may have been the fast entry that failed.
        #[cfg(target_arch = "x86_64")]
        if outcome == Outcome::Died && task.vdso.take().is_some() {
            continue;
        }
        board.pass(outcome, data);
    }
    Ok(())
}

/// Runs one child to its end. Gives the signal that it died of by itself.
fn run_child(task: &Task<'_>, until: Instant) -> Result<Option<Signal>, Refusal> {
    let header = task.board.header();
    header.listener.store(NO_LISTENER, SeqCst);
    let of_a_child = [
        &header.stage,
        &header.go,
        &header.asking,
        &header.alone,
        &header.putting,
    ];
    for flag in of_a_child {
        flag.store(0, SeqCst);
    }
    let pid = child::start(task).map_err(Refusal::Clone)?;
    let mut child = Child::new(Pid::from_raw(pid));
    if task.own.is_traced() {
        tracer::seize(child.pid()).map_err(Refusal::Ptrace)?;
        header.go.store(1, SeqCst);
    }
    let fd = loop {
        let ended = child.poll() || Instant::now() >= until;
        match header.listener.load(SeqCst) {
            NO_LISTENER if ended => {
                return Err(child.refused().map_or(Refusal::Died, Refusal::Wait));
            }
            NO_LISTENER => give_way(),
            // What it has left behind counts, even where it has ended since.
            fd => break fd,
        }
    };
    if fd == TRAPPED {
        return Err(Refusal::Trapped(match header.stage.load(SeqCst) {
            1 => "prctl(PR_SET_NO_NEW_PRIVS)",
            _ => "seccomp(SECCOMP_SET_MODE_FILTER)",
        }));
    }
    if fd < 0 {
        let errno = Errno::from_raw(i32::try_from(-fd).unwrap_or(0));
        return Err(match header.stage.load(SeqCst) {
            1 => Refusal::NoNewPrivs(errno),
            _ => Refusal::Filter(errno),
        });
    }
    let mut listener = None;
    match task.own {
        Own::Notify => {
            let fd = i32::try_from(fd).unwrap_or(-1);
            let new = Listener::new(fd, task.waits).map_err(Refusal::NotAListener)?;
            supervise(task, listener.insert(new), &mut child, until);
        }
        Own::Trace | Own::Errno => {}
        Own::Traced | Own::Between => tracer::follow(task, &mut child, until),
    }
    await_end(task, &mut child, until);
    let signal = child.end();
    // The child before its listener: the kernel answers ENOSYS where no listener is left.
    drop(child);
    drop(listener);
    if header.asking.load(SeqCst) == 0 {
        return Err(Refusal::Faked);
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(refusal) = arm::refused(task) {
        return Err(refusal);
    }
    Ok(signal)
}

/// At every how many calls a supervisor looks what time it is.
const LOOKS: u64 = 16;

/// Refuses every call that comes to the listener, until the child and all that it started
/// are gone.
fn supervise(task: &Task<'_>, listener: &Listener, child: &mut Child, until: Instant) {
    let header = task.board.header();
    let mut last = until;
    for nth in 0u64.. {
        let event = listener.next(50);
        let looks = nth.is_multiple_of(LOOKS) || !matches!(event, Event::Call(_));
        if looks && Instant::now() >= last {
            if header.stop.swap(1, SeqCst) == 1 {
                return;
            }
            last = Instant::now() + GRACE;
        }
        match event {
            // The kernel says so as they come to their end.
            Event::Gone => return child.wait(),
            // Killed, which such a kernel does not say either.
            Event::Quiet if child.poll() => return,
            Event::Quiet => {}
            Event::Call(id) => {
                // The child's last word belongs to no question, also where it was told to stop
                // in the middle of one.
                if header.asking.load(SeqCst) == 1
                    && !task.board.over()
                    && task.is_putting()
                    && let Some(slot) = task.board.current()
                {
                    slot.answered(By::Own);
                }
                // A kernel before 6.11 says that they are gone only once they were waited for. To
                // be looked at while the child waits, or it may have gone on meanwhile.
                let over = header.done.load(SeqCst) == 1;
                listener.refuse(id);
                if over {
                    return;
                }
            }
        }
    }
}

/// Waits until the child has ended: it does so by itself, or is told to when time is up.
fn await_end(task: &Task<'_>, child: &mut Child, until: Instant) {
    let mut last = until;
    while !child.poll() {
        let now = Instant::now();
        if now >= last {
            if task.board.header().stop.swap(1, SeqCst) == 1 {
                return;
            }
            last = now + GRACE;
        }
        give_way();
    }
}

/// Lets the child run. On a busy machine who merely yields is back at once, and by its use of
/// the processor keeps the child waiting for it: some ten milliseconds a time. Parked, since a
/// thread waits by futex(2) anyhow: a filter may kill for another call.
pub(super) fn give_way() {
    std::thread::park_timeout(Duration::from_micros(20));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::question::Question;
    use crate::syscalls::Abi;

    /// With so many questions that the child goes on while this thread has not yet looked.
    #[test]
    fn the_end_is_seen_by_who_asks_before_each_wait() {
        let getpid = Question::Zero(Abi::native(), Abi::native().number("getpid").unwrap());
        let until = Instant::now() + Duration::from_secs(60);
        for _ in 0..50 {
            let questions = vec![getpid.clone(); 20];
            let answers = put(Part::whole(&questions), How::here(Own::Notify, until)).unwrap();
            assert_eq!(answers, [Answer::PassedOn; 20]);
        }
        assert!(Instant::now() < until, "time was up");
    }
}
