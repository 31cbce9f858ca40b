//! systemd-nspawn without a machine registered.

use std::process::Command;

use super::{Container, Groups, Lab, Runtime, Up};
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
        // With `--keep-unit` it makes them below the control group that it is started in.
        let groups = ["payload", "supervisor"].map(Groups::named);
        Ok(Box::new(Ready { groups }))
    }
}

/// The control groups that stay behind.
struct Ready {
    groups: [Groups; 2],
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.groups.iter().for_each(Groups::remove);
    }
}

impl Up for Ready {
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
