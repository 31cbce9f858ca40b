//! What a guest's memory holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::archive::{Archive, below};
use super::built;
use super::kernel::{Fetched, packages};
use super::{Guest, INSIDE, MADE};
use crate::runtimes::{Parts, make};
use crate::seccomp::PROFILE;

/// Programs of this machine: the runtimes, and what they and the lab call.
const PROGRAMS: &str = "sh busybox runc crun podman conmon dockerd docker docker-init \
    docker-proxy containerd containerd-shim-runc-v2 ctr iptables ip6tables iptables-save ip \
    modprobe sysctl unshare nsenter setpriv lsns findmnt mount umount capsh pscap jq tar find grep \
    apparmor_parser aa-exec aa-status curl bwrap nsjail youki newuidmap newgidmap \
    chcon ls ps runcon";

/// Folders and files that those read, where they are there.
const FILES: [&str; 9] = [
    "etc/alternatives",
    "etc/apparmor",
    "etc/apparmor.d",
    "etc/containers",
    "etc/nsswitch.conf",
    "usr/lib/cni",
    "usr/share/apparmor-features",
    "usr/share/containers",
    "usr/lib/x86_64-linux-gnu/xtables",
];

/// Kernel modules: overlays, network and firewall of containers, and disks.
const MODULES: [&str; 8] = [
    "fs/overlayfs",
    "fs/fuse",
    "drivers/net",
    "drivers/virtio",
    "drivers/block",
    "net",
    "lib",
    "crypto",
];

/// A place below `target/` for what is kept from run to run.
pub(super) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/lab")
        .join(name)
}

/// Packs a guest: the archive's path.
pub(super) fn pack(guest: &Guest, kernel: &Fetched) -> Result<PathBuf, String> {
    let file = kept(&format!("{}.cpio", guest.name));
    let mut archive = Archive::new(&file)?;
    let root = Path::new("/");
    let machine = guest.machine;
    let mut files = vec![PROFILE];
    if machine.packages.is_empty() {
        archive.add(root, &programs(PROGRAMS))?;
        files.extend(FILES);
    } else {
        let tree = packages("bookworm", machine.debian, machine.packages)?;
        archive.add_all(&tree, "")?;
    }
    for path in files {
        archive.add_all(root, path)?;
        archive.add(root, &BTreeSet::from([PathBuf::from(path)]))?;
    }
    modules(&mut archive, kernel)?;
    own(&mut archive, guest)?;
    (guest.files)(&mut archive)?;
    archive.close()?;
    Ok(file)
}

/// Programs that are on the path, with the libraries that `ldd` says they need.
fn programs(names: &str) -> BTreeSet<PathBuf> {
    let script = "for name; do program=$(command -v \"$name\") || continue; \
        echo \"$program\"; ldd \"$program\" 2>/dev/null | grep -o '/[^ ]*'; done";
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .args(names.split_whitespace())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut paths = BTreeSet::new();
    for path in text.lines() {
        linked(Path::new(path), &mut paths);
    }
    for top in ["bin", "sbin", "lib", "lib64"] {
        paths.insert(PathBuf::from(top));
    }
    paths
}

/// A file in its real folder, and those that it is a link to.
fn linked(path: &Path, paths: &mut BTreeSet<PathBuf>) {
    let folder = path.parent().and_then(|f| f.canonicalize().ok());
    let (Some(folder), Some(name)) = (folder, path.file_name()) else {
        return;
    };
    let path = folder.join(name);
    let target = std::fs::read_link(&path);
    if let Ok(inside) = path.strip_prefix("/") {
        paths.insert(inside.to_owned());
    }
    if let Ok(target) = target {
        linked(&folder.join(target), paths);
    }
}

fn modules(archive: &mut Archive, kernel: &Fetched) -> Result<(), String> {
    let folder = Path::new("usr/lib/modules").join(&kernel.release);
    let mut paths = BTreeSet::new();
    for part in MODULES {
        below(&kernel.tree, &folder.join("kernel").join(part), &mut paths);
    }
    let lists = std::fs::read_dir(kernel.tree.join(&folder)).map_err(|e| e.to_string())?;
    for list in lists.filter_map(Result::ok) {
        if list.file_type().is_ok_and(|t| t.is_file()) {
            paths.insert(folder.join(list.file_name()));
        }
    }
    archive.add(&kernel.tree, &paths)
}

/// What is made for the guest: its first process, the binary, this program, and its words.
fn own(archive: &mut Archive, guest: &Guest) -> Result<(), String> {
    archive.write("init", include_bytes!("init.sh"))?;
    let built = built::of(guest.machine)?;
    let tools = guest.machine.tools;
    // This program knows the binary by the place where cargo has put it.
    for (from, to) in [(&built.binary, &built.binary), (&built.lab, &"lab".into())] {
        let to = archive.place(&to.display().to_string())?;
        let mut strip = Command::new(format!("{tools}strip"));
        crate::runtimes::must(strip.arg("-o").arg(&to).arg(from))?;
    }
    let made = archive.place(&format!("{MADE}/rootfs"))?;
    let parts = Parts {
        busybox: match guest.machine.packages {
            [] => "/bin/busybox".into(),
            names => packages("bookworm", guest.machine.debian, names)?.join("usr/bin/busybox"),
        },
        binary: built.binary,
        tools,
    };
    make(made.parent().unwrap(), &parts);
    archive.write("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")?;
    archive.write("etc/group", b"root:x:0:\n")?;
    archive.write("etc/hosts", b"127.0.0.1 localhost\n")?;
    archive.write("etc/resolv.conf", b"")?;
    let mut words = format!("export {INSIDE}={}\n", guest.name);
    for variable in ["RUNTIME", "SETTING", "LAB"] {
        if let Some(value) = crate::choice::wanted(variable) {
            words += &format!("export {variable}='{value}'\n");
        }
    }
    if crate::choice::wanted("CAPTURE").is_some() {
        words += "export CAPTURE=/capture\n";
    }
    archive.write("environment", words.as_bytes())
}
