//! Facts that only a raw system call tells, put where the observation left them open.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use nix::errno::Errno;

use crate::confinement::{Confinement, NamespaceKind, Reading, SeccompMethod, Verdict};
use crate::probe;

const LANDLOCK: &str = "landlock_create_ruleset";

/// Asks for the Landlock ABI, where the filters are known to let the question through.
pub(super) fn landlock(confinement: &mut Confinement) {
    let seccomp = &confinement.seccomp;
    if matches!(seccomp.method, SeccompMethod::NotProbed { .. }) {
        return;
    }
    let native = seccomp.abis.iter().find(|abi| abi.native);
    let verdict = native.and_then(|abi| abi.by_name(LANDLOCK));
    let unasked = |errno, lifted_by: &str| Reading::denied(LANDLOCK, "version", errno, lifted_by);
    confinement.lsm.landlock_abi = match verdict.map(|v| &v.verdict) {
        Some(Verdict::Allowed | Verdict::Logged | Verdict::NeverFiltered) => {
            match probe::landlock_abi() {
                Ok(abi) => Reading::Known(abi),
                Err(Errno::ENOSYS) => Reading::absent("this kernel has no landlock_create_ruleset"),
                Err(Errno::EOPNOTSUPP) => Reading::absent("Landlock is not active"),
                Err(errno) => unasked(Some(errno.into()), "a security module that lets it through"),
            }
        }
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

/// Counts the user namespaces above the process's, where they can be seen.
pub(super) fn user_depth(confinement: &mut Confinement, proc: &Path) {
    if confinement.namespaces.user_depth.known().is_some() {
        return;
    }
    let path = proc
        .join(confinement.process.pid.to_string())
        .join("ns/user");
    let shown = path.display().to_string();
    let Ok(namespace) = File::open(&path) else {
        return; // the link's own reading has the errno and what lifts it
    };
    let initial = NamespaceKind::User.initial_inode();
    confinement.namespaces.user_depth =
        match probe::user_namespace_depth(namespace.as_fd(), initial) {
            Ok(depth) => Reading::Known(depth),
            Err(errno) => Reading::denied(
                "ioctl(NS_GET_PARENT)",
                shown,
                Some(errno.into()),
                "a reader in the initial user namespace",
            ),
        };
}
