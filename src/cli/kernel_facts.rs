//! Facts that only a raw system call tells, put where the observation left them open.

use std::fs::OpenOptions;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use crate::confinement::{Confinement, NamespaceKind, Reading, SeccompMethod, Text, Verdict};
use crate::probe;

const LANDLOCK: &str = "landlock_create_ruleset";
const LIST_MODULES: &str = "lsm_list_modules";

/// Asks for the Landlock ABI, where the filters are known to let the question through.
pub(super) fn landlock(confinement: &mut Confinement) {
    if matches!(confinement.seccomp.method, SeccompMethod::NotProbed { .. }) {
        return;
    }
    let unasked = |errno, lifted_by: &str| Reading::denied(LANDLOCK, "version", errno, lifted_by);
    confinement.lsm.landlock_abi = match verdict(confinement, LANDLOCK) {
        verdict if lets_through(verdict) => match probe::landlock_abi() {
            Ok(abi) => Reading::Known(abi),
            Err(Errno::ENOSYS) => Reading::absent("this kernel has no landlock_create_ruleset"),
            Err(Errno::EOPNOTSUPP) => Reading::absent("Landlock is not active"),
            Err(errno) => unasked(Some(errno.into()), "a security module that lets it through"),
        },
        Some(Verdict::Errno(errno)) => unasked(
            Some(*errno),
            "a seccomp filter that lets landlock_create_ruleset(2) through",
        ),
        _ => unasked(
            None,
            "a seccomp filter that is known to let landlock_create_ruleset(2) through",
        ),
    };
}

/// Asks the kernel for its security modules where no securityfs lists them, and the
/// filters are known to let the question through.
pub(super) fn security_modules(confinement: &mut Confinement) {
    let open = confinement.lsm.active.denial().is_some();
    if !open || !lets_through(verdict(confinement, LIST_MODULES)) {
        return;
    }
    // Before Linux 6.8 what securityfs said stands.
    if let Ok(modules) = probe::security_modules() {
        with_modules(confinement, &modules);
    }
}

/// The kernel's own list, where this process runs under no filter that could object.
pub(super) fn modules_asked_freely() -> Option<Vec<String>> {
    let own = procfs::process::Process::myself().and_then(|own| own.status());
    let free = own.is_ok_and(|status| status.seccomp == Some(0));
    free.then(probe::security_modules)?.ok()
}

/// Puts the kernel's list where securityfs gave none.
pub(super) fn with_modules(confinement: &mut Confinement, modules: &[String]) {
    let lsm = &mut confinement.lsm;
    if lsm.active.denial().is_none() {
        return;
    }
    missing(&mut lsm.apparmor, "apparmor", modules);
    missing(&mut lsm.selinux, "selinux", modules);
    missing(&mut lsm.selinux_enforcing, "selinux", modules);
    missing(&mut lsm.smack, "smack", modules);
    missing(&mut lsm.lockdown, "lockdown", modules);
    lsm.active = Reading::Known(names(modules));
}

/// Names as a report has them.
pub(super) fn names(modules: &[String]) -> Vec<Text> {
    modules.iter().map(|name| name.as_str().into()).collect()
}

/// What was refused of a module that is not active is not there at all.
fn missing<T>(reading: &mut Reading<T>, module: &str, active: &[String]) {
    if reading.denial().is_some() && !active.iter().any(|name| name == module) {
        *reading = Reading::absent(format!("lsm_list_modules does not list {module}"));
    }
}

/// What the native filters make of a call; none where that is not known.
fn verdict<'a>(confinement: &'a Confinement, name: &str) -> Option<&'a Verdict> {
    let seccomp = &confinement.seccomp;
    let native = seccomp.abis.iter().find(|abi| abi.native)?;
    native.by_name(name).map(|found| &found.verdict)
}

fn lets_through(verdict: Option<&Verdict>) -> bool {
    matches!(
        verdict,
        Some(Verdict::Allowed | Verdict::Logged | Verdict::NeverFiltered)
    )
}

/// Counts the user namespaces above the process's, where they can be seen.
pub(super) fn user_depth(confinement: &mut Confinement, proc: &Path) {
    let namespaces = &confinement.namespaces;
    let user = namespaces.get(NamespaceKind::User);
    let (None, Some(inode)) = (
        namespaces.user_depth.known(),
        user.and_then(|user| user.inode.known()),
    ) else {
        return; // the link's own reading has the errno and what lifts it
    };
    let path = proc
        .join(confinement.process.pid.to_string())
        .join("ns/user");
    let shown = path.display().to_string();
    let denied = |errno| {
        Reading::denied(
            "ioctl(NS_GET_PARENT)",
            shown,
            Some(errno),
            "a reader in the initial user namespace",
        )
    };
    // What is there may by now be another process's, or not be procfs at all.
    let namespace = OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(&path);
    let Ok(namespace) = namespace else { return };
    if namespace.metadata().map(|found| found.ino()).ok() != Some(*inode) {
        confinement.namespaces.user_depth = denied(Errno::ESRCH.into());
        return;
    }
    let initial = NamespaceKind::User.initial_inode();
    confinement.namespaces.user_depth =
        match probe::user_namespace_depth(namespace.as_fd(), initial) {
            Ok(depth) => Reading::Known(depth),
            Err(errno) => denied(errno.into()),
        };
}
