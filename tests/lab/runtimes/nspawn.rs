//! systemd-nspawn without a machine registered.

use std::process::Command;

use super::Runtime;
use crate::settings::Setting;
use crate::truth::SCRIPT;

/// Its defaults: it reads no OCI configuration.
pub(crate) struct Nspawn;

impl Runtime for Nspawn {
    fn name(&self) -> &'static str {
        "nspawn"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["systemd-nspawn"])
    }

    fn knows(&self, setting: &Setting) -> bool {
        setting.name == "defaults"
    }

    fn run(&self, _: &Setting) -> String {
        let folder = tempfile::tempdir().unwrap();
        super::rootfs(folder.path());
        let mut command = Command::new("systemd-nspawn");
        command
            .args(["-q", "--register=no", "--keep-unit", "--as-pid2", "-D"])
            .arg(folder.path())
            .args(["/bin/sh", "-c", SCRIPT]);
        super::output(&mut command)
    }
}
