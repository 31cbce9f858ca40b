//! Profiles compiled by libseccomp, for those that take a program.

use std::fs::File;
use std::os::fd::OwnedFd;

use libseccomp::{ScmpAction, ScmpArch, ScmpFilterContext, ScmpSyscall};
use serde_json::Value;

/// The action that a profile names.
pub(crate) fn action(rule: &Value) -> ScmpAction {
    let errno = rule["errnoRet"].as_i64().unwrap_or(1);
    match rule["action"].as_str().unwrap() {
        "SCMP_ACT_ERRNO" => ScmpAction::Errno(errno.try_into().unwrap()),
        "SCMP_ACT_KILL_PROCESS" => ScmpAction::KillProcess,
        "SCMP_ACT_KILL_THREAD" => ScmpAction::KillThread,
        "SCMP_ACT_TRAP" => ScmpAction::Trap,
        "SCMP_ACT_LOG" => ScmpAction::Log,
        "SCMP_ACT_TRACE" => ScmpAction::Trace(errno.try_into().unwrap()),
        other => panic!("no such action in the lab's profiles: {other}"),
    }
}

/// A profile of plain rules over allow, as a program in an unnamed file that a child
/// inherits.
pub(crate) fn compiled(profile: &Value) -> OwnedFd {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for arch in [ScmpArch::X86, ScmpArch::X32] {
        filter.add_arch(arch).unwrap();
    }
    for rule in profile["syscalls"].as_array().unwrap() {
        for name in rule["names"].as_array().unwrap() {
            let syscall = ScmpSyscall::from_name(name.as_str().unwrap()).unwrap();
            filter.add_rule(action(rule), syscall).unwrap();
        }
    }
    let file: File = tempfile::tempfile().unwrap();
    filter.export_bpf(&file).unwrap();
    use std::io::{Seek, SeekFrom};
    (&file).seek(SeekFrom::Start(0)).unwrap();
    // Without close-on-exec.
    nix::fcntl::fcntl(
        &file,
        nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty()),
    )
    .unwrap();
    file.into()
}
