//! The supervisor's side of a seccomp listener, `seccomp_unotify(2)`.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc::{seccomp_notif, seccomp_notif_resp};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::own::SENTINEL;
use crate::syscalls::Release;

nix::ioctl_readwrite!(notif_recv, b'!', 0, seccomp_notif);
nix::ioctl_readwrite!(notif_send, b'!', 1, seccomp_notif_resp);
nix::ioctl_write_ptr!(notif_id_valid, b'!', 2, u64);
nix::ioctl_write_int_bad!(
    notif_set_flags,
    nix::request_code_write!(b'!', 4, size_of::<u64>())
);

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`, since Linux 6.6.
const SYNC_WAKE_UP: i32 = 1;

/// What came to the listener.
pub(super) enum Event {
    /// A call waits, by this name.
    Call(u64),
    /// Nothing came in time.
    Quiet,
    /// The child is gone.
    Gone,
}

/// The release since which `SECCOMP_IOCTL_NOTIF_RECV` ends with ENOENT once nobody is left who has
/// the filter (`recv_wait_event`, kernel/seccomp.c). Before, who waited for a call of a child that
/// had ended waited for ever.
const WAITS_END: Release = Release::new(6, 11, 0);

/// Whether this kernel ends the wait for a call when the child has ended.
pub(super) fn waits_end() -> bool {
    let release = nix::sys::utsname::uname().ok();
    let release = release.and_then(|uname| Release::from_uname(&uname.release().to_string_lossy()));
    release.is_some_and(|release| release >= WAITS_END)
}

/// The listener of a child's own filter.
#[derive(Debug)]
pub(super) struct Listener {
    fd: OwnedFd,
    waits: bool,
}

impl Listener {
    /// Takes the descriptor that the child's seccomp(2) returned, once it is certain that
    /// it is a listener and that this process may supervise it: a filter can return any
    /// number in the kernel's stead, and then nothing would stop the calls.
    ///
    /// `waits` is whether the next call may be waited for without asking first whether there
    /// will be one ([`waits_end`]), which takes a system call more for each.
    pub(super) fn new(fd: i32, waits: bool) -> Result<Self, Errno> {
        // SAFETY: borrowed for one ioctl, on a number that need not even be open.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        // SAFETY: the ioctl reads eight bytes. No notification has the id 0, so a
        // listener answers ENOENT, and nothing else does.
        match unsafe { notif_id_valid(borrowed.as_raw_fd(), &raw const NO_ID) } {
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Err(Errno::EBADF),
        }
        // What was open before this program was started has not this flag; a listener that
        // seccomp(2) has just made has.
        let flags = FdFlag::from_bits_retain(fcntl(borrowed, FcntlArg::F_GETFD)?);
        if !flags.contains(FdFlag::FD_CLOEXEC) {
            return Err(Errno::EBADF);
        }
        // SAFETY: it is the child's new listener, in the descriptor table that both
        // share, and nothing else here owns it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        // SAFETY: sets a flag on the listener; an older kernel refuses, and only speed is lost.
        let _ = unsafe { notif_set_flags(fd.as_raw_fd(), SYNC_WAKE_UP) };
        Ok(Self { fd, waits })
    }

    /// Waits for the next event; where it does so without a limit, the child has to see to it
    /// that there is one now and then.
    #[inline(always)]
    pub(super) fn next(&self, milliseconds: u8) -> Event {
        if self.waits
            && let Some(id) = self.receive()
        {
            return Event::Call(id);
        }
        let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::from(milliseconds)) {
            Ok(0) | Err(_) => return Event::Quiet,
            Ok(_) => {}
        }
        let happened = fds[0].revents().unwrap_or(PollFlags::empty());
        if !happened.contains(PollFlags::POLLIN) {
            return Event::Gone;
        }
        self.receive().map_or(Event::Quiet, Event::Call)
    }

    /// The next call that waits; `None` where it has gone meanwhile, or all have.
    #[inline(always)]
    fn receive(&self) -> Option<u64> {
        // SAFETY: the kernel wants a zeroed structure, and fills it.
        let mut call: seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: as above; the structure outlives the call.
        let received = unsafe { notif_recv(self.fd.as_raw_fd(), &raw mut call) };
        received.is_ok().then_some(call.id)
    }

    /// Refuses a waiting call: its body does not run.
    #[inline(always)]
    pub(super) fn refuse(&self, id: u64) {
        let mut response = seccomp_notif_resp {
            id,
            val: 0,
            error: -SENTINEL,
            flags: 0,
        };
        // SAFETY: the structure outlives the call. A child that is gone gives an error, which
        // the next event shows.
        let _ = unsafe { notif_send(self.fd.as_raw_fd(), &raw mut response) };
    }
}

static NO_ID: u64 = 0;
