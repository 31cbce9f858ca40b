//! podman as root and as a user, with its state in the lab's folder.

use std::path::PathBuf;
use std::process::Command;

use super::tree::program;
use super::{Container, Groups, Lab, Runtime, Up, rootless};
use crate::settings::{Setting, Tongue};

/// podman with Debian's default runtime, crun.
pub(crate) struct Podman {
    /// Whether a user runs it.
    pub(crate) rootless: bool,
}

/// Its storage and its configuration, and the user.
struct Store {
    folder: PathBuf,
    user: Option<rootless::User>,
    groups: Groups,
}

/// This machine may not raise limits, which is what podman's own defaults do.
const CONF: &str = "[containers]\ndefault_ulimits = []\n[engine]\nevents_logger = \"none\"\n";

impl Runtime for Podman {
    fn name(&self) -> &'static str {
        if self.rootless {
            "podman_rootless"
        } else {
            "podman"
        }
    }

    fn tongue(&self) -> Tongue {
        if self.rootless {
            Tongue::Rootless
        } else {
            Tongue::Podman
        }
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("podman")
    }

    fn rootless(&self) -> bool {
        self.rootless
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["podman", "crun"])?;
        if self.rootless {
            super::programs(&["newuidmap", "newgidmap", "setpriv"])?;
        }
        Ok(())
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let folder = lab.folder.join(self.name());
        std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
        std::fs::write(folder.join("containers.conf"), CONF).map_err(|e| e.to_string())?;
        let user = self.rootless.then(|| rootless::User::new(&folder));
        let user = user.transpose()?;
        let groups = Groups::named("libpod_parent");
        let store = Store {
            folder,
            user,
            groups,
        };
        super::must(store.command().arg("load").arg("-i").arg(&lab.image))?;
        Ok(Box::new(store))
    }
}

impl Store {
    fn command(&self) -> Command {
        let mut command = match &self.user {
            Some(user) => user.command("podman"),
            None => program("podman"),
        };
        command
            .env("CONTAINERS_CONF", self.folder.join("containers.conf"))
            .arg("--root")
            .arg(self.folder.join("root"))
            .arg("--runroot")
            .arg(self.folder.join("run"))
            .args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"]);
        if self.user.is_some() {
            // Needs neither a device nor a kernel that lets users mount overlays.
            command.args(["--storage-driver", "vfs"]);
        }
        command
    }
}

impl Up for Store {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut after = self.command();
        after.args(["rm", "--force", "--ignore", id]);
        Container {
            configs: Some(self.folder.join("root")),
            after: Some(after),
            ..Container::in_engine(|| self.command(), lab, setting, told, id)
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.command().args(["rm", "--all", "--force"]).output();
        if self.user.is_some() {
            // Ends the process that holds the user's namespace.
            let _ = self.command().args(["system", "migrate"]).output();
        }
        // Storage holds its own mount point as a mount.
        let _ = Command::new("umount")
            .arg(self.folder.join("root/overlay"))
            .output();
        self.groups.remove();
    }
}
