//! Mounts that bring a part of the host's own file tree in.

use super::Observer;
use super::mountinfo::{Entry, Mounts, is_below};
use super::status::lifted_by;
use crate::confinement::{Mount, NamespaceKind, Namespaces, Reading};

/// File systems that the kernel makes up: a new mount of one is nobody's files.
const MADE_UP: [&str; 20] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "ramfs",
    "securityfs",
    "sysfs",
    "tmpfs",
    "tracefs",
];

/// Where container runtimes and the kubelet mount single files that they made.
const MADE_FILES: [&str; 5] = [
    "/run/.containerenv",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/dev/termination-log",
];

/// Where file systems that the kernel makes up belong.
const USUAL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Finds them. `Absent` where the process is in the machine's own mount namespace.
pub(super) fn host_paths(o: &Observer<'_>, namespaces: &Namespaces) -> Reading<Vec<Mount>> {
    let mnt = namespaces.get(NamespaceKind::Mnt);
    if mnt.is_some_and(|n| n.initial.known().is_some_and(|i| i.initial)) {
        return Reading::absent("the process is in the machine's own mount namespace");
    }
    match o.mounts() {
        Ok(mounts) => Reading::Known(find(mounts)),
        Err(error) => error.denied(lifted_by(error)),
    }
}

fn find(mounts: &Mounts) -> Vec<Mount> {
    let own_volumes = own_volumes(mounts);
    let is_volume = |entry: &&Entry| {
        let root = entry.mount.root.as_bytes();
        own_volumes
            .as_ref()
            .is_some_and(|dir| root.starts_with(dir))
    };
    mounts
        .iter()
        .filter(|entry| is_host_path(entry) && !is_volume(entry))
        .map(|entry| entry.mount.clone())
        .collect()
}

/// Where the kubelet keeps the volumes that it made for this Pod (emptyDir, projected and
/// the like): beside the Pod's own `/etc/hosts`. Another Pod's are the host's.
fn own_volumes(mounts: &Mounts) -> Option<Vec<u8>> {
    let hosts = mounts
        .iter()
        .find(|e| e.mount.mount_point == *"/etc/hosts")?;
    let pod = hosts.mount.root.as_bytes().strip_suffix(b"/etc-hosts")?;
    Some([pod, b"/volumes/kubernetes.io~"].concat())
}

fn is_host_path(entry: &Entry) -> bool {
    let mount = &entry.mount;
    let at = mount.mount_point.as_bytes();
    if at == b"/" {
        return false;
    }
    let whole = mount.root.as_bytes() == b"/";
    let usual_place = USUAL.iter().any(|dir| is_below(at, dir.as_bytes()));
    if MADE_UP.iter().any(|fstype| mount.fstype == **fstype) {
        return match mount.fstype.as_bytes() {
            // Whose a tmpfs is cannot be told; a part of one was cut out of something.
            b"tmpfs" => !whole && !usual_place && !is_made_file(mount),
            b"proc" | b"sysfs" | b"cgroup" | b"cgroup2" | b"debugfs" | b"tracefs" => !usual_place,
            _ => false,
        };
    }
    // One device of the host as a mask, or as a node of the container's own /dev.
    if mount.fstype == *"devtmpfs" && !whole {
        return !usual_place;
    }
    !is_made_file(mount)
}

/// A file that a runtime or the kubelet made for the container, recognised by its
/// name at both ends; the host's own file of that name has the same path there.
fn is_made_file(mount: &Mount) -> bool {
    let at = mount.mount_point.as_bytes();
    let root = mount.root.as_bytes();
    let Some(made) = MADE_FILES.iter().find(|file| file.as_bytes() == at) else {
        return false;
    };
    let name = made.rsplit('/').next().unwrap_or(made);
    let from = root.rsplit(|b| *b == b'/').next().unwrap_or(root);
    let same_name = from.strip_prefix(b"etc-").unwrap_or(from) == name.as_bytes();
    root != at && (same_name || at == b"/dev/termination-log")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> bool {
        let table = format!("1 0 0:1 / / rw - overlay overlay rw\n2 1 0:2 {line}\n");
        !find(&Mounts::parse(table.as_bytes())).is_empty()
    }

    #[test]
    fn what_is_the_hosts_is_told_from_what_the_runtime_made() {
        for host in [
            "/etc /host/etc rw - ext4 /dev/sda1 rw",
            "/ /host rw - ext4 /dev/sda1 rw",
            "/docker.sock /var/run/docker.sock rw - tmpfs tmpfs rw",
            "/ /host/proc rw - proc proc rw",
            "/etc/hosts /etc/hosts rw - ext4 /dev/sda1 rw",
            "/etc/shadow /etc/hosts rw - ext4 /dev/sda1 rw",
        ] {
            assert!(found(host), "{host}");
        }
        for own in [
            "/ /proc rw - proc proc rw",
            "/sys /proc/sys ro - proc proc rw",
            "/null /proc/kcore rw - tmpfs tmpfs rw",
            "/null /proc/keys rw - devtmpfs devtmpfs rw",
            "/var/lib/kubelet/pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw",
            "/ /run/secrets/kubernetes.io/serviceaccount ro - tmpfs tmpfs rw",
        ] {
            assert!(!found(own), "{own}");
        }
    }

    #[test]
    fn a_pods_own_volume_is_told_from_another_pods() {
        let table = "1 0 0:1 / / rw - overlay overlay rw\n\
            2 1 8:1 /k/pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n\
            3 1 8:1 /k/pods/1/volumes/kubernetes.io~empty-dir/e /e rw - ext4 /dev/sda1 rw\n\
            4 1 8:1 /k/pods/2/volumes/kubernetes.io~empty-dir/e /f rw - ext4 /dev/sda1 rw\n";
        let found = find(&Mounts::parse(table.as_bytes()));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].mount_point.to_string(), "/f");
    }
}
