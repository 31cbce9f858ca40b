//! Sandboxes of programs that keep no state of them.

use std::process::Command;

use super::arena::{Arena, background, until};
use super::engines::{Told, beat};
use super::heartbeat;

/// One that has no state to ask: its heartbeat is found by its arguments.
pub(super) fn unmanaged(
    arena: &Arena,
    runtime: &'static str,
    command: &mut Command,
) -> Result<Told, String> {
    background(command, &arena.path(&format!("{runtime}.log")));
    heartbeat::wait(&arena.path("beat").join(runtime));
    let pid = until(runtime, || heartbeat::process(runtime))?;
    Ok(Told::of(runtime, pid))
}

pub(super) fn bubblewrap(arena: &Arena) -> Result<Told, String> {
    let mut command = Command::new("bwrap");
    command
        .args(["--unshare-all", "--bind"])
        .arg(arena.path("rootfs"))
        .arg("/");
    command
        .args(["--bind"])
        .arg(arena.path("beat"))
        .arg("/beat");
    command
        .args(["--proc", "/proc", "--dev", "/dev"])
        .args(beat("bwrap"));
    unmanaged(arena, "bwrap", &mut command)
}

pub(super) fn nspawn(arena: &Arena) -> Result<Told, String> {
    let mut command = Command::new("systemd-nspawn");
    command.args([
        "-q",
        "--register=no",
        "--keep-unit",
        "-M",
        "sweep-nspawn",
        "-D",
    ]);
    command.arg(arena.rootfs("rootfs-nspawn"));
    command
        .arg(format!("--bind={}:/beat", arena.path("beat").display()))
        .args(beat("nspawn"));
    unmanaged(arena, "nspawn", &mut command)
}

/// The heart is the second process in it: its first is firejail's own, which keeps what the
/// heart has to give up, so that the heart is a row of its own.
pub(super) fn firejail(arena: &Arena) -> Result<Told, String> {
    let exe = arena.path("beat/exe");
    let file = arena.path("beat/firejail");
    let mut command = Command::new("firejail");
    command.args(["--noprofile", "--net=none", "--caps.drop=all", "--seccomp"]);
    command.args(heartbeat::command(
        exe.to_str().unwrap(),
        file.to_str().unwrap(),
    ));
    unmanaged(arena, "firejail", &mut command)
}

pub(super) fn nsjail(arena: &Arena) -> Result<Told, String> {
    let mut command = Command::new("nsjail");
    command.args(["-Mo", "--time_limit", "0"]);
    // Limits that this machine may not raise are left as they are.
    for limit in ["as", "cpu", "fsize", "nofile"] {
        command.args([&format!("--rlimit_{limit}"), "hard"]);
    }
    command.arg("--chroot").arg(arena.path("rootfs"));
    command
        .arg("--bindmount")
        .arg(format!("{}:/beat", arena.path("beat").display()))
        .arg("--")
        .args(beat("nsjail"));
    unmanaged(arena, "nsjail", &mut command)
}

pub(super) fn unshare(arena: &Arena) -> Result<Told, String> {
    let exe = arena.path("beat/exe");
    let file = arena.path("beat/unshare");
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount", "--net", "--kill-child"]);
    command.args(heartbeat::command(
        exe.to_str().unwrap(),
        file.to_str().unwrap(),
    ));
    unmanaged(arena, "unshare", &mut command)
}
