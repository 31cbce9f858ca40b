//! The disposable child that makes the cleared calls.

use std::sync::atomic::Ordering::SeqCst;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use super::board::Board;
use super::question::Question;
use super::raw;

/// The calls that set the child apart, in their order: it ends with its parent, leaves no
/// core dump, is in a process group of its own, and has no descriptor open.
const PREPARATION: [(libc::c_long, [u64; 3]); 4] = [
    (
        libc::SYS_prctl,
        [
            libc::PR_SET_PDEATHSIG.cast_unsigned() as u64,
            libc::SIGKILL.cast_unsigned() as u64,
            0,
        ],
    ),
    (
        libc::SYS_prctl,
        [libc::PR_SET_DUMPABLE.cast_unsigned() as u64, 0, 0],
    ),
    (libc::SYS_setpgid, [0, 0, 0]),
    (libc::SYS_close_range, [0, 0xffff_ffff, 0]),
];

/// Which calls the child may make beside those it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup {
    /// Of those that set it apart.
    prepares: [bool; PREPARATION.len()],
    /// exit_group(2), at its end.
    exits: bool,
}

impl Setup {
    /// Where no filter stands in the way.
    pub(super) fn all() -> Self {
        Self {
            prepares: [true; PREPARATION.len()],
            exits: false,
        }
    }

    /// Where it need not be set apart.
    pub(super) fn none(exits: bool) -> Self {
        Self {
            prepares: [false; PREPARATION.len()],
            exits,
        }
    }

    /// Those that are marked, in the order of [`Setup::questions`].
    pub(super) fn only(passed: &[bool]) -> Self {
        let mut setup = Self::none(false);
        for (may, passed) in setup.prepares.iter_mut().zip(passed) {
            *may = *passed;
        }
        setup
    }

    /// The calls, as questions to the filters.
    pub(super) fn questions() -> Vec<Question> {
        let ask = |(number, [a, b, c]): (libc::c_long, [u64; 3])| {
            Question::given(number, [a, b, c, 0, 0, 0])
        };
        PREPARATION.into_iter().map(ask).collect()
    }
}

/// Starts a child that makes the calls from the board's cursor on.
pub(super) fn start(board: &Board, calls: &[Question], setup: &Setup) -> Result<Pid, Errno> {
    // No CLONE_FS, no CLONE_FILES: root, working directory and descriptors are its own.
    let flags = libc::SIGCHLD.cast_unsigned() as u64;
    // SAFETY: without CLONE_VM and with no new stack this is fork(2): the child goes on in a
    // copy of this memory, and never leaves `run`.
    let answer = unsafe { raw::native(libc::SYS_clone.cast_unsigned(), [flags, 0, 0, 0, 0, 0]) };
    match answer {
        0 => run(board, calls, setup),
        pid @ 1.. => Ok(Pid::from_raw(i32::try_from(pid).unwrap_or(i32::MAX))),
        error => Err(Errno::from_raw(i32::try_from(-error).unwrap_or(0))),
    }
}

fn run(board: &Board, calls: &[Question], setup: &Setup) -> ! {
    let prepared = PREPARATION.into_iter().zip(setup.prepares);
    for (number, [a, b, c]) in prepared.filter_map(|(call, may)| may.then_some(call)) {
        // SAFETY: each sets this process alone, which is a copy of its parent.
        unsafe { raw::native(number.cast_unsigned(), [a, b, c, 0, 0, 0]) };
    }
    let header = board.header();
    loop {
        let cursor = header.cursor.load(SeqCst);
        let at = cursor as usize;
        let (Some(call), Some(slot)) = (calls.get(at), board.slots().get(at)) else {
            break;
        };
        // SAFETY: `syscall-tables/semantics.tsv` clears the call with these arguments: it
        // says of each why it changes nothing, with all capabilities too. Pointers are to
        // memory that the caller keeps for as long as this process runs.
        let answer = unsafe { raw::any(call.compat(), u64::from(call.number()), call.arguments()) };
        slot.returned(answer);
        header.cursor.store(cursor + 1, SeqCst);
    }
    header.done.store(1, SeqCst);
    if setup.exits {
        // SAFETY: ends this process alone.
        unsafe { raw::native(libc::SYS_exit_group.cast_unsigned(), [0; 6]) };
    }
    // Else the parent ends this process: no call is made that may be filtered.
    raw::spin_until(|| false);
    raw::die()
}
