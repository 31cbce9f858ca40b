//! What a mount table does not say by itself.

use std::process::Command;

use serde_json::Value;

/// A report made in a mount namespace of its own, after these commands; none without root.
fn reported(script: &str) -> Option<Value> {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return None;
    }
    let script = format!("{script} && exec \"$0\" --no-probe --format json");
    let mut command = Command::new("unshare");
    let output = command
        .args(["-m", "--propagation", "private", "sh", "-ec", &script])
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_mount_upon_the_root_is_not_what_the_process_sees() {
    let Some(report) = reported("mount -t tmpfs -o ro over /") else {
        return;
    };
    let root = &report["confinement"]["filesystem"]["root"]["known"];
    assert_ne!(root["source"], "over", "{root}");
    assert_eq!(root["read_only"], false, "{root}");
}

#[test]
fn what_firejail_leaves_on_a_machine_is_no_sandbox() {
    let left = "mount -t tmpfs run /run; mkdir -p /run/firejail/dbus; \
        mount --bind /run/firejail/dbus /run/firejail/dbus";
    let Some(report) = reported(left) else { return };
    let sandbox = &report["confinement"]["runtime"]["sandbox"];
    assert_ne!(sandbox["value"], "firejail", "{sandbox}");
}
