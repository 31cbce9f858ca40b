//! The child that asks. From its start to its end it makes no system call but the
//! questions and the few that set it up.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};

use nix::libc;

use super::board::{Board, UNANSWERED};
use super::program::Program;
use super::question::Question;
use super::raw;

/// How the own filter answers what no inherited one stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// `SECCOMP_RET_USER_NOTIF`: it waits at the listener.
    Notify,
    /// `SECCOMP_RET_TRACE` without a tracer: ENOSYS.
    Trace,
    /// `SECCOMP_RET_ERRNO` with [`SENTINEL`]: the newest filter's error outranks any other's,
    /// so that each other error is the call's own body's.
    Errno,
}

impl Own {
    /// What the own filter answers, where it answers by itself.
    fn error(self) -> i64 {
        let errno = if self == Self::Errno {
            SENTINEL
        } else {
            libc::ENOSYS
        };
        -i64::from(errno)
    }
}

/// The error that calls are refused with; no kernel has it.
pub(super) const SENTINEL: i32 = 3333;

/// What the child needs to know; the handler and the thread find it by [`TASK`].
#[derive(Debug)]
pub(super) struct Task<'a> {
    pub(super) board: &'a Board,
    pub(super) questions: &'a [Question],
    pub(super) own: Own,
    /// Asks in the child's stead.
    pub(super) program: Option<Program>,
}

/// The child's task. Set in the child alone, which is a process of its own.
static TASK: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// The stack of the asking thread.
const STACK: usize = 256 << 10;

/// What a started child is to its parent.
pub(super) enum Started {
    /// In the parent: the child's id.
    Parent(i32),
    /// The kernel, or a filter, refused.
    Refused(nix::errno::Errno),
}

/// Starts a child that shares this process's descriptor table and asks from the
/// board's cursor on.
pub(super) fn start(task: &Task<'_>, stack: &mut [u8]) -> Started {
    let flags = (libc::CLONE_FILES | libc::SIGCHLD) as u64;
    // SAFETY: without CLONE_VM and with no new stack this is fork(2): the child goes on
    // in a copy of this memory, and never leaves `run`.
    #[allow(clippy::cast_sign_loss)]
    let answer = unsafe { raw::native(libc::SYS_clone as u64, [flags, 0, 0, 0, 0, 0]) };
    match answer {
        0 => run(task, stack),
        pid @ 1.. => Started::Parent(i32::try_from(pid).unwrap_or(i32::MAX)),
        error => Started::Refused(nix::errno::Errno::from_raw(
            i32::try_from(-error).unwrap_or(0),
        )),
    }
}

/// The child's first thread: it only waits, so that a filter that kills the asking
/// thread can be told from one that kills the process.
fn run(task: &Task<'_>, stack: &mut [u8]) -> ! {
    TASK.store(std::ptr::from_ref(task).cast_mut().cast(), SeqCst);
    catch_traps();
    let header = task.board.header();
    if task.program.is_some() {
        ask(); // which starts a second thread itself
    }
    let flags = libc::CLONE_VM
        | libc::CLONE_FILES
        | libc::CLONE_FS
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SYSVSEM
        | libc::CLONE_VFORK;
    let top = stack.as_mut_ptr_range().end.map_addr(|a| a & !63);
    // SAFETY: `stack` is this process's copy and serves nothing else; `ask` never
    // returns and keeps to raw system calls and atomics.
    #[allow(clippy::cast_sign_loss)]
    let thread = unsafe { raw::thread(flags as u64, top, ask) };
    if thread > 0 {
        header.thread_died.store(1, SeqCst);
        raw::die();
    }
    header.alone.store(1, SeqCst);
    ask()
}

/// The size of the stack that [`start`] wants.
pub(super) fn stack() -> Vec<u8> {
    vec![0; STACK]
}

/// Lets SIGSYS come to [`on_trap`], whatever was inherited.
fn catch_traps() {
    // SAFETY: a zeroed sigaction is a valid one; the handler has the SA_SIGINFO shape
    // and does nothing that a handler may not.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_trap as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        libc::sigaction(libc::SIGSYS, &raw const action, null_mut());
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&raw mut set, libc::SIGSYS);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, null_mut());
    }
}

/// The layout of a SIGSYS's siginfo: signal, errno (the filter's data), code.
extern "C" fn on_trap(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    let Some(task) = task() else { raw::die() };
    // SAFETY: the kernel passes a valid siginfo to an SA_SIGINFO handler.
    let data = unsafe { (*info).si_errno };
    let cursor = task.board.header().cursor.load(SeqCst) as usize;
    if let Some(slot) = task.board.slots().get(cursor) {
        slot.trapped
            .store(1 + u32::try_from(data & 0xffff).unwrap_or(0), SeqCst);
    }
    if task.own != Own::Notify {
        raw::die(); // rt_sigreturn would be refused; the next child goes on
    }
    task.board.header().returning.store(1, SeqCst);
}

fn task() -> Option<&'static Task<'static>> {
    // SAFETY: set once, at the start of this process, from a reference to memory that
    // this process never frees.
    unsafe { TASK.load(SeqCst).cast::<Task<'static>>().as_ref() }
}

/// Installs the own filter and asks.
extern "C" fn ask() -> ! {
    let Some(task) = task() else { raw::die() };
    let header = task.board.header();
    let (action, flags) = match task.own {
        Own::Notify => (
            libc::SECCOMP_RET_USER_NOTIF,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
        ),
        Own::Trace => (libc::SECCOMP_RET_TRACE, 0),
        Own::Errno => (libc::SECCOMP_RET_ERRNO | SENTINEL.cast_unsigned(), 0),
    };
    let mut filter = libc::sock_filter {
        code: 0x06,
        jt: 0,
        jf: 0,
        k: action,
    };
    let program = libc::sock_fprog {
        len: 1,
        filter: &raw mut filter,
    };
    #[allow(clippy::cast_sign_loss)]
    // SAFETY: these set up this process alone: it is killed when its parent ends, gives
    // up gaining privileges, and adds a filter whose program outlives the call.
    let listener = unsafe {
        raw::native(
            libc::SYS_prctl as u64,
            [
                libc::PR_SET_PDEATHSIG as u64,
                libc::SIGKILL as u64,
                0,
                0,
                0,
                0,
            ],
        );
        header.stage.store(1, SeqCst);
        match raw::native(
            libc::SYS_prctl as u64,
            [libc::PR_SET_NO_NEW_PRIVS as u64, 1, 0, 0, 0, 0],
        ) {
            0 => {
                header.stage.store(2, SeqCst);
                let mode = u64::from(libc::SECCOMP_SET_MODE_FILTER);
                let program = (&raw const program) as u64;
                raw::native(libc::SYS_seccomp as u64, [mode, flags, program, 0, 0, 0])
            }
            error => error,
        }
    };
    let listener = match task.own {
        Own::Trace | Own::Errno if listener >= 0 && !refuses_everything(task.own) => {
            -i64::from(libc::EBADF)
        }
        _ => listener,
    };
    header.listener.store(listener, SeqCst);
    if listener < 0 {
        raw::die();
    }
    raw::spin_until(|| header.go.load(SeqCst) != 0);
    if let Some(program) = task.program {
        header.not_executed.store(program.execute(), SeqCst);
        raw::die();
    }
    loop {
        let cursor = header.cursor.load(SeqCst);
        let at = cursor as usize;
        let (Some(question), Some(slot)) = (task.questions.get(at), task.board.slots().get(at))
        else {
            break;
        };
        // SAFETY: the own filter stops every call that no inherited filter stops, so
        // no body runs whatever is asked; the supervisor has made sure of it.
        let answer = unsafe { put(question) };
        slot.answer
            .store(if answer == UNANSWERED { 0 } else { answer }, SeqCst);
        header.cursor.store(cursor + 1, SeqCst);
    }
    header.done.store(1, SeqCst);
    if task.own != Own::Notify {
        // The supervisor ends this process, whose own filter lets it make no call.
        raw::spin_until(|| false);
    }
    #[allow(clippy::cast_sign_loss)]
    // SAFETY: exit(2) comes to the listener, where the supervisor ends this process.
    unsafe {
        raw::native(libc::SYS_exit as u64, [0; 6]);
    }
    raw::die()
}

/// Whether the own filter is really there. An inherited filter can fake the success of
/// seccomp(2), and then every question would be carried out: so calls that change nothing,
/// and that the kernel never answers with the own filter's error, are tried first.
fn refuses_everything(own: Own) -> bool {
    let harmless = [
        libc::SYS_getppid,
        libc::SYS_getuid,
        libc::SYS_gettid,
        libc::SYS_getegid,
    ];
    let invalid = [
        libc::SYS_close,
        libc::SYS_lseek,
        libc::SYS_fsync,
        libc::SYS_fchdir,
    ];
    #[allow(clippy::cast_sign_loss)]
    harmless.into_iter().chain(invalid).all(|number| {
        // SAFETY: none of them changes anything; the descriptor -1 is never open.
        let answer = unsafe { raw::native(number as u64, [u64::MAX, 0, 0, 0, 0, 0]) };
        answer == own.error()
    })
}

/// # Safety
/// A filter must stop the call before its body runs.
unsafe fn put(question: &Question) -> i64 {
    // SAFETY: as this function's own.
    unsafe {
        raw::any(
            question.compat(),
            u64::from(question.number),
            question.arguments(),
        )
    }
}
