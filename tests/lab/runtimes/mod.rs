//! The runtimes: one file each, or one row where two are driven alike.

mod bubblewrap;
mod firejail;
mod nspawn;
mod oci;

use std::path::Path;
use std::process::{Command, Stdio};

use super::settings::Setting;

/// What starts containers.
pub(crate) trait Runtime: Sync {
    /// Its name in the table and in `RUNTIME=`.
    fn name(&self) -> &'static str;
    /// What is missing, if anything is.
    fn available(&self) -> Result<(), String>;
    /// Whether it can be told this setting.
    fn knows(&self, setting: &Setting) -> bool;
    /// Runs the truth script in a new container, and gives all it printed.
    fn run(&self, setting: &Setting) -> String;
}

/// Every runtime of the host matrix.
pub(crate) const ALL: &[&dyn Runtime] = &[
    &oci::Oci("runc"),
    &oci::Oci("crun"),
    &bubblewrap::Bubblewrap,
    &nspawn::Nspawn,
    &firejail::Firejail,
];

/// That these programs are on the path, and the shell that goes into containers.
fn programs(names: &[&str]) -> Result<(), String> {
    for name in names.iter().copied().chain(["/bin/busybox"]) {
        let found = Command::new("sh")
            .args(["-c", "command -v \"$0\"", name])
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|s| s.success()) {
            return Err(name.to_owned());
        }
    }
    Ok(())
}

/// Makes a root filesystem that holds busybox and the binary.
fn rootfs(at: &Path) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for folder in ["bin", "usr", "proc", "sys", "dev", "tmp", "etc", "run"] {
        std::fs::create_dir_all(at.join(folder)).unwrap();
    }
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(at, open).unwrap();
    std::fs::copy("/bin/busybox", at.join("bin/busybox")).unwrap();
    for applet in ["sh", "cat", "readlink"] {
        symlink("busybox", at.join("bin").join(applet)).unwrap();
    }
    std::fs::copy(env!("CARGO_BIN_EXE_amiconfined"), at.join("amiconfined")).unwrap();
}

/// All that a command printed; what it complained of comes only where it failed.
fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.is_empty() {
        text = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    text
}
