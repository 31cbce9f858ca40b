//! bubblewrap with every namespace of its own, and with filters as it is given them.

use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Command;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// bwrap as root.
pub(crate) struct Bubblewrap;

impl Runtime for Bubblewrap {
    fn name(&self) -> &'static str {
        "bubblewrap"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Bubblewrap
    }

    fn sandbox(&self) -> &'static str {
        "bubblewrap"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["bwrap"])
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self))
    }
}

impl Up for Bubblewrap {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = Command::new("bwrap");
        command
            .arg("--bind")
            .arg(&lab.rootfs)
            .args(["/", "--proc", "/proc", "--dev", "/dev"]);
        for kind in ["ipc", "pid", "net", "uts"] {
            if !told.contains(&format!("--share-{kind}").as_str()) {
                command.arg(format!("--unshare-{kind}"));
            }
        }
        command.args(told.iter().filter(|flag| !flag.starts_with("--share-")));
        let filters = filters(setting);
        for file in &filters {
            let fd = file.as_raw_fd().to_string();
            command.args(["--add-seccomp-fd", &fd]);
        }
        command.args(super::command(setting.entry, id));
        Container {
            _inherited: filters,
            ..Container::of(command)
        }
    }
}

/// The setting's profile as programs in files that a child inherits.
fn filters(setting: &Setting) -> Vec<OwnedFd> {
    let Some(profile) = &setting.profile else {
        return Vec::new();
    };
    let one = |_| crate::seccomp::inherited(profile);
    (0..setting.stacked).map(one).collect()
}
