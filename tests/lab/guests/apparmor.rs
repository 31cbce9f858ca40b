//! Makes AppArmor's profiles ready in a guest.

use std::process::Command;

/// Loads the lab's profiles.
pub(super) fn load() -> Result<(), String> {
    let profiles = include_str!("apparmor.profiles");
    let file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
    std::fs::write(file.path(), profiles).map_err(|e| e.to_string())?;
    let mut parser = Command::new("apparmor_parser");
    crate::runtimes::must(parser.args(["--replace", "--skip-cache"]).arg(file.path()))
}

/// Takes away the program that loads profiles: who asks for it does without.
pub(super) fn without_parser() -> Result<(), String> {
    std::fs::remove_file("/usr/sbin/apparmor_parser").map_err(|e| e.to_string())
}
