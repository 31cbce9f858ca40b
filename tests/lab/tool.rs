//! The binary, asked beside a container.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What `compare` says of the process, or of the report where there is none on this host.
pub(crate) fn held(
    pid: Option<u32>,
    report: &Value,
    declared: &Path,
    more: &[&str],
) -> Result<Value, String> {
    let declared = declared.display().to_string();
    let mut args = vec!["compare", "--declared", &declared, "--format", "json"];
    args.extend(more);
    let pid = pid.map(|pid| pid.to_string());
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display().to_string();
    match &pid {
        Some(pid) => args.extend(["--pid", pid]),
        None => {
            std::fs::write(&path, report.to_string()).unwrap();
            args.extend(["--actual", &path]);
        }
    }
    tool(&args)
}

/// The same of a Pod of containerd's.
pub(crate) fn held_pod(pid: Option<u32>, report: &Value, pod: &str) -> Result<Value, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pod).unwrap();
    held(pid, report, file.path(), &["--runtime", "containerd"])
}

/// What it prints as JSON, whatever its exit code.
pub(crate) fn tool(args: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let output = command.args(args).stdin(Stdio::null()).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}
