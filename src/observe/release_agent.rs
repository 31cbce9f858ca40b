//! Whether the process may set a v1 hierarchy's `release_agent`, which the kernel runs as root
//! of the machine (`cgroups(7)`, since Linux 2.6.24).

use super::access::{refused_as, writable};
use super::kernel::kernel;
use super::{Observer, cgroup_hierarchy, namespaces};
use crate::confinement::{CAP_SYS_ADMIN, Reading, Writable};
use crate::syscalls::Release;

/// Since Linux 5.17 a write is taken from `CAP_SYS_ADMIN` of the initial user namespace alone
/// (`cgroup_release_agent_write`, kernel/cgroup/cgroup-v1.c). Stable kernels before it got the
/// same one by one, which their numbers do not tell.
const GUARDED_SINCE: Release = Release::new(5, 17, 0);

/// The file is in the root group of a v1 hierarchy, wherever that is mounted. One that may be
/// set decides, else one of which it is not known.
pub(super) fn release_agent(o: &Observer<'_>) -> Reading<Writable> {
    let mounts = match o.mounts() {
        Ok(mounts) => mounts,
        Err(error) => return error.denied(super::status::lifted_by(error)),
    };
    let of = |fstype: &'static str| mounts.iter().filter(move |e| e.mount.fstype == *fstype);
    if of("cgroup").next().is_none() {
        return if of("cgroup2").next().is_none() {
            cgroup_hierarchy::unmounted(o)
        } else {
            Reading::absent("no v1 hierarchy is mounted, and v2 has no release_agent")
        };
    }
    let mut found = Reading::Known(Writable {
        writable: false,
        decided_by: "no v1 hierarchy's release_agent is visible".into(),
    });
    for entry in of("cgroup") {
        let at = &entry.mount.mount_point;
        let path = [at.as_bytes(), b"/release_agent"].concat();
        let answer = match writable(o, &path) {
            Reading::Known(opened) if opened.writable => settable(o, &path, &opened),
            answer => answer,
        };
        let answer = answer.map(|answer| Writable {
            decided_by: format!("{at}: {}", answer.decided_by),
            ..answer
        });
        match &answer {
            Reading::Known(known) if known.writable => return answer,
            Reading::Known(_) if found.known().is_some() => found = answer,
            Reading::Known(_) | Reading::Absent { .. } => {}
            Reading::Denied(_) => found = answer,
        }
    }
    found
}

/// Whether a file that opens for writing also takes what is written.
fn settable(o: &Observer<'_>, path: &[u8], opened: &Writable) -> Reading<Writable> {
    let answer = |writable, why: &str| {
        Reading::Known(Writable {
            writable,
            decided_by: format!("{}; {why}", opened.decided_by),
        })
    };
    let effective = super::capabilities::capabilities(o).effective;
    let Some(held) = effective.known().map(|set| set.contains(CAP_SYS_ADMIN)) else {
        return refused_as(&effective);
    };
    let guarded = kernel(o)
        .number()
        .is_some_and(|release| release >= GUARDED_SINCE);
    match (held, namespaces::own_user_is_initial(o)) {
        (true, Some(true)) => answer(true, "CAP_SYS_ADMIN of the initial user namespace is held"),
        (true, None) => Reading::denied(
            "none",
            path,
            None,
            "knowing whether the user namespace is the initial one, whose CAP_SYS_ADMIN it takes",
        ),
        _ if guarded => answer(
            false,
            "it opens, but a write is taken from CAP_SYS_ADMIN of the initial user namespace \
             alone (since Linux 5.17)",
        ),
        _ => Reading::denied(
            "none",
            path,
            None,
            "Linux 5.17 or later: only some kernels before it ask for CAP_SYS_ADMIN besides",
        ),
    }
}
