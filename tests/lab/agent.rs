//! A seccomp agent: takes a listener from a runtime, and lets everything go on.

use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};

use libseccomp::{ScmpNotifReq, ScmpNotifResp, ScmpNotifRespFlags};
use nix::sys::socket::{
    AddressFamily, Backlog, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixAddr, accept,
    bind, listen, recvmsg, socket,
};

/// Where it waits, `listenerPath` of a profile.
pub(crate) const SOCKET: &str = "/run/amiconfined-lab-agent.sock";

/// Where LXC's own protocol is spoken, `lxc.seccomp.notify.proxy`.
pub(crate) const LXC_SOCKET: &str = "/run/amiconfined-lab-lxc.sock";

/// Takes LXC's connections and keeps them open. What it would send are calls of what no
/// container here makes.
fn keep() {
    let flags = SockFlag::SOCK_CLOEXEC;
    let socket = socket(AddressFamily::Unix, SockType::SeqPacket, flags, None).unwrap();
    bind(socket.as_raw_fd(), &UnixAddr::new(LXC_SOCKET).unwrap()).unwrap();
    listen(&socket, Backlog::new(8).unwrap()).unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        while let Ok(connection) = accept(socket.as_raw_fd()) {
            kept.push(connection);
        }
    });
}

/// Serves containers, one after another, until this program ends.
pub(crate) fn serve() {
    keep();
    let socket = UnixListener::bind(SOCKET).unwrap();
    std::thread::spawn(move || {
        for stream in socket.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                for listener in listeners(&stream) {
                    answer(listener);
                }
            });
        }
    });
}

/// The listeners that come with the container's state, which is JSON and not looked at.
fn listeners(stream: &UnixStream) -> Vec<RawFd> {
    let mut text = [0; 65536];
    let mut parts = [IoSliceMut::new(&mut text)];
    let mut space = nix::cmsg_space!([i32; 4]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(stream.as_raw_fd(), &mut parts, Some(&mut space), flags);
    let messages = message.as_ref().ok().and_then(|m| m.cmsgs().ok());
    let mut found = Vec::new();
    for message in messages.into_iter().flatten() {
        if let ControlMessageOwned::ScmRights(fds) = message {
            found.extend(fds);
        }
    }
    found
}

fn answer(listener: RawFd) {
    while let Ok(request) = ScmpNotifReq::receive(listener) {
        let on = ScmpNotifResp::new_continue(request.id, ScmpNotifRespFlags::empty());
        let _ = on.respond(listener);
    }
    let _ = nix::unistd::close(listener);
}
