//! The thread that asks, and its handler of traps.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};

use nix::libc;

use super::board::{NO_LISTENER, TRAPPED};
use super::child::{Task, give_up_privileges, task};
use super::own::Own;
use super::question::Question;
use super::slot::Outcome;
use super::{bodies, entry, exempt, raw, status};

/// Lets SIGSYS come to [`on_trap`], whatever was inherited. Gives whether it will: a filter
/// may answer in the kernel's stead, so what is set is read back.
pub(super) fn catch_traps() -> bool {
    // SAFETY: a zeroed sigaction is a valid one; the handler has the SA_SIGINFO shape
    // and does nothing that a handler may not.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_trap as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
        libc::sigaction(libc::SIGSYS, &raw const action, null_mut());
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&raw mut set, libc::SIGSYS);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, null_mut());
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGSYS, std::ptr::null(), &raw mut now);
        let mut blocked = set;
        libc::sigprocmask(libc::SIG_BLOCK, std::ptr::null(), &raw mut blocked);
        now.sa_sigaction == action.sa_sigaction
            && libc::sigismember(&raw const blocked, libc::SIGSYS) == 0
    }
}

/// Notes the trap (siginfo's errno is the filter's data) and goes on with the next question,
/// without rt_sigreturn, which a filter may stop. A call of this child's own fails instead,
/// and before its filter is there nothing goes on: what were asked then would be done.
extern "C" fn on_trap(_: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(task) = task() else { raw::die() };
    // SAFETY: the kernel passes a valid siginfo to an SA_SIGINFO handler; of SIGSYS's, the
    // address is that of the call (`si_call_addr`, sigaction(2)).
    let (data, address) = unsafe { ((*info).si_errno, (*info).si_addr()) };
    if address.expose_provenance() as u64 == exempt::address() {
        // SAFETY: the trap came in that routine, and this is its context.
        unsafe { exempt::fail(context.cast()) }
    }
    let header = task.board.header();
    if header.asking.load(SeqCst) == 1 && !task.is_putting() {
        raw::die(); // In `show_time`: before, every filter had let it pass.
    }
    if header.asking.load(SeqCst) == 0 {
        let _ = header
            .listener
            .compare_exchange(NO_LISTENER, TRAPPED, SeqCst, SeqCst);
        raw::die();
    }
    let data = u32::try_from(data & 0xffff).unwrap_or(0);
    task.board.pass(Outcome::Trapped, data);
    // SAFETY: of those that use this memory only this thread asks, and everything that it
    // was doing was this question.
    unsafe { raw::jump(task.stacks.asks, ask) }
}

/// Asks from the board's cursor on.
pub(super) extern "C" fn ask() -> ! {
    let Some(task) = task() else { raw::die() };
    if task.own == Own::Traced {
        status::open(task);
    }
    let header = task.board.header();
    let mut quiet = 0;
    show_time(task);
    while header.stop.load(SeqCst) == 0 {
        let cursor = header.cursor.load(Acquire);
        let Some(question) = task.questions.get(cursor as usize) else {
            bodies::tell_apart(task);
            entry::enter(task);
            header.done.store(1, SeqCst);
            break;
        };
        if question.compat() && header.no_compat.load(SeqCst) == 1 {
            // Each further try would be a line in the kernel's log.
            let died = libc::SIGSEGV.cast_unsigned();
            task.board.pass(Outcome::Died, died);
            continue;
        }
        let answer = one(task, question);
        // Only who asks goes on: no need for an exchange, which takes longer.
        header.cursor.store(cursor + 1, Release);
        quiet = if answer == task.own.answers() {
            0
        } else {
            quiet + 1
        };
        if quiet == QUIET {
            show_time(task);
            quiet = 0;
        }
    }
    // SAFETY: ends this thread, and the process where there is no other.
    unsafe { exempt::call(libc::SYS_exit, [0; 5]) };
    raw::die()
}

/// After how many calls that did not come to it a supervisor is to see that time has passed.
const QUIET: u32 = 100;

/// Comes to the own filter with no question, so that a supervisor who waits without a limit sees
/// what time it is.
fn show_time(task: &Task<'_>) {
    if task.waits {
        give_up_privileges();
    }
}

/// Puts a question. Gives what the call returned.
#[inline(always)]
fn one(task: &Task<'_>, question: &Question) -> i64 {
    let header = task.board.header();
    header.putting.store(1, Release);
    // SAFETY: the own filter stops every call that no inherited filter stops, so no body
    // runs whatever is asked; that it is there has been seen before (`nursery::run`).
    let answer = unsafe {
        raw::any(
            question.compat(),
            u64::from(question.number()),
            question.arguments(),
        )
    };
    header.putting.store(0, Release);
    // Once told to stop, it may have been answered for want of a supervisor.
    if header.stop.load(SeqCst) == 0
        && let Some(slot) = task.board.current()
    {
        slot.returned(answer);
    }
    if task.own == Own::Traced && answer != task.own.answers() {
        status::mark(task);
    }
    answer
}
