//! The memory that the asking program and its supervisor share.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, AtomicU32};

use nix::sys::mman::{MapFlags, ProtFlags, munmap};

use super::super::question::Question;

/// The child has not come to its listener yet.
pub(super) const NO_LISTENER: i64 = i64::MIN;
/// No answer yet.
pub(super) const UNANSWERED: i64 = i64::MIN;

/// What child and supervisor tell each other, without a system call. Laid out as
/// `arm/ask.s` knows it.
#[derive(Debug)]
#[repr(C)]
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
    /// Set by a program that asks before its first question.
    pub(super) asking: AtomicU32,
    /// What execveat(2) returned, where it did.
    pub(super) not_executed: AtomicI64,
}

/// One question's place on the board. Laid out as `arm/ask.s` knows it.
#[derive(Debug)]
#[repr(C)]
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

/// Where the slots begin.
const SLOTS: usize = size_of::<Header>().next_multiple_of(64);

// As `arm/ask.s` has them.
const _: () = {
    assert!(std::mem::offset_of!(Header, cursor) == 16);
    assert!(std::mem::offset_of!(Header, returning) == 20);
    assert!(std::mem::offset_of!(Header, done) == 24);
    assert!(std::mem::offset_of!(Header, thread_died) == 28);
    assert!(std::mem::offset_of!(Header, alone) == 32);
    assert!(std::mem::offset_of!(Header, asking) == 36);
    assert!(SLOTS == 64 && size_of::<Slot>() == 16);
    assert!(std::mem::offset_of!(Slot, trapped) == 12);
};

impl Board {
    /// How many bytes a board for so many questions has.
    pub(super) fn bytes(questions: &[Question]) -> usize {
        SLOTS + questions.len() * size_of::<Slot>()
    }

    /// Maps a board that is in a file, of as many bytes as it has and all of them zero, so
    /// that a program can map it as well.
    pub(super) fn in_file(
        questions: &[Question],
        file: &std::os::fd::OwnedFd,
    ) -> nix::Result<Self> {
        // SAFETY: the mapping aliases no memory of this process; what another one does to
        // it goes through atomics.
        Self::mapped(questions, |bytes, access| unsafe {
            nix::sys::mman::mmap(None, bytes, access, MapFlags::MAP_SHARED, file, 0)
        })
    }

    fn mapped(
        questions: &[Question],
        map: impl FnOnce(NonZeroUsize, ProtFlags) -> nix::Result<NonNull<nix::libc::c_void>>,
    ) -> nix::Result<Self> {
        let bytes = NonZeroUsize::new(Self::bytes(questions)).ok_or(nix::errno::Errno::EINVAL)?;
        let memory = map(bytes, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE)?;
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
            let start = self.memory.cast::<u8>().add(SLOTS);
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
