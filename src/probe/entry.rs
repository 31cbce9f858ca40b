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

use super::board::{Board, UNANSWERED};
use super::execute_child::{self, Setup};
use super::question::{Arguments, Question};
use super::supervisor::Child;

/// The call that is made: it takes nothing, changes nothing, and no layer refuses it.
const CALL: &str = "getpid";
/// How long it may take.
const STALL: Duration = Duration::from_millis(60);

/// Says of each foreign ABI whether the kernel offers it, as far as the filters let that be
/// tried: one `getpid` in a disposable child, made only where its verdict is
/// [`Verdict::Allowed`].
pub(super) fn mark_offered(abis: &mut [AbiVerdicts]) {
    for abi in abis.iter_mut().filter(|abi| !abi.native) {
        let asked = abi.by_name(CALL).map(|call| (call.number, &call.verdict));
        let known = Abi::ALL.into_iter().find(|known| known.as_str() == abi.abi);
        abi.offered = match (asked, known) {
            (Some((number, Verdict::Allowed)), Some(known)) => tried(Question {
                abi: known,
                number,
                asked_with: Arguments::Zero,
            }),
            _ => None,
        };
    }
}

/// Makes the call; `None` where no child could be had for it, or it came to no end.
fn tried(call: Question) -> Option<bool> {
    let calls = [call];
    let board = Board::new(&calls).ok()?;
    let started = execute_child::start(&board, &calls, &Setup::only(&[])).ok()?;
    let mut child = Child::new(started);
    let until = Instant::now() + STALL;
    while board.header().done.load(SeqCst) == 0 && !child.poll() && Instant::now() < until {
        std::thread::sleep(Duration::from_micros(50));
    }
    let answer = board.slots().first()?.answer.load(SeqCst);
    match child.end() {
        Some(Signal::SIGSEGV) if call.compat() => Some(false),
        _ if answer == UNANSWERED => None,
        _ => Some(answer >= 0),
    }
}
