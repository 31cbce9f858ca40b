//! The child that becomes the asking program, once it has the own filter.

use std::sync::atomic::Ordering::SeqCst;

use nix::errno::Errno;
use nix::libc;

use super::super::question::Question;
use super::super::raw;
use super::board::Board;
use super::program::Program;

/// What the child needs to know.
#[derive(Debug)]
pub(super) struct Task<'a> {
    pub(super) board: &'a Board,
    pub(super) questions: &'a [Question],
    pub(super) program: Program,
}

/// Starts a child that shares this process's descriptor table and asks from the board's
/// cursor on. Gives its id.
pub(super) fn start(task: &Task<'_>) -> Result<i32, Errno> {
    let flags = u64::from((libc::CLONE_FILES | libc::SIGCHLD).cast_unsigned());
    // SAFETY: without CLONE_VM and with no new stack this is fork(2): the child goes on
    // in a copy of this memory, and never leaves `run`.
    match unsafe { raw::native(libc::SYS_clone.cast_unsigned(), [flags, 0, 0, 0, 0, 0]) } {
        0 => run(task),
        pid @ 1.. => Ok(i32::try_from(pid).unwrap_or(i32::MAX)),
        error => Err(Errno::from_raw(i32::try_from(-error).unwrap_or(0))),
    }
}

fn run(task: &Task<'_>) -> ! {
    let header = task.board.header();
    let listener = filter(task);
    header.listener.store(listener, SeqCst);
    if listener < 0 {
        raw::die();
    }
    raw::spin_until(|| header.go.load(SeqCst) != 0);
    header.not_executed.store(task.program.execute(), SeqCst);
    raw::die()
}

/// Adds a filter that answers everything with USER_NOTIF. Gives the listener, or an error.
fn filter(task: &Task<'_>) -> i64 {
    let header = task.board.header();
    let mut filter = libc::sock_filter {
        code: 0x06,
        jt: 0,
        jf: 0,
        k: libc::SECCOMP_RET_USER_NOTIF,
    };
    let program = libc::sock_fprog {
        len: 1,
        filter: &raw mut filter,
    };
    let call = |number: libc::c_long, args: [u64; 3]| {
        let [a, b, c] = args;
        // SAFETY: these set up this process alone: it is killed when its parent ends, gives
        // up gaining privileges, and adds a filter whose program outlives the call.
        unsafe { raw::native(number.cast_unsigned(), [a, b, c, 0, 0, 0]) }
    };
    let word = |value: libc::c_int| u64::from(value.cast_unsigned());
    let ends = [word(libc::PR_SET_PDEATHSIG), word(libc::SIGKILL), 0];
    call(libc::SYS_prctl, ends);
    header.stage.store(1, SeqCst);
    match call(libc::SYS_prctl, [word(libc::PR_SET_NO_NEW_PRIVS), 1, 0]) {
        0 => {
            header.stage.store(2, SeqCst);
            let mode = u64::from(libc::SECCOMP_SET_MODE_FILTER);
            let program = (&raw const program).expose_provenance() as u64;
            let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
            call(libc::SYS_seccomp, [mode, flags, program])
        }
        error => error,
    }
}
