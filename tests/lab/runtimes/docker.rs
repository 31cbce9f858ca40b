//! dockerd with a containerd of its own, and its state in the lab's folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::over::Over;
use super::{Container, Daemon, Groups, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// The daemon with its default runtime, runc.
pub(crate) struct Docker {
    /// Whether it gives containers a user namespace.
    pub(crate) remapped: bool,
}

/// The running daemon.
struct Running {
    daemon: Option<Daemon>,
    groups: Groups,
    _over: Option<Over>,
    folder: PathBuf,
}

fn client(folder: &Path) -> Command {
    let mut command = Command::new("docker");
    let socket = folder.join("docker.sock");
    command
        .arg("-H")
        .arg(format!("unix://{}", socket.display()));
    command.env("DOCKER_CONFIG", folder);
    command
}

impl Runtime for Docker {
    fn name(&self) -> &'static str {
        if self.remapped {
            "docker_remapped"
        } else {
            "docker"
        }
    }

    fn tongue(&self) -> Tongue {
        if self.remapped {
            Tongue::Remapped
        } else {
            Tongue::Docker
        }
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("docker")
    }

    fn stub(&self) -> bool {
        true
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["docker", "dockerd", "containerd", "runc", "iptables", "jq"])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let folder = lab.folder.join(self.name());
        std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
        let over = self.remapped.then(|| remapped(&folder)).transpose()?;
        let mut command = Command::new("dockerd");
        command
            .arg("-H")
            .arg(format!("unix://{}", folder.join("docker.sock").display()))
            .arg("--data-root")
            .arg(folder.join("root"))
            .arg("--exec-root")
            .arg(folder.join("exec"))
            .arg("--pidfile")
            .arg(folder.join("docker.pid"))
            .arg(format!(
                "--add-runtime=lab={}",
                super::lacking::runc(lab).display()
            ))
            .arg("--default-runtime=lab");
        if self.remapped {
            command.arg("--userns-remap=lab");
        }
        if crate::guests::selinux::enforced().is_ok() {
            command.arg("--selinux-enabled");
        }
        let groups = Groups::named("docker");
        let log = folder.join("log");
        let daemon = Daemon::start(command, &log, client(&folder).arg("version"))?;
        super::must(client(&folder).arg("load").arg("-i").arg(&lab.image))?;
        Ok(Box::new(Running {
            daemon: Some(daemon),
            groups,
            _over: over,
            folder,
        }))
    }
}

/// A user of that name, whose ids containers get.
fn remapped(folder: &Path) -> Result<Over, String> {
    let lines = [
        ("/etc/passwd", "lab:x:60123:60123::/:/bin/sh\n"),
        ("/etc/group", "lab:x:60123:\n"),
        ("/etc/subuid", "lab:300000:65536\n"),
        ("/etc/subgid", "lab:300000:65536\n"),
    ];
    Over::with(folder, &lines.map(|(file, line)| (file, line.to_owned())))
}

impl Up for Running {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut after = client(&self.folder);
        after.args(["rm", "--force", id]);
        Container {
            configs: Some(self.folder.join("exec")),
            after: Some(after),
            ..Container::in_engine(|| client(&self.folder), lab, setting, told, id)
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.daemon.take());
        self.groups.remove();
    }
}
