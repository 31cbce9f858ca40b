//! The memory that the asking processes and their supervisor share.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU8, AtomicU32, Ordering::SeqCst};

use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

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

/// What became of a question, as the asking side saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Outcome {
    /// Nothing yet.
    Unanswered = 0,
    /// The call returned.
    Returned,
    /// It raised SIGSYS; the slot's data are the trap's.
    Trapped,
    /// The thread that asked was killed, and its process was not.
    KilledThread,
    /// SIGSYS ended the process.
    KilledProcess,
    /// SIGSYS ended the process, which had no other thread.
    Killed,
    /// Another signal ended the process: the slot's data.
    Died,
    /// How it ended could not be learnt.
    Lost,
}

/// Who answered a question, as far as that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum By {
    /// An inherited filter, unless it is a call that the kernel may let by every filter.
    Inherited = 0,
    /// The own filter: whoever answers for it has seen the call.
    Own,
    /// An inherited filter or the call's own body.
    Either,
    /// The call's own body.
    Body,
}

/// One question's place on the board. Laid out as `arm/ask.s` knows it.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Slot {
    answer: AtomicI64,
    data: AtomicU32,
    outcome: AtomicU8,
    by: AtomicU8,
    /// Set by the tracer when the call waited for somebody else's answer.
    pub(super) waited: AtomicU8,
    /// Set by the tracer when an inherited filter handed it to a tracer.
    pub(super) handed: AtomicU8,
}

impl Slot {
    /// Notes what the call returned.
    pub(super) fn returned(&self, answer: i64) {
        self.answer.store(answer, SeqCst);
        self.outcome.store(Outcome::Returned as u8, SeqCst);
    }

    /// Notes what became of it, with what belongs to that.
    pub(super) fn note(&self, outcome: Outcome, data: u32) {
        self.data.store(data, SeqCst);
        self.outcome.store(outcome as u8, SeqCst);
    }

    /// Notes who answered.
    pub(super) fn answered(&self, by: By) {
        self.by.store(by as u8, SeqCst);
    }

    /// Who answered.
    pub(super) fn by(&self) -> By {
        match self.by.load(SeqCst) {
            0 => By::Inherited,
            1 => By::Own,
            2 => By::Either,
            _ => By::Body,
        }
    }

    /// What the call returned, if it did.
    pub(super) fn answer(&self) -> Option<i64> {
        (self.outcome() == Outcome::Returned).then(|| self.answer.load(SeqCst))
    }

    /// What became of it.
    pub(super) fn outcome(&self) -> Outcome {
        match self.outcome.load(SeqCst) {
            0 => Outcome::Unanswered,
            1 => Outcome::Returned,
            2 => Outcome::Trapped,
            3 => Outcome::KilledThread,
            4 => Outcome::KilledProcess,
            5 => Outcome::Killed,
            6 => Outcome::Died,
            _ => Outcome::Lost,
        }
    }

    /// What belongs to the outcome.
    pub(super) fn data(&self) -> u32 {
        self.data.load(SeqCst)
    }

    /// Notes the data of a filter that hands the call to a tracer.
    pub(super) fn handed(&self, data: u16) {
        self.data.store(u32::from(data), SeqCst);
        self.handed.store(1, SeqCst);
    }
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
    assert!(SLOTS == 64 && size_of::<Slot>() == 16);
    assert!(std::mem::offset_of!(Slot, answer) == 0);
    assert!(std::mem::offset_of!(Slot, data) == 8);
    assert!(std::mem::offset_of!(Slot, outcome) == 12);
    assert!(Outcome::Returned as u8 == 1 && Outcome::Trapped as u8 == 2);
    assert!(Outcome::KilledThread as u8 == 3);
};

/// The shared mapping: a header, then a slot for each question.
#[derive(Debug)]
pub(super) struct Board {
    memory: NonNull<nix::libc::c_void>,
    bytes: NonZeroUsize,
    slots: usize,
}

impl Board {
    /// Maps a board for so many questions.
    pub(super) fn new(questions: usize) -> nix::Result<Self> {
        // SAFETY: a fresh anonymous mapping aliases nothing.
        Self::mapped(questions, |bytes, access| unsafe {
            mmap_anonymous(None, bytes, access, MapFlags::MAP_SHARED)
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

    /// The slot of the question being asked.
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
