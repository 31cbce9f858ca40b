//! A question's place on the board: what became of it, and who answered.

use std::sync::atomic::{
    AtomicI64, AtomicU8, AtomicU32,
    Ordering::{Acquire, Release},
};

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
    /// The own filter; let through by that, the kernel then took the call for its ABI's.
    OwnOffered,
    /// The own filter; let through by that, the kernel then knew no such call.
    OwnUnoffered,
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
    #[inline(always)]
    pub(super) fn returned(&self, answer: i64) {
        self.answer.store(answer, Release);
        self.outcome.store(Outcome::Returned as u8, Release);
    }

    /// Notes what became of it, with what belongs to that.
    pub(super) fn note(&self, outcome: Outcome, data: u32) {
        self.data.store(data, Release);
        self.outcome.store(outcome as u8, Release);
    }

    /// Notes who answered.
    #[inline(always)]
    pub(super) fn answered(&self, by: By) {
        self.by.store(by as u8, Release);
    }

    /// Who answered.
    #[inline(always)]
    pub(super) fn by(&self) -> By {
        match self.by.load(Acquire) {
            0 => By::Inherited,
            1 => By::Own,
            2 => By::Either,
            3 => By::Body,
            4 => By::OwnOffered,
            _ => By::OwnUnoffered,
        }
    }

    /// What the call returned, if it did.
    #[inline(always)]
    pub(super) fn answer(&self) -> Option<i64> {
        (self.outcome() == Outcome::Returned).then(|| self.answer.load(Acquire))
    }

    /// What became of it.
    #[inline(always)]
    pub(super) fn outcome(&self) -> Outcome {
        match self.outcome.load(Acquire) {
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
    #[inline(always)]
    pub(super) fn data(&self) -> u32 {
        self.data.load(Acquire)
    }

    /// Notes the data of a filter that hands the call to a tracer.
    pub(super) fn handed(&self, data: u16) {
        self.data.store(u32::from(data), Release);
        self.handed.store(1, Release);
    }
}

// As `arm/ask.s` has them.
#[cfg(target_arch = "aarch64")]
const _: () = {
    assert!(size_of::<Slot>() == 16);
    assert!(std::mem::offset_of!(Slot, answer) == 0);
    assert!(std::mem::offset_of!(Slot, data) == 8);
    assert!(std::mem::offset_of!(Slot, outcome) == 12);
    assert!(Outcome::Returned as u8 == 1 && Outcome::Trapped as u8 == 2);
    assert!(Outcome::KilledThread as u8 == 3);
};
