//! The root filesystem, and an image of it in the form that every engine loads.

use std::fs::{Permissions, create_dir_all};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::Lab;
use crate::{guests, seccomp};

/// The image's name.
pub(super) const IMAGE: &str = "localhost/lab:1";

impl Lab {
    /// Makes the root filesystem and the image in a folder that others may pass through.
    pub(crate) fn new(folder: &Path) -> Self {
        std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
        let tools = match guests::here() {
            Some(_) => Path::new(guests::TOOLS),
            None => {
                seccomp::Tools::build(folder, "cc");
                folder
            }
        };
        let lab = Self {
            folder: folder.to_owned(),
            rootfs: folder.join("rootfs"),
            seccomp: seccomp::Tools::at(tools),
        };
        rootfs(&lab.rootfs);
        image(&lab.rootfs, &lab.image());
        lab
    }

    /// The image as an archive.
    pub(super) fn image(&self) -> PathBuf {
        self.folder.join("image.tar")
    }
}

/// A root filesystem that holds busybox and the binary.
fn rootfs(at: &Path) {
    for folder in [
        "bin", "usr", "proc", "sys", "dev", "tmp", "etc", "run", "root",
    ] {
        create_dir_all(at.join(folder)).unwrap();
    }
    std::fs::set_permissions(at, Permissions::from_mode(0o755)).unwrap();
    std::fs::copy("/bin/busybox", at.join("bin/busybox")).unwrap();
    for applet in ["sh", "cat", "readlink", "stat", "find", "sleep"] {
        symlink("busybox", at.join("bin").join(applet)).unwrap();
    }
    let users = "root:x:0:0:root:/root:/bin/sh\nlab:x:1000:1000:lab:/tmp:/bin/sh\n";
    std::fs::write(at.join("etc/passwd"), users).unwrap();
    std::fs::write(at.join("etc/group"), "root:x:0:\nlab:x:1000:\n").unwrap();
    std::fs::write(at.join("etc/os-release"), "ID=lab\n").unwrap();
    binary(&at.join("amiconfined"));
}

/// The binary without its debug information: a fifth in size, and every engine copies it.
/// A guest has got it so.
fn binary(at: &Path) {
    let built = env!("CARGO_BIN_EXE_amiconfined");
    if guests::here().is_some() {
        std::fs::copy(built, at).unwrap();
    } else {
        let stripped = Command::new("strip").arg("-o").arg(at).arg(built).status();
        assert!(stripped.unwrap().success(), "strip");
    }
}

/// A docker archive: one layer, a configuration and a manifest.
fn image(rootfs: &Path, archive: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let tar = |into: &Path, from: &Path, names: &[&str]| {
        let mut command = Command::new("tar");
        command.arg("-C").arg(from).arg("-cf").arg(into).args(names);
        assert!(command.status().unwrap().success(), "tar");
    };
    let layer = folder.path().join("layer.tar");
    tar(&layer, rootfs, &["."]);
    let hash = Sha256::digest(std::fs::read(&layer).unwrap());
    let hash: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        // What a Pod's sandbox runs.
        "config": {"Cmd": ["/bin/sh", "-c", "while :; do sleep 1000; done"]},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{hash}")]},
    });
    let manifest = json!([
        {"Config": "config.json", "RepoTags": [IMAGE], "Layers": ["layer.tar"]}
    ]);
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    tar(
        archive,
        folder.path(),
        &["manifest.json", "config.json", "layer.tar"],
    );
}
