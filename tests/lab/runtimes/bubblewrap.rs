//! bubblewrap with every namespace of its own.

use std::process::Command;

use super::Runtime;
use crate::settings::Setting;
use crate::truth::SCRIPT;

/// Its defaults: it reads no OCI configuration.
pub(crate) struct Bubblewrap;

impl Runtime for Bubblewrap {
    fn name(&self) -> &'static str {
        "bubblewrap"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["bwrap"])
    }

    fn knows(&self, setting: &Setting) -> bool {
        setting.name == "defaults"
    }

    fn run(&self, _: &Setting) -> String {
        let folder = tempfile::tempdir().unwrap();
        super::rootfs(folder.path());
        let mut command = Command::new("bwrap");
        command
            .arg("--bind")
            .arg(folder.path())
            .args(["/", "--proc", "/proc", "--dev", "/dev"])
            .args(["--unshare-all", "/bin/sh", "-c", SCRIPT]);
        super::output(&mut command)
    }
}
