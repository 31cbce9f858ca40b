//! The memory that the asking processes and their supervisor share.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, Ordering::SeqCst};

use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::slot::{Outcome, Slot};

/// No child has come to its filter yet.
pub(super) const NO_LISTENER: i64 = i64::MIN;
/// A filter raised SIGSYS for a call that was to add the own filter.
pub(super) const TRAPPED: i64 = i64::MIN + 1;

/// What child and supervisor tell each other, without a system call. Laid out as `arm/ask.s`
/// knows it.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Header {
    /// The listener's descriptor, [`TRAPPED`], or the negative errno of the call that failed.
    pub(super) listener: AtomicI64,
    /// Which call failed: 1 prctl, 2 seccomp.
    pub(super) stage: AtomicU32,
    /// Set once the supervisor traces the child, where it is to be traced.
    pub(super) go: AtomicU32,
    /// Set once the child has seen that its filter is really there.
    pub(super) asking: AtomicU32,
    /// The question being asked.
    pub(super) cursor: AtomicU32,
    /// Set when the last question has been asked.
    pub(super) done: AtomicU32,
    /// Set when no further question is to be asked.
    pub(super) stop: AtomicU32,
    /// Set while there is no second thread beside the one that asks.
    pub(super) alone: AtomicU32,
    /// Set once it is known that this kernel has no compatibility gate.
    pub(super) no_compat: AtomicU32,
    /// Set where no handler of SIGSYS could be had: a trap then kills.
    pub(super) untrapped: AtomicU32,
    /// Set while a call is made for the tracer's sake alone.
    pub(super) marking: AtomicU32,
    /// Where the tracer can read what the asking thread waited for; negative if nowhere.
    pub(super) status: AtomicI32,
    /// Set by a program that asks, before its first question.
    #[cfg(target_arch = "aarch64")]
    pub(super) begun: AtomicU32,
    /// Where it did not begin: the signal that it ended of, or a negative errno.
    #[cfg(target_arch = "aarch64")]
    pub(super) start: AtomicI32,
    /// Set while a question is being put: what happens besides belongs to none.
    pub(super) putting: AtomicU32,
}

/// Where the slots begin.
const SLOTS: usize = size_of::<Header>().next_multiple_of(64);

// As `arm/ask.s` has them.
#[cfg(target_arch = "aarch64")]
const _: () = {
    assert!(std::mem::offset_of!(Header, cursor) == 20);
    assert!(std::mem::offset_of!(Header, done) == 24);
    assert!(std::mem::offset_of!(Header, stop) == 28);
    assert!(std::mem::offset_of!(Header, alone) == 32);
    assert!(std::mem::offset_of!(Header, untrapped) == 40);
    assert!(std::mem::offset_of!(Header, begun) == 52);
    assert!(SLOTS == 64);
};

/// The shared mapping: a header, then a slot for each question.
#[derive(Debug)]
pub(super) struct Board {
    memory: NonNull<nix::libc::c_void>,
    bytes: NonZeroUsize,
    slots: usize,
}

// SAFETY: the mapping is the board's own, belongs to no thread, and holds atomics alone.
unsafe impl Send for Board {}

impl Board {
    /// Maps a board for so many questions.
    pub(super) fn new(questions: usize) -> nix::Result<Self> {
        // All of it is used: so there is no fault for each page of it.
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_POPULATE;
        // SAFETY: a fresh anonymous mapping aliases nothing.
        Self::mapped(questions, |bytes, access| unsafe {
            mmap_anonymous(None, bytes, access, flags)
        })
    }

    /// How many bytes a board for so many questions has.
    fn bytes(questions: usize) -> usize {
        SLOTS + questions * size_of::<Slot>()
    }

    /// Makes a file as long as a board, and maps that, so that a program can map it as well.
    /// Gives the board and its bytes.
    #[cfg(target_arch = "aarch64")]
    pub(super) fn in_file(
        questions: usize,
        file: &std::os::fd::OwnedFd,
    ) -> nix::Result<(Self, u32)> {
        let bytes = u32::try_from(Self::bytes(questions)).map_err(|_| Errno::EFBIG)?;
        nix::unistd::ftruncate(file, bytes.into())?;
        // SAFETY: the mapping aliases no memory of this process; what another one does to
        // it goes through atomics.
        let board = Self::mapped(questions, |bytes, access| unsafe {
            nix::sys::mman::mmap(None, bytes, access, MapFlags::MAP_SHARED, file, 0)
        })?;
        Ok((board, bytes))
    }

    fn mapped(
        questions: usize,
        map: impl FnOnce(NonZeroUsize, ProtFlags) -> nix::Result<NonNull<nix::libc::c_void>>,
    ) -> nix::Result<Self> {
        let bytes = NonZeroUsize::new(Self::bytes(questions)).ok_or(Errno::EINVAL)?;
        let memory = map(bytes, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE)?;
        Ok(Self {
            memory,
            bytes,
            slots: questions,
        })
    }

    #[inline(always)]
    pub(super) fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, larger than a header, zeroed (a valid
        // header), and lives as long as the board; its fields are atomics.
        unsafe { self.memory.cast::<Header>().as_ref() }
    }

    #[inline(always)]
    pub(super) fn slots(&self) -> &[Slot] {
        // SAFETY: the slots follow the header at a multiple of 64, inside the mapping;
        // zeroed memory is a valid slot; atomics may be shared.
        unsafe {
            let start = self.memory.cast::<u8>().add(SLOTS);
            std::slice::from_raw_parts(start.cast::<Slot>().as_ptr(), self.slots)
        }
    }

    /// The slot of the question being asked.
    #[inline(always)]
    pub(super) fn current(&self) -> Option<&Slot> {
        self.slots().get(self.header().cursor.load(SeqCst) as usize)
    }

    /// Notes what became of the question being asked, and goes on to the next.
    pub(super) fn pass(&self, outcome: Outcome, data: u32) {
        if let Some(slot) = self.current() {
            slot.note(outcome, data);
        }
        self.header().putting.store(0, SeqCst);
        self.header().cursor.fetch_add(1, SeqCst);
    }

    /// Whether there is nothing more to ask.
    #[inline(always)]
    pub(super) fn over(&self) -> bool {
        let header = self.header();
        header.done.load(SeqCst) == 1 || header.stop.load(SeqCst) == 1
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // SAFETY: the mapping is this board's own, and no reference outlives it.
        let _ = unsafe { munmap(self.memory, self.bytes.get()) };
    }
}
