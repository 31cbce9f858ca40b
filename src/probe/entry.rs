//! Whether the kernel lets this process enter by a foreign ABI at all.
//!
//! x32 may be compiled out or switched off at boot (`syscall.x32=`): its calls then answer
//! ENOSYS. i386 may be so too (`ia32_emulation=`, since Linux 6.7): `int 0x80` then raises
//! SIGSEGV. Filters are no help here, since they judge a call before that is looked at.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::confinement::{AbiVerdicts, Verdict};
use crate::syscalls::Abi;

use super::board::Board;
use super::execute_child::{self, Setup};
use super::question::{Arguments, Question};
use super::reaped::Child;
use super::supervisor;

/// The call that is made: it takes nothing, changes nothing, no layer refuses it, and it never
/// returns 0.
const CALL: &str = "getpid";
/// How long it may take: a child on a busy machine waits for its turn.
const STALL: Duration = Duration::from_millis(500);
/// How long it may take though time is up.
const LAST: Duration = Duration::from_millis(60);

/// Says of each foreign ABI whether the kernel offers it, as far as the filters let that be
/// tried: one `getpid` in a disposable child, made only where its verdict is
/// [`Verdict::Allowed`].
pub(super) fn mark_offered(abis: &mut [AbiVerdicts], until: Instant) {
    let call = |table: &AbiVerdicts| {
        let asked = table.by_name(CALL)?;
        let abi = Abi::ALL.into_iter().find(|abi| abi.as_str() == table.abi)?;
        (!table.native && asked.verdict == Verdict::Allowed).then_some(Question {
            abi,
            number: asked.number,
            asked_with: Arguments::Zero,
        })
    };
    let mut calls: Vec<(usize, Question)> = abis
        .iter()
        .enumerate()
        .filter_map(|(at, table)| Some((at, call(table)?)))
        .collect();
    // The gate that may be missing ends the child: it comes last.
    calls.sort_by_key(|(_, call)| call.compat());
    let (tables, calls): (Vec<usize>, Vec<Question>) = calls.into_iter().unzip();
    let now = Instant::now();
    let until = until.min(now + STALL).max(now + LAST);
    let Some(offered) = tried(&calls, until) else {
        return;
    };
    for (at, offered) in tables.into_iter().zip(offered) {
        if let Some(table) = abis.get_mut(at) {
            table.offered = offered;
        }
    }
}

/// Makes the calls; `None` where no child could be had for them, or one came to no end.
fn tried(calls: &[Question], until: Instant) -> Option<Vec<Option<bool>>> {
    if calls.is_empty() {
        return None;
    }
    let board = Board::new(calls.len()).ok()?;
    let started = execute_child::start(&board, calls, &Setup::only(&[])).ok()?;
    let mut child = Child::new(started);
    while board.header().done.load(SeqCst) == 0 && !child.poll() && Instant::now() < until {
        supervisor::give_way();
    }
    let died = child.end();
    let offered = calls
        .iter()
        .zip(board.slots())
        .map(|(call, slot)| match (slot.answer(), died) {
            // gVisor takes i386's number for x86_64's writev, which writes nothing and says 0.
            (Some(answer), _) => Some(answer > 0),
            (None, Some(Signal::SIGSEGV)) if call.compat() => Some(false),
            (None, _) => None,
        });
    Some(offered.collect())
}
