//! nsjail, where it is: Debian 12 has no package of it.

use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// nsjail for one program.
pub(crate) struct Nsjail;

impl Runtime for Nsjail {
    fn name(&self) -> &'static str {
        "nsjail"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Nsjail
    }

    fn sandbox(&self) -> &'static str {
        "nsjail"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["nsjail"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self))
    }
}

impl Up for Nsjail {
    fn container(&self, lab: &Lab, _: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = Command::new("nsjail");
        // Limits that this machine may not raise are left as they are.
        command.args(["-Mo", "-q", "--disable_clone_newcgroup", "--chroot"]);
        command.arg(&lab.rootfs);
        for limit in ["as", "cpu", "fsize", "nofile"] {
            command.args([&format!("--rlimit_{limit}"), "hard"]);
        }
        command.args(told).arg("--").args(super::shell(id));
        Container::of(command)
    }
}
