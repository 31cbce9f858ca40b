//! containerd, told by the options of `ctr run` and no config.json.

use super::containerd::{Running, ctr};
use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// A daemon whose client makes the configuration.
pub(crate) struct Ctr;

impl Runtime for Ctr {
    fn name(&self) -> &'static str {
        "ctr"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Ctr
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
        let folder = lab.folder.join("ctr");
        Ok(Box::new(Client(Running::start(folder, "default", "")?)))
    }
}

struct Client(Running);

impl Up for Client {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = ctr(self.0.folder());
        command.args(["run", "--rm", "--rootfs"]);
        command.arg("--runc-binary").arg(super::lacking::runc(lab));
        if let Some(file) = super::profile_file(lab, setting) {
            command.args(["--seccomp", "--seccomp-profile"]).arg(file);
        }
        command.args(told).arg(&lab.rootfs).arg(id);
        command.args(super::command(setting.entry, id));
        let mut after = ctr(self.0.folder());
        after.args(["task", "rm", "--force", id]);
        Container {
            configs: Some(self.0.folder().join("state")),
            after: Some(after),
            ..Container::of(command)
        }
    }
}
