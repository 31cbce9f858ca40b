//! Which filter `PTRACE_SECCOMP_GET_FILTER` counts as the first.

use amiconfined::bpf::{Instruction, Program};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use super::kernel::{install, raw};

const PTRACE_SECCOMP_GET_FILTER: libc::c_uint = 0x420c;

fn allow(data: u32) -> Program {
    let instruction = Instruction {
        code: 6,
        jt: 0,
        jf: 0,
        k: 0x7fff_0000 + data,
    };
    Program::check(vec![instruction]).expect("a program")
}

#[test]
fn index_zero_is_the_filter_installed_first() {
    let programs = [allow(1), allow(2), allow(3)];
    let mut filters = programs.each_ref().map(|p| raw(p.instructions()));
    // SAFETY: the child makes plain syscalls only, and is killed below.
    let child = match unsafe { fork() }.expect("fork") {
        ForkResult::Child => {
            // SAFETY: plain syscalls without pointers; `_exit` does not return.
            unsafe {
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                for filter in &mut filters {
                    install(filter, 0);
                }
                libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0);
                libc::raise(libc::SIGSTOP);
                libc::_exit(0)
            }
        }
        ForkResult::Parent { child } => child,
    };
    let stopped = waitpid(child, None).expect("waitpid");
    assert!(matches!(stopped, WaitStatus::Stopped(..)), "{stopped:?}");
    let dumped: Vec<_> = (0..programs.len())
        .map(|index| {
            let mut bytes = [0_u8; 8];
            // SAFETY: each filter has one instruction, for which there is room.
            let count = unsafe {
                libc::ptrace(PTRACE_SECCOMP_GET_FILTER, child, index, bytes.as_mut_ptr())
            };
            (count, bytes)
        })
        .collect();
    // SAFETY: the child is ours and not yet reaped.
    unsafe { libc::kill(child.as_raw(), libc::SIGKILL) };
    waitpid(child, None).expect("waitpid");
    if dumped.iter().any(|(count, _)| *count < 0) {
        println!("SKIPPED: PTRACE_SECCOMP_GET_FILTER needs CAP_SYS_ADMIN and a kernel with it");
        return;
    }
    for ((count, bytes), program) in dumped.iter().zip(&programs) {
        assert_eq!(*count, 1);
        assert_eq!(Program::from_ne_bytes(bytes).expect("dump"), *program);
    }
}
