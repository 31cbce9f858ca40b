//! The binary and this program, built for a guest's processor.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::machine::Machine;

/// Where they are, and where the guest looks for the binary.
pub(super) struct Built {
    pub(super) binary: PathBuf,
    pub(super) lab: PathBuf,
}

/// Those that run here, or what cargo builds for a machine that has no program of this one's.
pub(super) fn of(machine: &Machine) -> Result<Built, String> {
    if machine.packages.is_empty() {
        return Ok(Built {
            binary: env!("CARGO_BIN_EXE_amiconfined").into(),
            lab: std::env::current_exe().map_err(|e| e.to_string())?,
        });
    }
    let here = env!("CARGO_MANIFEST_DIR");
    let mut toolchain = Command::new(format!("{here}/.ci/aarch64"));
    crate::runtimes::must(toolchain.arg("target/aarch64").current_dir(here))?;
    let output = Command::new(format!("{here}/target/aarch64/cargo"))
        .args(["test", "--no-run", "--test", "lab", "--message-format=json"])
        .current_dir(here)
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let made = |name: &str, kind: &str| {
        let mut made = messages.iter().filter(|message| {
            message["target"]["name"] == name && message["target"]["kind"][0] == kind
        });
        let path = made.find_map(|message| message["executable"].as_str());
        path.map(PathBuf::from)
            .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
    };
    Ok(Built {
        binary: made("amiconfined", "bin")?,
        lab: made("lab", "test")?,
    })
}
