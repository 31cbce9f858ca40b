//! The filters of a process as the kernel keeps them, by `tests/dump.c`.

use std::path::Path;
use std::process::Command;

/// Each program's bytes, the oldest first.
pub(super) fn programs(tool: &Path, pid: u32) -> Result<Vec<Vec<u8>>, String> {
    let output = Command::new(tool).arg(pid.to_string()).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    Ok(text.lines().map(bytes).collect())
}

fn bytes(line: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
    (0..line.len()).step_by(2).map(byte).collect()
}
