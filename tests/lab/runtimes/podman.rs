//! podman as root, with its state in the lab's folder.

use std::path::PathBuf;
use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// podman with Debian's default runtime, crun.
pub(crate) struct Podman;

/// Its storage and its configuration.
struct Store(PathBuf);

/// This machine may not raise limits, which is what podman's own defaults do.
const CONF: &str = "[containers]\ndefault_ulimits = []\n[engine]\nevents_logger = \"none\"\n";

impl Runtime for Podman {
    fn name(&self) -> &'static str {
        "podman"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Podman
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("podman")
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["podman", "crun"])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let store = Store(lab.folder.join("podman"));
        std::fs::create_dir(&store.0).map_err(|e| e.to_string())?;
        std::fs::write(store.0.join("containers.conf"), CONF).map_err(|e| e.to_string())?;
        super::must(store.command().arg("load").arg("-i").arg(lab.image()))?;
        Ok(Box::new(store))
    }
}

impl Store {
    fn command(&self) -> Command {
        let mut command = Command::new("podman");
        command
            .env("CONTAINERS_CONF", self.0.join("containers.conf"))
            .arg("--root")
            .arg(self.0.join("root"))
            .arg("--runroot")
            .arg(self.0.join("run"))
            .args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"]);
        command
    }
}

impl Up for Store {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = self.command();
        command.args(["run", "--rm", "--interactive", "--name", id]);
        if !told.iter().any(|flag| flag.starts_with("--network")) {
            command.args(["--network", "none"]);
        }
        if let Some(file) = super::profile_file(lab, setting) {
            command.arg(format!("--security-opt=seccomp={}", file.display()));
        }
        command.args(told).arg(super::IMAGE).args(super::shell(id));
        let mut after = self.command();
        after.args(["rm", "--force", "--ignore", id]);
        Container {
            configs: Some(self.0.join("root/overlay-containers")),
            after: Some(after),
            ..Container::of(command)
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.command().args(["rm", "--all", "--force"]).output();
        // Storage holds its own mount point as a mount.
        let _ = Command::new("umount")
            .arg(self.0.join("root/overlay"))
            .output();
    }
}
