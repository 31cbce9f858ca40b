//! containerd, told by its client `ctr`: in a config.json, or by the options of `ctr run`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Container, Daemon, Groups, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// The daemon with its default runtime, runc.
pub(crate) struct Containerd {
    /// Whether the client makes the configuration out of its options.
    pub(crate) options: bool,
}

/// The running daemon.
pub(super) struct Running {
    daemon: Option<Daemon>,
    groups: Groups,
    folder: PathBuf,
}

/// The daemon, and how the client is told.
struct Client {
    running: Running,
    options: bool,
}

impl Runtime for Containerd {
    fn name(&self) -> &'static str {
        if self.options { "ctr" } else { "containerd" }
    }

    fn tongue(&self) -> Tongue {
        if self.options {
            Tongue::Ctr
        } else {
            Tongue::Oci
        }
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("containerd")
    }

    fn stub(&self) -> bool {
        true
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["containerd", "ctr", "runc", "jq"])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let folder = lab.folder.join(self.name());
        Ok(Box::new(Client {
            running: Running::start(folder, "default", "")?,
            options: self.options,
        }))
    }
}

impl Running {
    /// Starts it with its state in a new folder, and with more lines of configuration.
    pub(super) fn start(folder: PathBuf, group: &'static str, more: &str) -> Result<Self, String> {
        std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
        let at = folder.display();
        let config = format!(
            "version = 2\nroot = \"{at}/root\"\nstate = \"{at}/state\"\n\
            [grpc]\naddress = \"{at}/sock\"\n[ttrpc]\naddress = \"{at}/ttrpc\"\n{more}"
        );
        let file = folder.join("config.toml");
        std::fs::write(&file, config).map_err(|e| e.to_string())?;
        let groups = Groups::named(group);
        let mut command = Command::new("containerd");
        command.arg("--config").arg(&file);
        let log = folder.join("log");
        let daemon = Daemon::start(command, &log, ctr(&folder).arg("version"))?;
        Ok(Self {
            daemon: Some(daemon),
            groups,
            folder,
        })
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The client.
pub(super) fn ctr(folder: &Path) -> Command {
    let mut command = Command::new("ctr");
    command.arg("--address").arg(folder.join("sock"));
    command
}

impl Up for Client {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let folder = self.running.folder();
        let mut command = ctr(folder);
        command.args(["run", "--rm"]);
        if self.options {
            command.arg("--rootfs");
            command.arg("--runc-binary").arg(super::lacking::runc(lab));
            if let Some(file) = super::profile_file(lab, setting) {
                command.args(["--seccomp", "--seccomp-profile"]).arg(file);
            }
            command.args(told).arg(&lab.rootfs).arg(id);
            command.args(super::command(setting.entry, id));
        } else {
            let bundle = super::oci::bundle(lab, setting, id);
            command.arg("--config").arg(bundle.join("config.json"));
            command.arg(id);
        }
        let mut after = ctr(folder);
        after.args(["task", "rm", "--force", id]);
        Container {
            configs: Some(folder.join("state")),
            after: Some(after),
            ..Container::of(command)
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.daemon.take());
        self.groups.remove();
    }
}
