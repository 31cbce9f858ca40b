//! The supervisor's side of a seccomp listener, `seccomp_unotify(2)`.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::{seccomp_notif, seccomp_notif_resp};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::super::own::SENTINEL;

nix::ioctl_readwrite!(notif_recv, b'!', 0, seccomp_notif);
nix::ioctl_readwrite!(notif_send, b'!', 1, seccomp_notif_resp);
nix::ioctl_write_ptr!(notif_id_valid, b'!', 2, u64);
nix::ioctl_write_int_bad!(
    notif_set_flags,
    nix::request_code_write!(b'!', 4, size_of::<u64>())
);

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`, since Linux 6.6.
const SYNC_WAKE_UP: i32 = 1;
/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`, since Linux 5.5.
const CONTINUE: u32 = 1;

/// What came to the listener.
pub(super) enum Event {
    /// A call waits; these are its `AUDIT_ARCH_*` and its number.
    Call { id: u64, arch: u32, number: u32 },
    /// Nothing came in time.
    Quiet,
    /// The child is gone.
    Gone,
}

/// The listener of a child's own filter.
#[derive(Debug)]
pub(super) struct Listener(OwnedFd);

impl Listener {
    /// Takes the descriptor that the child's seccomp(2) returned, once it is certain that
    /// it is a listener and that this process may supervise it: a filter can return any
    /// number in the kernel's stead, and then nothing would stop the calls.
    pub(super) fn new(fd: i32) -> Result<Self, Errno> {
        // SAFETY: borrowed for one ioctl, on a number that need not even be open.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        // SAFETY: the ioctl reads eight bytes. No notification has the id 0, so a
        // listener answers ENOENT, and nothing else does.
        match unsafe { notif_id_valid(borrowed.as_raw_fd(), &raw const NO_ID) } {
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Err(Errno::EBADF),
        }
        // SAFETY: it is the child's new listener, in the descriptor table that both
        // share, and nothing else here owns it.
        let listener = Self(unsafe { OwnedFd::from_raw_fd(fd) });
        // SAFETY: sets a flag on the listener; an older kernel refuses, and only speed is lost.
        let _ = unsafe { notif_set_flags(listener.0.as_raw_fd(), SYNC_WAKE_UP) };
        Ok(listener)
    }

    /// Waits for the next event.
    pub(super) fn next(&self, milliseconds: u8) -> Event {
        use std::os::fd::AsFd;
        let mut fds = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::from(milliseconds)) {
            Ok(0) | Err(_) => return Event::Quiet,
            Ok(_) => {}
        }
        let happened = fds[0].revents().unwrap_or(PollFlags::empty());
        if !happened.contains(PollFlags::POLLIN) {
            return Event::Gone;
        }
        // SAFETY: the kernel wants a zeroed structure, and fills it.
        let mut call: seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: as above; the structure outlives the call.
        match unsafe { notif_recv(self.0.as_raw_fd(), &raw mut call) } {
            #[allow(clippy::cast_sign_loss)]
            Ok(_) => Event::Call {
                id: call.id,
                arch: call.data.arch,
                number: call.data.nr as u32,
            },
            Err(_) => Event::Quiet,
        }
    }

    /// Refuses a waiting call: its body does not run.
    pub(super) fn refuse(&self, id: u64) {
        self.answer(seccomp_notif_resp {
            id,
            val: 0,
            error: -SENTINEL,
            flags: 0,
        });
    }

    /// Lets a waiting call run: the handler's own rt_sigreturn, and what a program that asks
    /// starts with. Since Linux 5.5; before, the call goes on waiting.
    pub(super) fn let_through(&self, id: u64) {
        self.answer(seccomp_notif_resp {
            id,
            val: 0,
            error: 0,
            flags: CONTINUE,
        });
    }

    fn answer(&self, mut response: seccomp_notif_resp) {
        // SAFETY: the structure outlives the call. A child that is gone gives an error, which
        // the next event shows.
        let _ = unsafe { notif_send(self.0.as_raw_fd(), &raw mut response) };
    }
}

static NO_ID: u64 = 0;
