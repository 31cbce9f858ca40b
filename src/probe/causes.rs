//! Which layer stops a syscall: the filter, a capability, the user namespace, a security
//! module, or the kernel.

use crate::confinement::{
    CapabilitySet, Cause, Confinement, Errno, Executed, NamespaceKind, Seccomp, SyscallVerdict,
    Text, Verdict,
};
use crate::syscalls::{Abi, Release, Requirement, Scope, Semantics, Syscall};

/// What decides, past the filters, whether a call is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privileges {
    /// The effective capabilities; `None` where they could not be read.
    pub effective: Option<CapabilitySet>,
    /// Whether the process is in the initial user namespace; `None` where that is not known.
    pub initial_user: Option<bool>,
    /// The release that the kernel says it is; `None` where it says nothing of the kind.
    pub release: Option<Release>,
}

impl Privileges {
    /// Those of an observed process.
    pub fn of(confinement: &Confinement) -> Self {
        let user = confinement.namespaces.get(NamespaceKind::User);
        let release = confinement.kernel.release.known().map(Text::to_lossy);
        Self {
            effective: confinement.capabilities.effective.known().copied(),
            initial_user: user.and_then(|user| user.initial.known().map(|known| known.initial)),
            release: release.and_then(|text| Release::from_uname(&text)),
        }
    }

    /// Whether the capability is held where it counts; with why not, where it is not.
    fn lacks(&self, requires: &Requirement) -> Option<Lack> {
        let effective = self.effective?;
        let held = requires.any_of.iter().any(|c| effective.contains(c.number));
        match (held, requires.scope, self.initial_user) {
            (false, _, _) => Some(Lack::Capability),
            (true, Scope::Initial, Some(false)) => Some(Lack::UserNamespace),
            _ => None,
        }
    }
}

/// Why a capability does not serve.
enum Lack {
    /// It is not effective.
    Capability,
    /// It is, and counts only in the initial user namespace.
    UserNamespace,
}

/// Names the layer that stops each syscall that cannot be used, as far as it is known:
/// from what the kernel answered where it was asked, from the tables elsewhere.
///
/// From the tables, a capability is named only where every use of the syscall asks for it,
/// and the kernel only where it never had the call or has dropped it: a distribution may
/// have brought a newer call back to an older kernel.
pub fn name_causes(seccomp: &mut Seccomp, privileges: &Privileges) {
    for table in &mut seccomp.abis {
        let abi = Abi::from_name(&table.abi);
        for syscall in &mut table.syscalls {
            let row = abi.and_then(|abi| abi.syscall(syscall.number));
            syscall.cause = cause(syscall, row, privileges);
        }
    }
}

fn cause(
    syscall: &SyscallVerdict,
    row: Option<&Syscall>,
    privileges: &Privileges,
) -> Option<Cause> {
    if syscall.verdict.stopped() == Some(true) {
        return Some(Cause::Seccomp);
    }
    let known = row?.semantics()?;
    match &syscall.executed {
        Some(Executed::Succeeded | Executed::Reached(_)) => None,
        Some(Executed::Refused(errno)) => Some(refused(*errno, &known, privileges)),
        // The bodies of what no filter sees answer by themselves.
        Some(Executed::NotExecuted(_)) | None if syscall.verdict == Verdict::NeverFiltered => None,
        Some(Executed::NotExecuted(_)) | None => by_table(&known, privileges),
    }
}

/// The layer that a refusal comes from.
fn refused(errno: Errno, known: &Semantics, privileges: &Privileges) -> Cause {
    if errno == Errno(nix::libc::ENOSYS) {
        return Cause::NotImplemented;
    }
    let lack = |requires: &Requirement| privileges.lacks(requires);
    match (&known.requires, known.requires.as_ref().and_then(lack)) {
        (Some(requires), Some(Lack::Capability)) if errno == Errno(nix::libc::EPERM) => {
            capability(requires, true)
        }
        (Some(requires), Some(Lack::UserNamespace)) if errno == Errno(nix::libc::EPERM) => {
            Cause::UserNamespace {
                capability: names(requires),
            }
        }
        (Some(requires), None)
            if privileges.effective.is_some()
                && privileges.initial_user == Some(true)
                && requires.always
                && !behind_a_sysctl(requires) =>
        {
            Cause::Lsm { errno }
        }
        _ => Cause::Refused {
            errno,
            candidates: candidates(privileges),
        },
    }
}

/// Whether `kernel.modules_disabled` answers with the same error (`kernel/module/main.c`).
fn behind_a_sysctl(requires: &Requirement) -> bool {
    requires.any_of.iter().any(|c| c.name == "CAP_SYS_MODULE")
}

fn candidates(privileges: &Privileges) -> String {
    let mut layers = vec!["a security module"];
    if privileges.initial_user != Some(true) {
        layers.push("the user namespace");
    }
    layers.push("a sysctl");
    layers.join(", ")
}

fn by_table(known: &Semantics, privileges: &Privileges) -> Option<Cause> {
    let dropped = |until| privileges.release.is_some_and(|release| release >= until);
    if known.since.is_none() || known.until.is_some_and(dropped) {
        return Some(Cause::NotImplemented);
    }
    let requires = known.requires.as_ref().filter(|requires| requires.always)?;
    Some(match privileges.lacks(requires)? {
        Lack::Capability => capability(requires, false),
        Lack::UserNamespace => Cause::UserNamespace {
            capability: names(requires),
        },
    })
}

fn capability(requires: &Requirement, asked: bool) -> Cause {
    Cause::Capability {
        name: names(requires),
        asked,
    }
}

fn names(requires: &Requirement) -> String {
    let names: Vec<&str> = requires.any_of.iter().map(|c| c.name).collect();
    names.join(" or ")
}
