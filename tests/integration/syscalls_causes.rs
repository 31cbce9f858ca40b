//! The layer that stops a syscall, where it is not seccomp.

use std::process::Command;

use serde_json::Value;

/// What `syscalls --format json` with these arguments finds, when started by a command.
fn found(start: &[&str], args: &[&str]) -> Option<Value> {
    let (program, rest) = start.split_first().unwrap();
    let output = Command::new(program)
        .args(rest)
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["syscalls", "--format", "json"])
        .args(args)
        .output()
        .unwrap();
    if !output.status.success() {
        println!(
            "SKIPPED: {start:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The native cell of a syscall.
fn native<'a>(found: &'a Value, name: &str) -> &'a Value {
    let rows = found["syscalls"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap();
    let cells = row["abis"].as_array().unwrap();
    cells.iter().find(|cell| cell["abi"] == "x86_64").unwrap()
}

/// Starts without any capability.
const BARE: &[&str] = &["setpriv", "--reuid", "1000", "--clear-groups"];
/// Starts with all capabilities in a user namespace of its own.
const USER: &[&str] = &["unshare", "--user", "--map-root-user"];

fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        println!("SKIPPED: root");
    }
    root
}

#[test]
fn a_missing_capability_is_named_by_the_table() {
    if !is_root() {
        return;
    }
    let Some(found) = found(BARE, &["settimeofday", "acct", "mount", "getpid"]) else {
        return;
    };
    for (name, capability) in [
        ("settimeofday", "CAP_SYS_TIME"),
        ("acct", "CAP_SYS_PACCT"),
        ("mount", "CAP_SYS_ADMIN"),
    ] {
        let cause = &native(&found, name)["cause"];
        assert_eq!(cause["layer"], "capability", "{name}: {cause}");
        assert_eq!(cause["name"], capability);
        assert_eq!(cause["asked"], false);
    }
    assert!(native(&found, "getpid")["cause"].is_null());
}

#[test]
fn with_every_capability_no_capability_is_missing() {
    if !is_root() {
        return;
    }
    let Some(found) = found(&["env"], &[]) else {
        return;
    };
    for row in found["syscalls"].as_array().unwrap() {
        for cell in row["abis"].as_array().unwrap() {
            let layer = cell["cause"]["layer"].as_str();
            assert!(
                matches!(layer, None | Some("not_implemented")),
                "{}: {layer:?}",
                row["name"]
            );
        }
    }
}

#[test]
fn a_capability_that_does_not_count_in_a_user_namespace_is_told_from_a_missing_one() {
    let Some(found) = found(USER, &["settimeofday", "init_module", "mount"]) else {
        return;
    };
    for (name, capability) in [
        ("settimeofday", "CAP_SYS_TIME"),
        ("init_module", "CAP_SYS_MODULE"),
    ] {
        let cause = &native(&found, name)["cause"];
        assert_eq!(cause["layer"], "user_namespace", "{name}: {cause}");
        assert_eq!(cause["capability"], capability);
    }
    assert!(native(&found, "mount")["cause"].is_null());
}

/// Dropped long ago: no kernel that runs today has a body for it.
#[test]
fn what_the_kernel_never_had_or_has_no_more_is_the_kernels() {
    let Some(found) = found(&["env"], &["afs_syscall", "_sysctl", "create_module"]) else {
        return;
    };
    for name in ["afs_syscall", "_sysctl", "create_module"] {
        assert_eq!(native(&found, name)["cause"]["layer"], "not_implemented");
    }
}
