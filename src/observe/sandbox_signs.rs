//! The signs of each sandbox, and what shows them.

use super::evidence::Evidence;
use crate::confinement::{Manager, Sandbox, Text};

/// gVisor's constant answer to `uname -v` (gVisor `pkg/sentry/kernel/version.go`).
const GVISOR_VERSION: &str = "#1 SMP Sun Jan 10 15:06:54 PST 2016";

/// As many masked paths as no host has, and every OCI runtime makes by default.
const MANY_MASKED: usize = 3;

/// One sign and what it shows.
pub(super) type Sign = fn(&Evidence<'_>) -> Option<String>;

/// The signs, the strongest isolation first.
pub(super) const SIGNS: [(Sandbox, Sign); 14] = [
    (Sandbox::Gvisor, gvisor),
    (Sandbox::Kata, kata_share),
    (Sandbox::Kata, kata_cmdline),
    (Sandbox::Nspawn, nspawn),
    (Sandbox::Lxc, lxc),
    (Sandbox::Firejail, firejail),
    (Sandbox::Bubblewrap, bubblewrap_root),
    (Sandbox::Bubblewrap, flatpak),
    (Sandbox::Bubblewrap, bubblewrap_init),
    (Sandbox::Nsjail, nsjail),
    (Sandbox::RuncLike, container_path),
    (Sandbox::RuncLike, runtime_files),
    (Sandbox::RuncLike, runtime_mounts),
    (Sandbox::RuncLike, masked_paths),
];

fn gvisor(e: &Evidence<'_>) -> Option<String> {
    let known = |reading: &crate::confinement::Reading<crate::confinement::Text>| {
        reading
            .known()
            .map(|t| t.to_lossy().into_owned())
            .unwrap_or_default()
    };
    if known(&e.kernel.version) == GVISOR_VERSION {
        return Some(format!("uname -v is gVisor's constant {GVISOR_VERSION:?}"));
    }
    known(&e.kernel.release)
        .to_ascii_lowercase()
        .contains("gvisor")
        .then(|| "uname -r names gVisor".into())
}

/// Kata's tag for what a virtual machine's host shares (`virtcontainers`), which nobody in the
/// machine can give to another file system of these types.
fn kata_share(e: &Evidence<'_>) -> Option<String> {
    let mut mounts = e.o.mounts().iter().flat_map(|mounts| mounts.iter());
    let share = mounts.find(|entry| {
        entry.mount.source == *"kataShared" && shared(&entry.mount.fstype).is_some()
    })?;
    let at = &share.mount.mount_point;
    Some(format!("the mount at {at} is of kataShared"))
}

/// A type of file system that a virtual machine's host shares with it.
pub(super) fn shared(fstype: &Text) -> Option<&'static str> {
    ["virtiofs", "9p"]
        .into_iter()
        .find(|name| *fstype == **name)
}

/// The unit that Kata's image starts. With an agent that is the first process there is none.
fn kata_cmdline(e: &Evidence<'_>) -> Option<String> {
    let cmdline = e.o.proc.read_once("cmdline").unwrap_or_default();
    let mut words = cmdline.split(u8::is_ascii_whitespace);
    words
        .any(|word| word == b"systemd.unit=kata-containers.target")
        .then(|| "the kernel's command line starts kata-containers.target".into())
}

/// Firecracker's ACPI tables carry its name as OEM (Firecracker `src/acpi-tables`).
pub(super) fn firecracker(e: &Evidence<'_>) -> Option<String> {
    const OEM_ID: std::ops::Range<usize> = 10..16;
    let table = e.o.sys.read_once("sys/firmware/acpi/tables/DSDT").ok();
    if table.is_some_and(|t| t.get(OEM_ID) == Some(b"FIRECK")) {
        return Some("the ACPI tables' OEM id is FIRECK, Firecracker's".into());
    }
    None
}

fn nspawn(e: &Evidence<'_>) -> Option<String> {
    if e.env("container") == Some(b"systemd-nspawn") {
        return Some("environment has container=systemd-nspawn".into());
    }
    for path in ["run/systemd/container", "run/host/container-manager"] {
        if e.o
            .files
            .read(path)
            .is_ok_and(|b| b.trim_ascii() == b"systemd-nspawn")
        {
            return Some(format!("/{path} says systemd-nspawn"));
        }
    }
    None
}

fn lxc(e: &Evidence<'_>) -> Option<String> {
    if e.env("container") == Some(b"lxc") {
        return Some("environment has container=lxc".into());
    }
    if e.o
        .files
        .read("run/systemd/container")
        .is_ok_and(|b| b.trim_ascii() == b"lxc")
    {
        return Some("/run/systemd/container says lxc".into());
    }
    let path = e
        .container
        .as_ref()
        .filter(|c| c.manager == Some(Manager::Lxc))?;
    Some(format!("cgroup path {}", path.prefix))
}

fn firejail(e: &Evidence<'_>) -> Option<String> {
    if e.env("container") == Some(b"firejail") {
        return Some("environment has container=firejail".into());
    }
    // Others below /run/firejail stay on a machine where it has once been run.
    e.mount_at("/run/firejail/mnt")
        .then(|| "/run/firejail/mnt is a mount, firejail's own in each sandbox".into())
}

/// bubblewrap builds its tree in a tmpfs below `newroot` and goes into that.
fn bubblewrap_root(e: &Evidence<'_>) -> Option<String> {
    let root = e.filesystem.root.known()?;
    (root.fstype == *"tmpfs" && root.root == *"/newroot")
        .then(|| "the root mount is /newroot of a tmpfs, as bubblewrap leaves it".into())
}

fn flatpak(e: &Evidence<'_>) -> Option<String> {
    (e.exists("/.flatpak-info")).then(|| "/.flatpak-info is there".into())
}

fn bubblewrap_init(e: &Evidence<'_>) -> Option<String> {
    e.pid1_comm()
        .filter(|comm| *comm == *"bwrap")
        .map(|_| "pid 1 is bwrap".into())
}

/// nsjail's default host name (`--hostname`); a host may be called so as well.
fn nsjail(e: &Evidence<'_>) -> Option<String> {
    let hostname = e.o.proc.read_once("sys/kernel/hostname").ok()?;
    let own = e
        .own_namespaces()
        .contains(&crate::confinement::NamespaceKind::Uts);
    let visible = e.o.options.target.is_self;
    (own && visible && hostname.trim_ascii() == b"NSJAIL")
        .then(|| "host name in an own uts namespace is NSJAIL, nsjail's default".into())
}

fn container_path(e: &Evidence<'_>) -> Option<String> {
    let path = e.container.as_ref()?;
    let oci = !matches!(path.manager, Some(Manager::Lxc | Manager::Systemd));
    oci.then(|| format!("cgroup path {}", path.prefix))
}

fn runtime_files(e: &Evidence<'_>) -> Option<String> {
    if e.all_initial() || !e.root_is_made() {
        return None;
    }
    ["/.dockerenv", "/run/.containerenv"]
        .into_iter()
        .find(|path| e.exists(path))
        .map(|path| format!("{path} is there"))
}

fn runtime_mounts(e: &Evidence<'_>) -> Option<String> {
    let root = e.filesystem.root.known()?;
    if root.fstype != *"overlay" {
        return None;
    }
    [
        "/docker/",
        "io.containerd.snapshotter.",
        "/containers/storage/",
        "/overlay-containers/",
    ]
    .into_iter()
    .find_map(|word| {
        let at = e.mount_with(word)?;
        Some(format!(
            "root is an overlay, and the mount at {at} names {word}"
        ))
    })
}

fn masked_paths(e: &Evidence<'_>) -> Option<String> {
    let masked = e.masked_paths();
    (masked >= MANY_MASKED)
        .then(|| format!("{masked} of the paths that OCI runtimes mask are masked"))
}
