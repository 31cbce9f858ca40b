//! Live containers held against what they were declared to be: nothing is found while the
//! declaration holds, and with one field changed behind its back that one finding and no other.
//!
//! Of every runtime that is told by a declaration of a form that is read: `config.json` (runc,
//! crun, gVisor's runsc, containerd), `inspect` (Docker, Podman), a Pod (`tests/lab`, by the
//! CRI). LXC, systemd-nspawn, bubblewrap, firejail and nsjail are told by words of their own.

mod bundle;
mod checked;
mod containerd;
mod dockerd;
mod engines;
mod gvisor;
mod oci;
mod oci_rows;
mod pods;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What is not here that a row needs, where something is not.
fn missing(programs: &[&str]) -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("root".to_owned());
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let found = |program: &str| {
        path.split(':')
            .chain(["/usr/sbin", "/sbin"])
            .any(|folder| Path::new(folder).join(program).exists())
    };
    programs
        .iter()
        .find(|program| !found(program))
        .map(|program| (*program).to_owned())
}

/// The open findings of a comparison: `drift id` and `unobserved id`, sorted, with all of it
/// in JSON for messages.
fn compared(declared: &Path, report: &Path, more: &[&str]) -> (Vec<String>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .arg("compare")
        .arg("--declared")
        .arg(declared)
        .arg("--actual")
        .arg(report)
        .args(["--format", "json"])
        .args(more)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.stderr.is_empty(), "{stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    let comparison: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(comparison["compared"], 1, "{text}");
    let mut found = Vec::new();
    let mut told = Vec::new();
    for finding in comparison["findings"].as_array().unwrap() {
        let kind = finding["kind"].as_str().unwrap();
        if ["drift", "unobserved"].contains(&kind) {
            found.push(format!("{kind} {}", finding["id"].as_str().unwrap()));
            told.push(format!(
                "{kind} {}: declared {} actual {} ({})",
                finding["id"],
                finding["declared"]["value"],
                finding["actual"]["value"],
                finding["actual"]["evidence"]
            ));
        }
    }
    found.sort();
    let code = i32::from(found.iter().any(|f| f.starts_with("drift")));
    if !found.iter().any(|f| f.starts_with("unobserved")) {
        assert_eq!(output.status.code(), Some(code), "{text}");
    }
    (found, told.join("\n"))
}
