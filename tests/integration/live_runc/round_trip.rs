//! Filter, profile, filter: what runc loads from an exported profile decides as the filter
//! did that it was exported from.

use std::path::Path;

use amiconfined::bpf::{Program, differ};
use amiconfined::syscalls::Abi;
use serde_json::{Value, json};

use super::bundle::Bundle;
use super::fourteen::FOURTEEN;
use super::profile::docker_profile;
use super::{missing, usual};
use crate::seccomp_cli::seccomp;

fn program(path: &Path) -> Program {
    Program::from_ne_bytes(&std::fs::read(path).unwrap()).unwrap()
}

/// Numbers whose answers differ for some arguments.
fn differing(left: &Program, right: &Program) -> Vec<(Abi, u32)> {
    let native = Abi::native();
    let abis = std::iter::once(&native).chain(native.foreign());
    abis.flat_map(|abi| {
        let first = abi.first();
        let sides = [left, right].map(std::slice::from_ref);
        let found = differ(sides[0], sides[1], abi.audit_arch(), first..=first + 1023);
        found.into_keys().map(|number| (*abi, number))
    })
    .collect()
}

fn goes_round(name: &str, profile: &Value) {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let run = |profile: &Value, name: &str| {
        let bundle = Bundle::new(&|config| {
            usual(config, name);
            config["linux"]["seccomp"] = profile.clone();
        });
        bundle.run(name)
    };
    let first = run(profile, name);
    let filter = first.filter.as_ref().unwrap();
    let before = program(filter);
    let numbers = 1024 * (1 + Abi::native().foreign().len());
    let exported = |format: &str| {
        let file = filter.to_str().unwrap();
        let exported = seccomp(&["export", "--format", format, "--name", "again", file]);
        assert_eq!(exported.status.code(), Some(0), "{exported:?}");
        exported.stdout
    };
    // The operator hands on to the runtime what stands in `spec`.
    for (format, place) in [("oci", ""), ("spo", "/spec")] {
        let again: Value = serde_json::from_slice(&exported(format)).unwrap();
        let again = again.pointer(place).unwrap();
        let second = run(again, &format!("{name}-{format}"));
        let after = program(second.filter.as_ref().unwrap());
        let rules = again["syscalls"].as_array().unwrap().len();
        println!(
            "{name}: {} instructions to {rules} rules of {format} to {} instructions, {numbers} numbers",
            before.instructions().len(),
            after.instructions().len()
        );
        assert_eq!(differing(&before, &after), [], "{again:#}");
    }
    let after = Program::from_ne_bytes(&exported("bpf")).unwrap();
    assert_eq!(differing(&before, &after), []);
}

#[test]
fn docker_default_with_its_capabilities() {
    goes_round("export-docker", &docker_profile(&FOURTEEN));
}

#[test]
fn docker_default_without_capabilities() {
    goes_round("export-none", &docker_profile(&[]));
}

#[test]
fn docker_default_with_every_capability_that_it_asks_for() {
    let caps = [
        "CAP_SYS_ADMIN",
        "CAP_SYS_PTRACE",
        "CAP_BPF",
        "CAP_SYS_CHROOT",
        "CAP_SYSLOG",
    ];
    goes_round("export-admin", &docker_profile(&caps));
}

#[test]
fn what_is_let_through_but_for_some_arguments() {
    let profile = json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": [
            {"names": ["keyctl", "add_key"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
            {"names": ["ptrace"], "action": "SCMP_ACT_KILL_PROCESS"},
            {"names": ["unshare"], "action": "SCMP_ACT_ERRNO", "args": [
                {"index": 0, "value": 0x1000_0000, "valueTwo": 0x1000_0000, "op": "SCMP_CMP_MASKED_EQ"}]},
            {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 97, "args": [
                {"index": 0, "value": 16, "op": "SCMP_CMP_EQ"},
                {"index": 2, "value": 9, "op": "SCMP_CMP_GT"}]},
            {"names": ["personality"], "action": "SCMP_ACT_TRACE", "errnoRet": 7, "args": [
                {"index": 0, "value": 8, "op": "SCMP_CMP_GT"}]},
            {"names": ["ioctl"], "action": "SCMP_ACT_LOG", "args": [
                {"index": 1, "value": 0x5412, "op": "SCMP_CMP_EQ"}]},
        ],
    });
    goes_round("export-allow", &profile);
}
