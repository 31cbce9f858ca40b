//! A 64-bit ARM kernel that executes no 32-bit program, as on a processor without that mode.

use std::process::Command;

use serde_json::{Value, json};

/// That the report says so.
pub(super) fn prepare() -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let output = command.args(["--format", "json"]).output();
    let output = output.map_err(|e| e.to_string())?;
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    let abis = report["confinement"]["seccomp"]["abis"].as_array();
    let arm = abis.into_iter().flatten().find(|abi| abi["abi"] == "arm");
    let offered = arm.map_or(&Value::Null, |abi| &abi["offered"]);
    if offered != &json!(false) {
        return Err(format!("32-bit ARM is said to be offered: {offered}"));
    }
    println!("32-bit ARM is said not to be offered");
    Ok(())
}
