//! The child that the questions are asked from: how it is started, and how it comes to the
//! own filter. From its start to its end it makes no system call but those that set it up.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};

use nix::errno::Errno;
use nix::libc;

use super::asker;
use super::board::Board;
use super::exempt;
#[cfg(target_arch = "x86_64")]
use super::fast_entry;
use super::how::How;
use super::nursery;
use super::own::Own;
#[cfg(target_arch = "x86_64")]
use super::own_vdso::OwnVdso;
use super::processor;
use super::question::Part;
use super::raw;

/// What the child needs to know; its threads and the handler find it by [`task`].
#[derive(Debug)]
pub(super) struct Task<'a> {
    pub(super) board: &'a Board,
    pub(super) questions: Part<'a>,
    pub(super) own: Own,
    /// What asks in the child's stead, where that has to be a program of another ABI.
    #[cfg(target_arch = "aarch64")]
    pub(super) program: Option<super::arm::Program>,
    /// Which processor is to be shared with the supervisor, or the next one that this process may
    /// use; `None` to leave both where they are.
    pub(super) processor: Option<u32>,
    /// Whether the supervisor waits without a limit, so that time passes for it only by calls.
    pub(super) waits: bool,
    /// What gives its place to the 32-bit vDSO.
    #[cfg(target_arch = "x86_64")]
    pub(super) vdso: Option<OwnVdso>,
    /// The process that the child is one of; 0 where a filter answers for that.
    pub(super) parent: i64,
    /// The supervising thread.
    pub(super) supervisor: i32,
    /// The ends of the stacks that the child's own children run on.
    pub(super) stacks: Stacks,
}

impl<'a> Task<'a> {
    /// Asks from the calling thread.
    pub(super) fn new(board: &'a Board, questions: Part<'a>, how: How, stacks: Stacks) -> Self {
        Self {
            board,
            questions,
            own: how.own,
            #[cfg(target_arch = "aarch64")]
            program: None,
            processor: how.processor,
            waits: how.waits,
            #[cfg(target_arch = "x86_64")]
            vdso: (how.own == Own::Notify && questions.iter().any(|question| question.compat()))
                .then(OwnVdso::get)
                .flatten(),
            parent: i32::try_from(std::process::id()).unwrap_or(0).into(),
            supervisor: nix::unistd::gettid().as_raw(),
            stacks,
        }
    }

    /// Leaves out what only saves time, and for which a filter may kill. Gives whether there
    /// was any of it.
    pub(super) fn takes_its_time(&mut self) -> bool {
        let saves = self.processor.take().is_some();
        #[cfg(target_arch = "x86_64")]
        let saves = self.vdso.take().is_some() || saves;
        saves
    }

    /// Whether a question is being put: what ends a process besides is not its filters' answer.
    #[inline(always)]
    pub(super) fn is_putting(&self) -> bool {
        #[cfg(target_arch = "aarch64")]
        if self.program.is_some() {
            return self.board.header().begun.load(SeqCst) == 1;
        }
        self.board.header().putting.load(SeqCst) == 1
    }

    /// Whether what comes to a filter now is a question, and not yet how a program starts.
    pub(super) fn has_begun(&self) -> bool {
        #[cfg(target_arch = "aarch64")]
        if self.program.is_some() {
            return self.board.header().begun.load(SeqCst) == 1;
        }
        true
    }
}

/// Where stacks end: one for the process that waits, one for the thread that asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stacks {
    pub(super) waits: *mut u8,
    pub(super) asks: *mut u8,
}

/// Bytes of each stack. A signal's frame may hold all of the processor's registers.
const STACK: usize = 128 << 10;

/// The memory of both stacks, which the children use in their own copy of it. Here it stays
/// untouched, not even zeroed: so it costs nothing.
pub(super) fn stacks() -> (Vec<u8>, Stacks) {
    let mut memory = Vec::with_capacity(2 * STACK);
    let end = |bytes: &mut [MaybeUninit<u8>]| {
        let end = bytes.as_mut_ptr_range().end.cast::<u8>();
        end.map_addr(|a| a & !63)
    };
    let (waits, asks) = memory.spare_capacity_mut().split_at_mut(STACK);
    let stacks = Stacks {
        waits: end(waits),
        asks: end(asks),
    };
    (memory, stacks)
}

/// The child's task. Set in the child alone, which is a process of its own.
static TASK: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// The task of this child.
pub(super) fn task() -> Option<&'static Task<'static>> {
    // SAFETY: set once, at the start of this process, from a reference to memory that
    // this process never frees.
    unsafe { TASK.load(SeqCst).cast::<Task<'static>>().as_ref() }
}

/// Starts a child that shares this process's descriptor table and has asked from the
/// board's cursor on. Gives its id. It sends no signal when it ends.
pub(super) fn start(task: &Task<'_>) -> Result<i32, Errno> {
    let flags = u64::from(libc::CLONE_FILES.cast_unsigned());
    let number = libc::SYS_clone.cast_unsigned();
    // SAFETY: without CLONE_VM and with no new stack this is fork(2): the child goes on
    // in a copy of this memory, and never leaves `run`.
    match unsafe { raw::native(number, [flags, 0, 0, 0, 0, 0]) } {
        0 => run(task),
        pid @ 1.. => Ok(i32::try_from(pid).unwrap_or(i32::MAX)),
        error => Err(Errno::from_raw(i32::try_from(-error).unwrap_or(0))),
    }
}

fn run(task: &Task<'_>) -> ! {
    TASK.store(std::ptr::from_ref(task).cast_mut().cast(), SeqCst);
    let header = task.board.header();
    while task.own.is_traced() && header.go.load(SeqCst) == 0 {
        // SAFETY: gives way to the tracer-to-be, and changes nothing.
        unsafe { raw::native(libc::SYS_sched_yield.cast_unsigned(), [0; 6]) };
    }
    // SAFETY: it ends with its parent; and where a filter kills it, no core is dumped, which
    // could start a program of the machine's, and no process is ended that shares its memory.
    unsafe {
        prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        prctl(libc::PR_SET_DUMPABLE, 0);
    }
    if !asker::catch_traps() {
        header.untrapped.store(1, SeqCst);
    }
    let listener = filter(task);
    if task.own == Own::Notify && listener >= 0 {
        // SAFETY: takes nothing and changes nothing.
        let parent = unsafe { exempt::call(libc::SYS_getppid, [0; 5]) };
        if parent > 0 && task.parent > 0 && parent != task.parent {
            raw::die(); // It ended before this process was to end with it: nobody answers.
        }
    }
    header.listener.store(listener, SeqCst);
    if listener < 0 {
        raw::die();
    }
    if let Some(processor) = task.processor {
        processor::share(task.supervisor, processor);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(own) = task.vdso {
        fast_entry::prepare(own);
    }
    nursery::run(task)
}

/// Adds the own filter. Gives the listener, or a negative error.
fn filter(task: &Task<'_>) -> i64 {
    let header = task.board.header();
    header.stage.store(1, SeqCst);
    let set = give_up_privileges();
    if set != 0 {
        return set;
    }
    header.stage.store(2, SeqCst);
    task.own.add(|[mode, flags, program, d, e]| {
        let args = [mode, flags, program, d, e, 0];
        // SAFETY: filters this process alone, by a program that outlives the call.
        unsafe { raw::native(libc::SYS_seccomp.cast_unsigned(), args) }
    })
}

/// Sets no_new_privs, which filtering without a capability asks for. Made once more under
/// the own filter it shows whether that is there: an inherited filter can fake the success
/// of seccomp(2), and then every question would be carried out. The inherited ones have let
/// this very call pass, and made twice it changes nothing.
pub(super) fn give_up_privileges() -> i64 {
    // SAFETY: only this process gives up gaining privileges.
    unsafe { prctl(libc::PR_SET_NO_NEW_PRIVS, 1) }
}

/// # Safety
/// The option must be harmless to this process with this value.
unsafe fn prctl(option: i32, value: i32) -> i64 {
    let [option, value] = [option, value].map(|v| u64::from(v.cast_unsigned()));
    // SAFETY: as this function's own.
    unsafe { raw::native(libc::SYS_prctl.cast_unsigned(), [option, value, 0, 0, 0, 0]) }
}
