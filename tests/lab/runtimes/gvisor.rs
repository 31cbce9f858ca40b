//! gVisor's runsc, which answers the container's syscalls itself.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{NEWEST, Setting, Tongue};

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
        known(&bundle.join("config.json"));
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

/// Takes out of a config.json what Debian 12's release refuses to know.
fn known(file: &Path) {
    let mut config: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let sets = config["process"]["capabilities"].as_object_mut().unwrap();
    for names in sets.values_mut().filter_map(Value::as_array_mut) {
        names.retain(|name| !NEWEST.iter().any(|newest| name == newest));
    }
    std::fs::write(file, config.to_string()).unwrap();
}
