//! How often the asking thread has waited: what its tracer reads of it in `/proc`, to tell
//! the answer of a filter, which comes at once, from that of somebody's supervisor.

use std::sync::atomic::Ordering::SeqCst;

use nix::libc;

use super::board::Header;
use super::child::{Task, give_up_privileges};
use super::exempt;

/// A call that is made to show itself to the tracer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is a question.
    None = 0,
    /// The thread begins to ask.
    Begins,
    /// It goes on after a question that returned past the tracer.
    Returned,
}

/// What is read, of whichever thread opens it.
const STATUS: &[u8] = b"/proc/thread-self/status\0";
/// Enough for the file, whose lists of groups and processors are long on few machines.
const LONGEST: usize = 16 << 10;

/// Lets the tracer read the calling thread's status, and shows the thread to it.
pub(super) fn open(task: &Task<'_>) {
    let path = STATUS.as_ptr().expose_provenance() as u64;
    let flags = u64::from((libc::O_RDONLY | libc::O_CLOEXEC).cast_unsigned());
    let here = i64::from(libc::AT_FDCWD).cast_unsigned();
    // SAFETY: opens a file that every process has; descriptors are shared with the tracer.
    let opened = unsafe { exempt::call(libc::SYS_openat, [here, path, flags, 0, 0]) };
    let opened = i32::try_from(opened).unwrap_or(-1);
    task.board.header().status.store(opened, SeqCst);
    show(task.board.header(), Mark::Begins);
}

/// Shows the tracer that a question has returned.
pub(super) fn mark(task: &Task<'_>) {
    show(task.board.header(), Mark::Returned);
}

fn show(header: &Header, mark: Mark) {
    header.marking.store(mark as u32, SeqCst);
    give_up_privileges();
    header.marking.store(Mark::None as u32, SeqCst);
}

impl Mark {
    /// What the asking thread is about.
    pub(super) fn of(header: &Header) -> Self {
        match header.marking.load(SeqCst) {
            0 => Self::None,
            1 => Self::Begins,
            _ => Self::Returned,
        }
    }
}

/// What a thread's status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waits {
    /// How often it has given up its processor by itself (`voluntary_ctxt_switches`).
    pub(super) switches: u64,
    /// Whether it sleeps now (`State`).
    pub(super) asleep: bool,
}

/// Reads it; `None` where the thread could not open it, or it is not as the kernel writes it.
pub(super) fn read(descriptor: i32) -> Option<Waits> {
    if descriptor < 0 {
        return None;
    }
    let mut buffer = vec![0u8; LONGEST];
    // SAFETY: borrowed for one read; the asking thread has opened it, and only `close` ends it.
    let file = unsafe { std::os::fd::BorrowedFd::borrow_raw(descriptor) };
    let length = nix::sys::uio::pread(file, &mut buffer, 0).ok()?;
    let text = buffer.get(..length)?;
    let value = |name: &[u8]| {
        text.split(|byte| *byte == b'\n')
            .find_map(|line| line.strip_prefix(name))
            .map(<[u8]>::trim_ascii)
    };
    let switches = std::str::from_utf8(value(b"voluntary_ctxt_switches:")?).ok()?;
    Some(Waits {
        switches: switches.parse().ok()?,
        asleep: value(b"State:")?.starts_with(b"S"),
    })
}

/// Closes what the asking thread has opened.
pub(super) fn close(header: &Header) {
    let descriptor = header.status.swap(-1, SeqCst);
    if descriptor > 0 {
        // A thread that is gone needs it no more.
        let _ = nix::unistd::close(descriptor);
    }
}
