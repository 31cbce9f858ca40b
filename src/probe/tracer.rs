//! The tracer of a child whose own filter hands calls to it: it skips every body.
//!
//! Where a listener is present, an inherited USER_NOTIF outranks TRACE: that call comes to
//! the other's supervisor, who may answer it or let it run. So questions are put thus only
//! where that is asked for.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::board::Header;
use super::child::Task;
use super::own::Own;
use super::reaped::Child;
use super::skip::skip;
use super::slot::By;
use super::status::{self, Mark};

/// How long a call may sleep before it is certain that it waits for somebody's answer.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long it may take where nothing tells whether it sleeps.
const LIMIT: Duration = Duration::from_millis(200);
/// How long a child that is told to stop may take to end by itself.
const GRACE: Duration = Duration::from_millis(100);

/// Begins to trace a child, and all that it will start. They end with this thread.
pub(super) fn seize(child: Pid) -> nix::Result<()> {
    ptrace::seize(
        child,
        Options::PTRACE_O_TRACESECCOMP
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACEEXIT
            | Options::PTRACE_O_EXITKILL,
    )
}

/// What is known of the thread that asks.
struct Asker {
    thread: Option<Pid>,
    /// How often it had waited at its last mark; `None` where that cannot be known.
    switches: Option<u64>,
    /// How often it has stopped for its tracer since then, each a wait of its own.
    stops: u64,
    /// The question being asked, and since when.
    at: (u32, Instant),
}

/// Skips the body of every call that comes to the own filter, until the child has ended.
pub(super) fn follow(task: &Task<'_>, child: &mut Child, until: Instant) {
    let header = task.board.header();
    let mut last = until;
    let mut asker = Asker {
        thread: None,
        switches: None,
        stops: 0,
        at: (0, Instant::now()),
    };
    loop {
        let now = Instant::now();
        if now >= last {
            if header.stop.swap(1, SeqCst) == 1 {
                break;
            }
            last = now + GRACE;
        }
        let any = WaitPidFlag::WNOHANG | WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        let waited = match child.take_stop() {
            Some(stop) => Ok(stop),
            None => waitpid(Pid::from_raw(-1), Some(any)),
        };
        match waited {
            Ok(WaitStatus::StillAlive) => asker.idle(task),
            Ok(WaitStatus::PtraceEvent(thread, _, event)) => {
                if Some(thread) == asker.thread {
                    asker.stops += 1;
                }
                match event {
                    libc::PTRACE_EVENT_SECCOMP => asker.comes(task, thread),
                    libc::PTRACE_EVENT_EXIT => asker.ends(task, thread),
                    libc::PTRACE_EVENT_CLONE
                    | libc::PTRACE_EVENT_FORK
                    | libc::PTRACE_EVENT_VFORK
                        if Some(thread) == asker.thread =>
                    {
                        // A call that somebody's supervisor has let run.
                        let started = ptrace::getevent(thread).unwrap_or(0);
                        let started = Pid::from_raw(i32::try_from(started).unwrap_or(0));
                        if started.as_raw() > 0 {
                            let _ = kill(started, Signal::SIGKILL);
                        }
                    }
                    _ => {}
                }
                let _ = ptrace::cont(thread, None);
            }
            Ok(WaitStatus::Stopped(thread, signal)) => {
                if Some(thread) == asker.thread {
                    asker.stops += 1;
                }
                let _ = ptrace::cont(thread, signal);
            }
            Ok(status @ (WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)))
                if pid == child.pid() =>
            {
                child.has_ended(status);
                break;
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => break,
        }
    }
    status::close(header);
}

impl Asker {
    /// A call has come to a filter that hands it to the tracer.
    fn comes(&mut self, task: &Task<'_>, thread: Pid) {
        let header = task.board.header();
        let data = ptrace::getevent(thread).unwrap_or(0);
        skip(thread);
        if header.asking.load(SeqCst) == 0 || !task.has_begun() {
            return;
        }
        let Some(slot) = task.board.current() else {
            return;
        };
        match Mark::of(header) {
            Mark::None if task.own == Own::Between => {
                slot.handed(u16::try_from(data & 0xffff).unwrap_or(0));
            }
            Mark::None => slot.answered(By::Own),
            Mark::Begins => {
                self.thread = Some(thread);
                self.looked(header);
            }
            Mark::Returned => {
                let expected = self.switches.map(|before| before + self.stops);
                self.looked(header);
                slot.waited.store(
                    match (expected, self.switches) {
                        (Some(expected), Some(now)) => u8::from(now > expected),
                        _ => 2,
                    },
                    SeqCst,
                );
            }
        }
    }

    fn looked(&mut self, header: &Header) {
        let waits = status::read(header.status.load(SeqCst));
        self.switches = waits.map(|waits| waits.switches);
        self.stops = 0;
    }

    /// The thread that asks has come to its end, though not to its last question: a call that
    /// somebody's supervisor has let run, if no signal ended it.
    fn ends(&mut self, task: &Task<'_>, thread: Pid) {
        let code = ptrace::getevent(thread).unwrap_or(0);
        if Some(thread) == self.thread {
            if code & 0x7f == 0
                && !task.board.over()
                && let Some(slot) = task.board.current()
            {
                slot.waited.store(1, SeqCst);
            }
            self.thread = None;
            status::close(task.board.header());
        }
    }

    /// Nothing has happened: a call that sleeps waits for somebody's answer.
    fn idle(&mut self, task: &Task<'_>) {
        let header = task.board.header();
        let cursor = header.cursor.load(SeqCst);
        if self.at.0 != cursor || Mark::of(header) != Mark::None || self.thread.is_none() {
            self.at = (cursor, Instant::now());
            std::thread::yield_now();
            return;
        }
        let elapsed = self.at.1.elapsed();
        if elapsed < Duration::from_millis(1) {
            std::thread::yield_now();
            return;
        }
        std::thread::sleep(Duration::from_micros(200));
        if elapsed < PATIENCE {
            return;
        }
        let asleep = status::read(header.status.load(SeqCst)).map(|waits| waits.asleep);
        let known = match asleep {
            Some(true) => 1,
            None if elapsed > LIMIT => 2,
            _ => return,
        };
        if header.cursor.load(SeqCst) != cursor {
            return;
        }
        if let (Some(thread), Some(slot)) = (self.thread, task.board.current()) {
            slot.waited.store(known, SeqCst);
            let _ = kill(thread, Signal::SIGKILL);
            self.at.1 = Instant::now();
        }
    }
}
