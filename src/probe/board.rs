//! The memory that the asking child and its supervisor share.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, AtomicU32};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::question::Question;

/// The child has not come to its listener yet.
pub(super) const NO_LISTENER: i64 = i64::MIN;
/// No answer yet.
pub(super) const UNANSWERED: i64 = i64::MIN;

/// What child and supervisor tell each other, without a system call.
#[derive(Debug)]
pub(super) struct Header {
    /// The listener's descriptor, or the negative errno of the call that failed.
    pub(super) listener: AtomicI64,
    /// Which call failed: 1 prctl, 2 seccomp.
    pub(super) stage: AtomicU32,
    /// Set once the supervisor has seen that the listener is one.
    pub(super) go: AtomicU32,
    /// The question being asked.
    pub(super) cursor: AtomicU32,
    /// Set while the SIGSYS handler returns: its rt_sigreturn has to be let through.
    pub(super) returning: AtomicU32,
    /// Set when the last question has been asked.
    pub(super) done: AtomicU32,
    /// Set when the asking thread ended and its process did not.
    pub(super) thread_died: AtomicU32,
    /// Set where no thread of its own could be had for asking.
    pub(super) alone: AtomicU32,
}

/// One question's place on the board.
#[derive(Debug)]
pub(super) struct Slot {
    /// What the call returned to the child.
    pub(super) answer: AtomicI64,
    /// Set by the supervisor when the call came to its listener.
    pub(super) seen: AtomicU32,
    /// 1 + the data of the trap, when the handler ran.
    pub(super) trapped: AtomicU32,
}

/// The shared mapping: a header, then a slot for each question.
#[derive(Debug)]
pub(super) struct Board {
    memory: NonNull<nix::libc::c_void>,
    bytes: NonZeroUsize,
    slots: usize,
}

impl Board {
    /// Maps a board for so many questions.
    pub(super) fn new(questions: &[Question]) -> nix::Result<Self> {
        let bytes = size_of::<Header>().next_multiple_of(64) + questions.len() * size_of::<Slot>();
        let bytes = NonZeroUsize::new(bytes).ok_or(nix::errno::Errno::EINVAL)?;
        // SAFETY: a fresh anonymous mapping aliases nothing.
        let memory = unsafe {
            mmap_anonymous(
                None,
                bytes,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                MapFlags::MAP_SHARED,
            )?
        };
        let board = Self {
            memory,
            bytes,
            slots: questions.len(),
        };
        for slot in board.slots() {
            slot.answer
                .store(UNANSWERED, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(board)
    }

    pub(super) fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, larger than a header, zeroed (a valid
        // header), and lives as long as the board; its fields are atomics.
        unsafe { self.memory.cast::<Header>().as_ref() }
    }

    pub(super) fn slots(&self) -> &[Slot] {
        // SAFETY: the slots follow the header at a multiple of 64, inside the mapping;
        // zeroed memory is a valid slot; atomics may be shared.
        unsafe {
            let start = self
                .memory
                .cast::<u8>()
                .add(size_of::<Header>().next_multiple_of(64));
            std::slice::from_raw_parts(start.cast::<Slot>().as_ptr(), self.slots)
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // SAFETY: the mapping is this board's own, and no reference outlives it.
        let _ = unsafe { munmap(self.memory, self.bytes.get()) };
    }
}
