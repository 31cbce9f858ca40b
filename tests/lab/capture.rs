//! Takes the view that a container has of itself, for the tests that need no container.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs in the container's namespaces, with its own shell.
const SCRIPT: &str = include_str!("capture.sh");

/// Writes what the container of this process sees to a file, as `capture.sh` prints it.
pub(crate) fn take(pid: u32, file: &Path) -> Result<(), String> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}"));
    let status = read("status").map_err(|e| e.to_string())?;
    let inside = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))
        .and_then(|pids| pids.split_whitespace().last())
        .ok_or("no NSpid")?;
    let command = read("cmdline").map_err(|e| e.to_string())?;
    let shell = command.split('\0').next().unwrap_or_default();
    // A user namespace of its own decides how the ids in status read.
    let user = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/user")).ok();
    let own = user(&pid.to_string()) != user("self");
    let output = Command::new("nsenter")
        .args(["-t", &pid.to_string(), "-m", "-p", "-C", "-r", "--wd=/"])
        .args(own.then_some("-U"))
        .args([shell, "-c", SCRIPT, shell, inside])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| e.to_string())?;
    if !output.status.success() || output.stdout.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::write(file, output.stdout).map_err(|e| e.to_string())
}
