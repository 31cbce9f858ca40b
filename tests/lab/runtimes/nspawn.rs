//! systemd-nspawn without a machine registered.

use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// nspawn on a folder.
pub(crate) struct Nspawn;

impl Runtime for Nspawn {
    fn name(&self) -> &'static str {
        "nspawn"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Nspawn
    }

    fn sandbox(&self) -> &'static str {
        "nspawn"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("systemd")
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["systemd-nspawn"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self))
    }
}

impl Up for Nspawn {
    fn container(&self, lab: &Lab, _: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = Command::new("systemd-nspawn");
        command
            .args(["-q", "--register=no", "--keep-unit", "--as-pid2", "--pipe"])
            .args([
                "--resolv-conf=off",
                "--timezone=off",
                "--link-journal=no",
                "-M",
                "lab",
                "-D",
            ])
            .arg(&lab.rootfs)
            .args(told)
            .args(super::shell(id));
        Container::of(command)
    }
}
