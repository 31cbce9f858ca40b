//! The settings: one row each, told to every runtime in its own tongue.

mod absent;
mod apparmor;
mod book;
mod capabilities;
mod filesystem;
mod gaps;
mod identity;
mod ignored;
mod limits;
mod namespaces;
mod release_agent;
mod seccomp;
mod selinux;
mod setting;
mod tongue;

pub(crate) use absent::why as absent;
pub(crate) use apparmor::active as apparmor_active;
pub(crate) use capabilities::{NEWEST, machine, usual};
pub(crate) use filesystem::SOCKET;
pub(crate) use seccomp::{LXC_COMMON, entry};
pub(crate) use setting::Setting;
pub(crate) use tongue::Tongue;

use setting::row;

/// All rows; the first is the one that every runtime knows.
pub(crate) fn all() -> Vec<Setting> {
    let mut defaults = row("defaults");
    defaults.edits = Some(Vec::new());
    for tongue in [
        Tongue::Gvisor,
        Tongue::Ctr,
        Tongue::Docker,
        Tongue::Remapped,
        Tongue::Podman,
        Tongue::Rootless,
        Tongue::Cri,
        Tongue::Bubblewrap,
        Tongue::Nspawn,
        Tongue::Firejail,
        Tongue::Nsjail,
        Tongue::Lxc,
    ] {
        defaults.flags.push((tongue, String::new()));
    }
    let mut all = vec![defaults];
    all.extend(identity::rows());
    all.extend(capabilities::rows());
    all.extend(filesystem::rows());
    all.extend(seccomp::rows());
    all.extend(namespaces::rows());
    all.extend(limits::rows());
    all.extend(release_agent::rows());
    all.extend(apparmor::rows());
    all.extend(gaps::rows());
    all.extend(book::rows());
    all.extend(ignored::rows());
    all.extend(selinux::rows());
    all
}
