//! Where asking threads are started anew after a filter has killed one.
//!
//! The child shares its memory with everything it starts, and its filter is theirs too, so
//! that one that was killed costs no copy of memory and no filter. The asking thread is in
//! a process with a second thread, which only waits: a filter that kills the thread can be
//! told from one that kills the process.

use std::sync::atomic::Ordering::SeqCst;

use nix::libc;

use super::asker::ask;
use super::bodies;
use super::child::{Task, give_up_privileges, task};
use super::exempt;
use super::own::Own;
use super::raw;
use super::slot::{By, Outcome};

/// A process in this memory, without a signal at its end.
const PROCESS: i32 = libc::CLONE_VM | libc::CLONE_FS;
/// A thread, whose starter waits inside the call until it has ended.
const THREAD: i32 = PROCESS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM
    | libc::CLONE_VFORK;

/// What the child does under its filter: it starts one asking process after the other.
pub(super) fn run(task: &Task<'_>) -> ! {
    let board = task.board;
    let header = board.header();
    if task.own != Own::Between && give_up_privileges() != task.own.answers() {
        raw::die(); // The own filter is not there.
    }
    if task.own == Own::Between && !kills(task) {
        raw::die();
    }
    header.asking.store(1, SeqCst);
    while !board.over() {
        header.alone.store(0, SeqCst);
        #[cfg(target_arch = "aarch64")]
        header.begun.store(0, SeqCst);
        // SAFETY: the stack is this child's own; `wait` keeps to system calls of its own.
        let pid = unsafe { exempt::start(process(task), task.stacks.waits, wait) };
        if pid <= 0 {
            #[cfg(target_arch = "aarch64")]
            if task.program.is_some() {
                super::arm::no_process(header, pid);
                break;
            }
            // No process is to be had. Should a filter kill, it ends this one.
            header.alone.store(1, SeqCst);
            ask();
        }
        let status = ended(pid);
        #[cfg(target_arch = "aarch64")]
        if task.program.is_some() && header.begun.load(SeqCst) == 0 {
            super::arm::ended(header, status);
            break;
        }
        if !board.over() {
            note(task, status);
        }
    }
    if task.own == Own::Notify && !task.waits {
        give_up_privileges(); // Has the supervisor look whether all is over.
    }
    // SAFETY: ends this child alone.
    unsafe { exempt::call(libc::SYS_exit_group, [0; 5]) };
    raw::die()
}

/// How an asking process is started. What it opens for its tracer is to be open there too; its
/// own listener must not stay open for it alone, see [`wait`].
fn process(task: &Task<'_>) -> i32 {
    match task.own {
        Own::Notify => PROCESS,
        _ => PROCESS | libc::CLONE_FILES,
    }
}

/// Whether the own filter kills, as it is to.
fn kills(task: &Task<'_>) -> bool {
    // SAFETY: as in `run`.
    let pid = unsafe { exempt::start(PROCESS, task.stacks.waits, tries) };
    pid > 0 && ended(pid).is_some_and(|status| status & 0x7f == libc::SIGSYS)
}

extern "C" fn tries() -> ! {
    give_up_privileges();
    raw::die()
}

/// Waits for a process that was started here: its wait status, `None` if that cannot be had.
fn ended(pid: i64) -> Option<i32> {
    let mut status = 0i32;
    let address = (&raw mut status).expose_provenance() as u64;
    let any = u64::from(libc::__WALL.cast_unsigned());
    let pid = pid.cast_unsigned();
    loop {
        // SAFETY: the status outlives the call.
        match unsafe { exempt::call(libc::SYS_wait4, [pid, address, any, 0, 0]) } {
            answer if answer == pid.cast_signed() => return Some(status),
            answer if answer == -i64::from(libc::EINTR) => {}
            _ => return None,
        }
    }
}

/// Notes what ended the process that asked.
fn note(task: &Task<'_>, status: Option<i32>) {
    let header = task.board.header();
    let at = header.cursor.load(SeqCst) as usize;
    let signal = status.map_or(0, |status| status & 0x7f);
    if status.is_none() || !task.is_putting() {
        // Nothing more can be learnt so.
        header.stop.store(1, SeqCst);
        return;
    }
    let outcome = match signal {
        0 => Outcome::Lost,
        libc::SIGSYS if header.alone.load(SeqCst) == 1 => Outcome::Killed,
        libc::SIGSYS => Outcome::KilledProcess,
        _ => Outcome::Died,
    };
    let compat = |question: &super::question::Question| question.compat();
    #[cfg(target_arch = "x86_64")]
    if outcome == Outcome::Died
        && task.questions.get(at).is_some_and(compat)
        && super::fast_entry::forget()
    {
        // Once more, by `int 0x80`: it may have been the fast entry that failed.
        header.putting.store(0, SeqCst);
        return;
    }
    if signal == libc::SIGSEGV && task.questions.get(at).is_some_and(compat) {
        header.no_compat.store(1, SeqCst);
    }
    let asked = task.questions.get(at);
    if signal == libc::SIGILL
        && asked.is_some_and(bodies::may_be_unfiltered)
        && let Some(slot) = task.board.current()
    {
        slot.answered(By::Body); // No filter's action is that signal.
    }
    task.board.pass(outcome, signal.cast_unsigned());
}

/// The first thread of an asking process: it starts asking threads, and only waits.
extern "C" fn wait() -> ! {
    let Some(task) = task() else { raw::die() };
    let board = task.board;
    let signal = u64::from(libc::SIGKILL.cast_unsigned());
    let option = u64::from(libc::PR_SET_PDEATHSIG.cast_unsigned());
    // SAFETY: this process ends with the child that started it.
    unsafe { exempt::call(libc::SYS_prctl, [option, signal, 0, 0, 0]) };
    if task.own == Own::Notify {
        // Should that child have ended before: once nobody else has the listener open, the
        // kernel answers what waits there, and this process comes to its end.
        let listener = board.header().listener.load(SeqCst).cast_unsigned();
        // SAFETY: closes a descriptor of this process's own table.
        unsafe { exempt::call(libc::SYS_close, [listener, 0, 0, 0, 0]) };
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(program) = task.program {
        program.execute(board.header());
    }
    if task.own != Own::Between {
        loop {
            // SAFETY: the stack is this child's own; `ask` keeps to its questions.
            let thread = unsafe { exempt::start(THREAD, task.stacks.asks, ask) };
            if thread <= 0 {
                break;
            }
            if !board.over() && task.is_putting() {
                board.pass(Outcome::KilledThread, 0);
                continue;
            }
            // Where that was not for a question, no further thread would come to one.
            board.header().stop.store(1, SeqCst);
            // SAFETY: ends this process alone.
            unsafe { exempt::call(libc::SYS_exit, [0; 5]) };
            raw::die();
        }
    }
    board.header().alone.store(1, SeqCst);
    ask()
}
