//! SIGTERM and SIGINT, taken as a wish to end at once, also where this process is the
//! first of its pid namespace, which ignores signals that it has no handler for.

use std::cell::Cell;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::cli::error::Error;

/// Where the signals arrive.
#[derive(Debug)]
pub(super) struct Stop {
    signals: SignalFd,
    asked: Cell<bool>,
}

impl Stop {
    /// Takes the signals over, for this thread and those that it starts.
    pub(super) fn new() -> Result<Self, Error> {
        let mut set = SigSet::empty();
        set.add(Signal::SIGTERM);
        set.add(Signal::SIGINT);
        let failed =
            |call: &str, errno: nix::errno::Errno| Error::NotObserved(format!("{call}: {errno}"));
        set.thread_block().map_err(|e| failed("sigprocmask", e))?;
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        Ok(Self {
            signals: SignalFd::with_flags(&set, flags).map_err(|e| failed("signalfd", e))?,
            asked: Cell::new(false),
        })
    }

    /// Whether one has come.
    pub(super) fn asked(&self) -> bool {
        if !self.asked.get() && matches!(self.signals.read_signal(), Ok(Some(_))) {
            self.asked.set(true);
        }
        self.asked.get()
    }

    /// Waits until a time, or for a signal; gives whether one has come.
    pub(super) fn wait_until(&self, end: Instant) -> bool {
        while !self.asked() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            // A little longer than asked for, so as not to spin in the last millisecond.
            let left = left.min(Duration::from_secs(3600)) + Duration::from_millis(1);
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let mut fds = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            // An interrupted wait is waited on.
            let _ = poll(&mut fds, timeout);
        }
        true
    }
}
