//! What comes of putting questions: answers, or why they could not be put.

use std::fmt;

use nix::errno::Errno;
use nix::sys::signal::Signal;

use super::own::Own;
use super::slot::{By, Outcome, Slot};

/// What came of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was not put.
    Unasked,
    /// No inherited filter stopped it: it came to the own one.
    PassedOn,
    /// So it did, and made once more it was let through to the kernel: whether that took it for
    /// its ABI's.
    Entered(bool),
    /// It returned this, and never came to the own filter.
    Returned(i64),
    /// It returned this, by an inherited filter or by its own body.
    OfEither(i64),
    /// Its own body answered, which no filter kept it from.
    Unfiltered,
    /// It raised SIGSYS with this data.
    Trapped(u16),
    /// An inherited filter handed it to a tracer, with this data.
    Handed(u16),
    /// It waited for the answer of somebody else's supervisor.
    Waited,
    /// It returned this, or did not return at all, and whether it waited for somebody else's
    /// answer is not known.
    Somebody(Option<i64>),
    /// The asking thread was killed, and its process was not.
    KilledThread,
    /// The process was killed by SIGSYS.
    KilledProcess,
    /// It was killed by SIGSYS, and no second thread was there to tell thread from process.
    Killed,
    /// It was killed by SIGSYS, where a trap could not be caught.
    KilledOrTrapped,
    /// The process died of another signal.
    Died(Signal),
    /// How the process ended that asked it could not be learnt.
    Lost,
}

impl Answer {
    /// Whether no inherited filter stopped the call.
    pub(super) fn is_passed_on(self) -> bool {
        matches!(self, Self::PassedOn | Self::Entered(_))
    }

    /// The answer that a slot holds.
    #[inline(always)]
    pub(super) fn of(slot: &Slot, own: Own, untrapped: bool) -> Self {
        use std::sync::atomic::Ordering::SeqCst;
        let data = slot.data();
        let short = u16::try_from(data).unwrap_or(u16::MAX);
        match slot.waited.load(SeqCst) {
            0 => {}
            1 => return Self::Waited,
            _ => return Self::Somebody(slot.answer()),
        }
        if slot.handed.load(SeqCst) == 1 {
            return Self::Handed(short);
        }
        match slot.by() {
            By::Own => return Self::PassedOn,
            By::OwnOffered => return Self::Entered(true),
            By::OwnUnoffered => return Self::Entered(false),
            By::Body => return Self::Unfiltered,
            By::Either | By::Inherited => {}
        }
        match slot.outcome() {
            Outcome::Unanswered => Self::Unasked,
            // That is what the own filter does.
            Outcome::Killed if own == Own::Between => Self::PassedOn,
            Outcome::KilledProcess | Outcome::Killed if untrapped => Self::KilledOrTrapped,
            Outcome::Returned => match slot.answer() {
                Some(value) if slot.by() == By::Either => Self::OfEither(value),
                Some(value) => Self::Returned(value),
                None => Self::Unasked,
            },
            Outcome::Trapped => Self::Trapped(short),
            Outcome::KilledThread => Self::KilledThread,
            Outcome::KilledProcess => Self::KilledProcess,
            Outcome::Killed => Self::Killed,
            Outcome::Died => i32::try_from(data)
                .ok()
                .and_then(|number| Signal::try_from(number).ok())
                .map_or(Self::Lost, Self::Died),
            Outcome::Lost => Self::Lost,
        }
    }
}

/// Why the questions could not be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No child could be started.
    Clone(Errno),
    /// The child may not set no_new_privs.
    NoNewPrivs(Errno),
    /// The child may not add a filter.
    Filter(Errno),
    /// A filter raises SIGSYS for the call that is named, which would add the own filter.
    Trapped(&'static str),
    /// What seccomp(2) returned is no listener, or it may not be supervised.
    NotAListener(Errno),
    /// seccomp(2) said that it added a filter, and there is none.
    Faked,
    /// The child may not be traced.
    Ptrace(Errno),
    /// A filter stops ptrace(2).
    PtraceStopped,
    /// Whether a filter stops ptrace(2) could not be learnt.
    PtraceUntold,
    /// The child may not be waited for.
    Wait(Errno),
    /// The child was gone before it had a filter.
    Died,
    /// There is no memory to share with the program that asks.
    #[cfg(target_arch = "aarch64")]
    NoMemory(Errno),
    /// The kernel does not execute the program that asks.
    #[cfg(target_arch = "aarch64")]
    NotExecuted(Errno),
    /// What executes it is not the kernel.
    #[cfg(target_arch = "aarch64")]
    Interpreted,
    /// It ended before its first question, or took too long.
    #[cfg(target_arch = "aarch64")]
    NotAsking(Option<Signal>),
    /// The thread that puts the questions did not come to its end.
    Supervisor,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clone(errno) => write!(f, "clone: {errno}: no child to ask from"),
            Self::NoNewPrivs(errno) => write!(f, "prctl(PR_SET_NO_NEW_PRIVS): {errno}"),
            Self::Filter(Errno::EBUSY) => {
                f.write_str("a seccomp listener is present (seccomp: EBUSY)")
            }
            Self::Filter(errno) => write!(f, "seccomp(SECCOMP_SET_MODE_FILTER): {errno}"),
            Self::Trapped(call) => write!(f, "{call}: a filter raises SIGSYS"),
            Self::NotAListener(errno) => write!(
                f,
                "seccomp(2) returned what is no listener to supervise (ioctl: {errno})"
            ),
            Self::Faked => f.write_str("seccomp(2) returned success and added no filter"),
            Self::Ptrace(errno) => write!(f, "ptrace(PTRACE_SEIZE): {errno}"),
            Self::PtraceStopped => f.write_str("a filter stops ptrace(2)"),
            Self::PtraceUntold => f.write_str("ptrace(2) could not be asked about"),
            #[cfg(target_arch = "aarch64")]
            Self::NoMemory(errno) => write!(f, "no memory for the program that asks: {errno}"),
            #[cfg(target_arch = "aarch64")]
            Self::NotExecuted(Errno::ENOEXEC) => f.write_str(
                "execveat: ENOEXEC: this kernel or processor executes no 32-bit program",
            ),
            #[cfg(target_arch = "aarch64")]
            Self::NotExecuted(errno) => write!(f, "execveat: {errno}"),
            #[cfg(target_arch = "aarch64")]
            Self::Interpreted => {
                f.write_str("an interpreter executes 32-bit programs here, not the kernel")
            }
            #[cfg(target_arch = "aarch64")]
            Self::NotAsking(Some(Signal::SIGSYS)) => f.write_str(
                "a filter kills the 32-bit program that asks, before its first question",
            ),
            #[cfg(target_arch = "aarch64")]
            Self::NotAsking(Some(signal)) => write!(
                f,
                "the program that asks died of {signal} before its first question"
            ),
            #[cfg(target_arch = "aarch64")]
            Self::NotAsking(None) => {
                f.write_str("the program that asks did not come to its first question")
            }
            Self::Supervisor => f.write_str("the thread that asks was killed, or got no time"),
            Self::Wait(errno) => write!(f, "wait4: {errno}: no child to wait for"),
            Self::Died => f.write_str("the asking child died before it had a filter"),
        }
    }
}
