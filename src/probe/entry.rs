//! Whether the kernel lets this process enter by a foreign ABI at all.
//!
//! x32 may be compiled out or switched off at boot (`syscall.x32=`): its calls then answer
//! ENOSYS. i386 may be so too (`ia32_emulation=`, since Linux 6.7): `int 0x80` then raises
//! SIGSEGV. Filters are no help with x32, since they judge a call before that is looked at;
//! what came to a filter by i386 has entered by it.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::confinement::AbiVerdicts;
use crate::syscalls::Abi;

use super::answer::Answer;
use super::board::Board;
use super::child::Task;
use super::execute_child::{self, Setup};
use super::exempt;
use super::own::Own;
use super::question::Question;
use super::questions;
use super::reaped::Child;
use super::slot::By;
use super::supervisor;

/// The call that is made: it takes nothing, changes nothing, no layer refuses it, and it never
/// returns 0.
const CALL: &str = "getpid";
/// How long it may take: a child on a busy machine waits for its turn.
const STALL: Duration = Duration::from_millis(500);
/// How long it may take though time is up.
const LAST: Duration = Duration::from_millis(60);

/// That call of an ABI.
fn call(abi: Abi) -> Option<Question> {
    Some(Question::Zero(abi, abi.number(CALL)?))
}

/// Makes that call of x32 where it came to the own filter alone, by the instruction that this
/// lets through. For the asking thread, which puts no question after.
pub(super) fn enter(task: &Task<'_>) {
    let Some(call) = call(Abi::X32).filter(|_| task.own == Own::Notify) else {
        return;
    };
    let mut asked = task.questions.iter().zip(task.board.slots());
    let Some((_, slot)) = asked.find(|(question, _)| question.is(&call)) else {
        return;
    };
    if slot.by() == By::Own {
        // SAFETY: as `CALL` says; no inherited filter stops it.
        let answer = unsafe { exempt::call(call.number().into(), [0; 5]) };
        slot.answered(if answer > 0 {
            By::OwnOffered
        } else {
            By::OwnUnoffered
        });
    }
}

/// Whether the kernel offers an ABI, as far as the answer to [`call`] of it shows that, on a kernel
/// of Linux's own: there a listener could be had. What a filter has answered has entered.
fn shown(call: &Question, answer: Answer) -> Option<bool> {
    match answer {
        Answer::Entered(offered) => Some(offered),
        Answer::PassedOn | Answer::Returned(_) | Answer::Trapped(_) if call.compat() => Some(true),
        Answer::Died(Signal::SIGSEGV) if call.compat() => Some(false),
        _ => None,
    }
}

/// Says of each foreign ABI whether the kernel offers it, as far as what it answered to questions
/// put by a listener shows that.
pub(super) fn mark(answer_to: impl Fn(&Question) -> Option<Answer>, abis: &mut [AbiVerdicts]) {
    for abi in questions::askable() {
        let call = call(abi).filter(|_| abi != Abi::native());
        let table = abis.iter_mut().find(|table| table.abi == abi.as_str());
        if let (Some(call), Some(table)) = (call, table) {
            table.offered = answer_to(&call).and_then(|answer| shown(&call, answer));
        }
    }
}

/// The calls that are being made to see which foreign ABIs the kernel offers.
pub(super) struct Offered {
    calls: Vec<Question>,
    board: Board,
    child: Child,
    until: Instant,
}

impl Offered {
    /// Makes one `getpid` of each foreign ABI in a disposable child, where that is `allowed`;
    /// `None` where there is none to make, or no child could be had.
    pub(super) fn try_where(allowed: impl Fn(&Question) -> bool, until: Instant) -> Option<Self> {
        let exit = u32::try_from(nix::libc::SYS_exit_group).unwrap_or(u32::MAX);
        let exits = allowed(&Question::Zero(Abi::native(), exit));
        let mut calls: Vec<Question> = questions::askable()
            .into_iter()
            .filter(|abi| *abi != Abi::native())
            .filter_map(call)
            .filter(allowed)
            .collect();
        // The gate that may be missing ends the child: it comes last.
        calls.sort_by_key(Question::compat);
        if calls.is_empty() {
            return None;
        }
        let board = Board::new(calls.len()).ok()?;
        let started = execute_child::start(&board, &calls, &Setup::none(exits)).ok()?;
        let now = Instant::now();
        Some(Self {
            calls,
            board,
            child: Child::new(started),
            until: until.min(now + STALL).max(now + LAST),
        })
    }

    /// Says of each ABI whether the kernel offers it, as far as that was tried.
    pub(super) fn mark(tried: Option<Self>, abis: &mut [AbiVerdicts]) {
        let Some(mut tried) = tried else { return };
        let header = tried.board.header();
        while header.done.load(SeqCst) == 0 && !tried.child.poll() && Instant::now() < tried.until {
            supervisor::give_way();
        }
        let died = tried.child.end();
        for (call, slot) in tried.calls.iter().zip(tried.board.slots()) {
            let offered = match (slot.answer(), died) {
                // gVisor takes i386's number for x86_64's writev, which writes nothing and says 0.
                (Some(answer), _) => Some(answer > 0),
                (None, Some(Signal::SIGSEGV)) if call.compat() => Some(false),
                (None, _) => continue,
            };
            let of = |table: &&mut AbiVerdicts| table.abi == call.abi().as_str();
            if let Some(table) = abis.iter_mut().find(of) {
                table.offered = offered;
            }
        }
    }
}
