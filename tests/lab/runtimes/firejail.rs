//! firejail on the machine's own root: Debian turns its chroot off.

use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// firejail without a profile.
pub(crate) struct Firejail;

impl Runtime for Firejail {
    fn name(&self) -> &'static str {
        "firejail"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Firejail
    }

    fn sandbox(&self) -> &'static str {
        "firejail"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["firejail"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self))
    }
}

impl Up for Firejail {
    fn container(&self, lab: &Lab, _: &Setting, told: &[&str], id: &str) -> Container {
        let binary = lab.rootfs.join("amiconfined").display().to_string();
        let mut command = Command::new("firejail");
        command
            .args(["--quiet", "--noprofile"])
            .args(told)
            .arg(lab.rootfs.join("bin/sh"))
            .args(["-c", &crate::truth::script(&binary), id]);
        Container::of(command)
    }
}
