//! firejail with its seccomp filters, on the machine's own root: Debian turns its chroot off.

use std::process::Command;

use super::Runtime;
use crate::settings::Setting;
use crate::truth::SCRIPT;

/// Its defaults: it reads no OCI configuration.
pub(crate) struct Firejail;

impl Runtime for Firejail {
    fn name(&self) -> &'static str {
        "firejail"
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["firejail"])
    }

    fn knows(&self, setting: &Setting) -> bool {
        setting.name == "defaults"
    }

    fn run(&self, _: &Setting) -> String {
        let folder = tempfile::tempdir().unwrap();
        super::rootfs(folder.path());
        let mut command = Command::new("firejail");
        let binary = folder.path().join("amiconfined");
        command
            .args(["--quiet", "--noprofile", "--seccomp"])
            .arg(folder.path().join("bin/busybox"))
            .args(["sh", "-c"])
            .arg(SCRIPT.replace("/amiconfined", &binary.display().to_string()));
        super::output(&mut command)
    }
}
