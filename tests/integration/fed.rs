//! Commands that are given an input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a command with this on its standard input.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who reads no standard input, or refuses it, closes it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Runs the binary in a folder, and gives its exit code and what it wrote.
pub(crate) fn told(folder: &Path, args: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut agent = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let output = fed(agent.args(args).current_dir(folder), input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code();
    (code, text(output.stdout), text(output.stderr))
}
