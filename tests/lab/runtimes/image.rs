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
    /// A lab in a folder that others may pass through. A guest has got what is made already,
    /// and copies it to where its files have the labels of the folder.
    pub(crate) fn new(folder: &Path) -> Self {
        if guests::here().is_some() {
            let made = format!("{}/.", guests::MADE);
            super::must(Command::new("cp").arg("-a").arg(made).arg(folder)).unwrap();
            // What made it may be another processor's program.
            added(&folder.join("rootfs"));
        } else {
            make(folder, &Parts::here());
        }
        Self {
            folder: folder.to_owned(),
            rootfs: folder.join("rootfs"),
            image: folder.join("image.tar"),
            seccomp: seccomp::Tools::at(folder),
        }
    }
}

/// What is made for one processor.
pub(crate) struct Parts {
    /// A static busybox.
    pub(crate) busybox: PathBuf,
    /// The binary as cargo has built it.
    pub(crate) binary: PathBuf,
    /// Begins the names of `strip` and `gcc`.
    pub(crate) tools: &'static str,
}

impl Parts {
    /// For this machine's.
    fn here() -> Self {
        Self {
            busybox: "/bin/busybox".into(),
            binary: env!("CARGO_BIN_EXE_amiconfined").into(),
            tools: "",
        }
    }
}

/// Makes the root filesystem, the image and the lab's tools in a folder.
pub(crate) fn make(folder: &Path, parts: &Parts) {
    std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    let root = folder.join("rootfs");
    seccomp::Tools::build(folder, &format!("{}gcc", parts.tools));
    rootfs(&root, parts, folder);
    image(&root, &folder.join("image.tar"));
}

/// A root filesystem that holds busybox and the binary.
fn rootfs(at: &Path, parts: &Parts, tools: &Path) {
    for folder in [
        "bin", "usr", "proc", "sys", "dev", "tmp", "etc", "run", "root",
    ] {
        create_dir_all(at.join(folder)).unwrap();
    }
    std::fs::set_permissions(at, Permissions::from_mode(0o755)).unwrap();
    std::fs::copy(&parts.busybox, at.join("bin/busybox")).unwrap();
    for applet in [
        "sh", "cat", "readlink", "stat", "find", "sleep", "grep", "uname", "tr",
    ] {
        symlink("busybox", at.join("bin").join(applet)).unwrap();
    }
    let users = "root:x:0:0:root:/root:/bin/sh\nlab:x:1000:1000:lab:/tmp:/bin/sh\n";
    std::fs::write(at.join("etc/passwd"), users).unwrap();
    std::fs::write(at.join("etc/group"), "root:x:0:\nlab:x:1000:\n").unwrap();
    std::fs::write(at.join("etc/os-release"), "ID=lab\n").unwrap();
    for tool in ["entry", "ask"] {
        std::fs::copy(tools.join(tool), at.join(tool)).unwrap();
    }
    added(at);
    // What nspawn asks for a user's ids.
    let getent = "#!/bin/sh\n[ \"$1\" = passwd ] && grep \"^$2:\" /etc/passwd || echo \"$2\"\n";
    std::fs::write(at.join("bin/getent"), getent).unwrap();
    std::fs::set_permissions(at.join("bin/getent"), Permissions::from_mode(0o755)).unwrap();
    // Without its debug information the binary is a fifth in size, and every engine copies it.
    let stripped = Command::new(format!("{}strip", parts.tools))
        .arg("-o")
        .arg(at.join("amiconfined"))
        .arg(&parts.binary)
        .status();
    assert!(stripped.unwrap().success(), "strip");
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

/// The filter that an entrypoint adds, for the ABIs of the processor that this runs on.
fn added(root: &Path) {
    let program = seccomp::program(&crate::settings::entry());
    std::fs::write(root.join("entry.bpf"), program).unwrap();
}
