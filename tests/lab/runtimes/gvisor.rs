//! gVisor's runsc, which answers the container's syscalls itself.

use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// runsc on its ptrace platform, which needs nothing of the machine.
pub(crate) struct Gvisor;

impl Runtime for Gvisor {
    fn name(&self) -> &'static str {
        "runsc"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Gvisor
    }

    fn sandbox(&self) -> &'static str {
        "gvisor"
    }

    fn own_kernel(&self) -> bool {
        true
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["runsc", "runc"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self))
    }
}

impl Up for Gvisor {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let bundle = super::oci::bundle(lab, setting, id);
        let runsc = || {
            let mut command = Command::new("runsc");
            command.arg("--root").arg(lab.folder.join("runsc"));
            // Without the last it takes CAP_NET_RAW from every container.
            command.args([
                "--platform=ptrace",
                "--network=none",
                "--ignore-cgroups",
                "--net-raw",
            ]);
            command.args(told);
            command
        };
        let mut command = runsc();
        command.args(["run", "--bundle"]).arg(&bundle).arg(id);
        let mut after = runsc();
        after.args(["delete", "--force", id]);
        Container {
            configs: Some(bundle),
            after: Some(after),
            ..Container::of(command)
        }
    }
}
