//! Namespaces: which, whether they are the machine's first, and what pid 1 shares.

use super::Observer;
use super::access::refused_as;
use super::kernel::kernel;
use super::read_error::ReadError;
use super::status::{decimals, malformed, number};
use crate::confinement::{IdMapping, Initial, Namespace, NamespaceKind, Namespaces, Reading};

/// The lowest number that Linux gives to a namespace: those of the initial ones stand
/// below `PROC_DYNAMIC_FIRST` (`include/linux/proc_ns.h`, `fs/proc/generic.c`).
const LOWEST: u64 = 0xEFFF_FFF8;

/// Reads the namespaces noun.
pub(super) fn namespaces(o: &Observer<'_>) -> Namespaces {
    // The machine's own pid 1 is the one whose pid namespace is the initial one.
    let host_pid1 = inode(o, &pid1(NamespaceKind::Pid), NamespaceKind::Pid)
        .is(&NamespaceKind::Pid.initial_inode());
    let namespaces: Vec<Namespace> = NamespaceKind::ALL
        .into_iter()
        .map(|kind| namespace(o, kind, host_pid1))
        .collect();
    Namespaces {
        user_depth: user_depth(&namespaces),
        pids: o.status.field("NSpid", "since Linux 4.1", decimals),
        namespaces,
    }
}

fn namespace(o: &Observer<'_>, kind: NamespaceKind, host_pid1: bool) -> Namespace {
    let own = inode(o, &Path::own(kind), kind);
    let first = if o.options.target.pid == 1 {
        own.clone()
    } else {
        inode(o, &pid1(kind), kind)
    };
    let shared_with_pid1 = match (&own, first) {
        (Reading::Known(own), Reading::Known(first)) => Reading::Known(*own == first),
        (Reading::Known(_), refused) => refused_as(&refused),
        (refused, _) => refused_as(refused),
    };
    let initial = initial(o, kind, &own, &shared_with_pid1, host_pid1);
    Namespace {
        kind,
        inode: own,
        initial,
        shared_with_pid1,
    }
}

/// Where a namespace's link is: in the process's directory, or pid 1's.
struct Path {
    of_pid1: bool,
    name: String,
}

impl Path {
    fn own(kind: NamespaceKind) -> Self {
        Self {
            of_pid1: false,
            name: format!("ns/{kind}"),
        }
    }
}

fn pid1(kind: NamespaceKind) -> Path {
    Path {
        of_pid1: true,
        name: format!("1/ns/{kind}"),
    }
}

/// The number in a link such as `user:[4026531837]`.
fn inode(o: &Observer<'_>, path: &Path, kind: NamespaceKind) -> Reading<u64> {
    let dir = if path.of_pid1 { o.proc } else { &o.pid_dir };
    let target = match &o.ns {
        _ if path.of_pid1 => dir.link_once(&path.name),
        Some(ns) if ns.dir().is_ok() => ns.link(kind.name()),
        _ => dir.link(&path.name),
    };
    match target {
        Ok(target) => match link_inode(&target, kind) {
            Some(inode) if inode >= LOWEST => Reading::Known(inode),
            Some(inode) => Reading::absent(format!(
                "{inode} is no number of a Linux namespace; gVisor gives another at every look"
            )),
            None => malformed(&dir.path().join(&path.name), "namespace link"),
        },
        Err(error) if error.is_missing() && !path.of_pid1 => missing(o, &error, kind),
        Err(error) => error.denied(o.ptrace_lift(&error)),
    }
}

fn missing(o: &Observer<'_>, error: &ReadError, kind: NamespaceKind) -> Reading<u64> {
    o.missing_or_denied(
        error,
        &format!("this kernel has no {kind} namespaces: its /proc/PID/ns has no such link"),
    )
}

pub(super) fn link_inode(target: &[u8], kind: NamespaceKind) -> Option<u64> {
    let number_in_brackets = target
        .strip_prefix(kind.name().as_bytes())?
        .strip_prefix(b":[")?
        .strip_suffix(b"]")?;
    number(number_in_brackets, 10)
}

fn initial(
    o: &Observer<'_>,
    kind: NamespaceKind,
    own: &Reading<u64>,
    shared: &Reading<bool>,
    host_pid1: bool,
) -> Reading<Initial> {
    let known = |initial, known_by: &str| {
        Reading::Known(Initial {
            initial,
            known_by: known_by.to_owned(),
        })
    };
    let inode = match own {
        Reading::Known(inode) => *inode,
        _ if kind == NamespaceKind::User && id_map_is_partial(o) => {
            return known(false, "uid_map does not map every id to itself");
        }
        refused => return refused_as(refused),
    };
    let fixed = inode == kind.initial_inode();
    match kind {
        NamespaceKind::Mnt | NamespaceKind::Net if !fixed => {
            if host_pid1 && let Reading::Known(shared) = shared {
                return known(*shared, "compared with the machine's pid 1");
            }
            if kernel(o)
                .number()
                .is_some_and(|r| r >= kind.inode_fixed_since())
            {
                return known(
                    false,
                    "its inode is not the initial one's, fixed since Linux 6.18",
                );
            }
            Reading::denied(
                "none",
                format!("{}/1/ns/{kind}", o.proc.path().display()),
                None,
                "the /proc of the machine's initial pid namespace and CAP_SYS_PTRACE, \
                 to compare with its pid 1; or Linux 6.18, which fixes the initial inode",
            )
        }
        _ if fixed => known(true, "its inode is the initial one's fixed number"),
        _ => known(false, "its inode is not the initial one's fixed number"),
    }
}

/// Whether the process's user namespace is the initial one, where that is known.
pub(super) fn own_user_is_initial(o: &Observer<'_>) -> Option<bool> {
    let own = inode(o, &Path::own(NamespaceKind::User), NamespaceKind::User);
    match own.known() {
        Some(inode) => Some(*inode == NamespaceKind::User.initial_inode()),
        None => id_map_is_partial(o).then_some(false),
    }
}

/// Whether the calling process is known to be in the initial user namespace of the running
/// machine.
pub(super) fn reader_user_is_initial(o: &Observer<'_>) -> bool {
    let kind = NamespaceKind::User;
    let link = o.proc.link_once("self/ns/user").unwrap_or_default();
    o.options.live && link_inode(&link, kind) == Some(kind.initial_inode())
}

/// Whether a uid map shows that its namespace cannot be the initial one.
fn id_map_is_partial(o: &Observer<'_>) -> bool {
    super::identity::id_map(o, "uid_map")
        .known()
        .is_some_and(|map| map.as_slice() != [IdMapping::IDENTITY])
}

fn user_depth(namespaces: &[Namespace]) -> Reading<u32> {
    let user = namespaces.iter().find(|n| n.kind == NamespaceKind::User);
    match user.and_then(|n| n.initial.known()) {
        Some(initial) if initial.initial => Reading::Known(0),
        _ if let Some(user) = user.filter(|user| user.inode.known().is_none()) => {
            refused_as(&user.inode)
        }
        _ => Reading::denied(
            "none",
            "ioctl(NS_GET_PARENT)",
            None,
            "an inspection of this process alone, which asks for each parent in turn",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_exactly() {
        let kind = NamespaceKind::User;
        assert_eq!(link_inode(b"user:[4026531837]", kind), Some(4_026_531_837));
        for bad in [
            &b"user:4026531837"[..],
            b"pid:[1]",
            b"user:[]",
            b"user:[x]",
            b"",
        ] {
            assert_eq!(link_inode(bad, kind), None);
        }
    }
}
