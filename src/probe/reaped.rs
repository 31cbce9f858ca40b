//! A started child, which never outlives its use.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// A started child; killed and waited for when this goes out of scope.
#[derive(Debug)]
pub(super) struct Child {
    pid: Pid,
    ended: Option<WaitStatus>,
    /// A stop of a traced child that nobody has let go on yet.
    stopped: Option<WaitStatus>,
    /// Why it cannot be waited for.
    refused: Option<Errno>,
}

impl Child {
    pub(super) fn new(pid: Pid) -> Self {
        Self {
            pid,
            ended: None,
            stopped: None,
            refused: None,
        }
    }

    /// Its id.
    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it has ended.
    pub(super) fn poll(&mut self) -> bool {
        if self.ended.is_none() {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => {}
                Ok(status @ (WaitStatus::Exited(..) | WaitStatus::Signaled(..))) => {
                    self.ended = Some(status);
                }
                // Where it is traced it stops now and then, and each stop is told once.
                Ok(stop) => self.stopped = Some(stop),
                Err(errno) => {
                    self.refused = Some(errno);
                    self.ended = Some(WaitStatus::StillAlive);
                }
            }
        }
        self.ended.is_some()
    }

    /// Waits for its end, which must be near.
    pub(super) fn wait(&mut self) {
        if self.ended.is_none()
            && let Ok(status) = waitpid(self.pid, Some(WaitPidFlag::__WALL))
        {
            self.ended = Some(status);
        }
    }

    /// Why it counts as ended although it may not have.
    pub(super) fn refused(&self) -> Option<Errno> {
        self.refused
    }

    /// A stop that [`Self::poll`] has come by: its tracer has to let it go on.
    pub(super) fn take_stop(&mut self) -> Option<WaitStatus> {
        self.stopped.take()
    }

    /// Takes note that somebody else has waited for it.
    pub(super) fn has_ended(&mut self, status: WaitStatus) {
        self.ended = Some(status);
    }

    /// The signal that it ended of, unless it has still to be ended.
    pub(super) fn end(&mut self) -> Option<Signal> {
        match (self.poll(), self.ended) {
            (true, Some(WaitStatus::Signaled(_, signal, _))) => Some(signal),
            _ => None,
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.poll() || self.refused.is_some() {
            // It is this process's own child and not waited for yet: the id is still its own,
            // also where a filter lets nobody wait.
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = waitpid(self.pid, Some(WaitPidFlag::__WALL));
        }
    }
}
