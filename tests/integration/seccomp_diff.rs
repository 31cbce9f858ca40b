//! `amiconfined seccomp show` and `diff`: held to what libseccomp was told.

use std::io::{Seek, SeekFrom, Write};

use amiconfined::report::{filter_changes_schema, filters_schema};
use libseccomp::{
    ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall,
};
use serde_json::Value;

use super::seccomp_cli::seccomp;
use crate::schemas;

#[test]
fn the_schemas_in_the_repository_are_those_of_the_types() {
    schemas::is_of_the_types("seccomp.v1.json", &filters_schema());
    schemas::is_of_the_types("seccomp-diff.v1.json", &filter_changes_schema());
}

fn valid(name: &str, value: &Value) {
    assert_eq!(schemas::violations(&schemas::kept(name), value), None);
}

/// A filter that lets everything through but what `rules` say.
fn filter(rules: impl Fn(&mut ScmpFilterContext)) -> tempfile::NamedTempFile {
    let mut context = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    context.add_arch(ScmpArch::X86).unwrap();
    context.add_arch(ScmpArch::X32).unwrap();
    rules(&mut context);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    context.export_bpf(file.as_file()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

fn call(name: &str) -> ScmpSyscall {
    ScmpSyscall::from_name(name).unwrap()
}

fn json(args: &[&str], code: i32) -> Value {
    let output = seccomp(&[args, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

#[test]
fn conditions_are_shown_as_they_were_written() {
    let file = filter(|context| {
        context
            .add_rule(ScmpAction::Errno(1), call("keyctl"))
            .unwrap();
        let bits = ScmpArgCompare::new(0, ScmpCompareOp::MaskedEqual(0x1000_0000), 0x1000_0000);
        context
            .add_rule_conditional(ScmpAction::Errno(1), call("unshare"), &[bits])
            .unwrap();
    });
    let shown = json(&["show", path(&file)], 0);
    valid("seccomp.v1.json", &shown);
    for table in 0..3 {
        let abi = &shown["abis"][table];
        let mask = "0x10000000";
        let of = |name: &str| {
            let all = abi["syscalls"].as_array().unwrap();
            all.iter().find(|s| s["name"] == name).unwrap().clone()
        };
        assert_eq!(
            of("keyctl")["verdict"]["errno"]["number"],
            1,
            "{}",
            of("keyctl")
        );
        assert_eq!(of("unshare")["verdict"], "depends");
        let cases = of("unshare")["cases"].to_string();
        assert!(cases.contains(&format!("arg0 & {mask} != 0")), "{cases}");
        assert_eq!(of("getpid")["verdict"], "allowed");
    }
    let text = seccomp(&["show", path(&file)]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("keyctl"), "{text}");
    assert!(
        text.contains("errno(EPERM) when arg0 & 0x10000000 != 0"),
        "{text}"
    );
}

#[test]
fn what_became_more_and_less_allowed_is_told_with_a_call() {
    let before = filter(|context| {
        context
            .add_rule(ScmpAction::Errno(1), call("keyctl"))
            .unwrap();
    });
    let after = filter(|context| {
        let vsock = ScmpArgCompare::new(0, ScmpCompareOp::Equal, 40);
        context
            .add_rule_conditional(ScmpAction::Errno(97), call("socket"), &[vsock])
            .unwrap();
    });
    let found = json(&["diff", path(&before), path(&after)], 1);
    valid("seccomp-diff.v1.json", &found);
    assert_eq!(found["exact"], true);
    let changes = found["changes"].as_array().unwrap();
    let of = |abi: &str| -> Vec<&Value> { changes.iter().filter(|c| c["abi"] == abi).collect() };
    let native = of("x86_64");
    assert_eq!(native.len(), 2, "{found}");
    assert_eq!(native[0]["name"], "socket");
    assert_eq!(native[0]["turn"], "less_allowed");
    assert_eq!(native[0]["when"], "arg0 == 0x28");
    assert_eq!(native[0]["example"][0], 40);
    assert_eq!(
        (&native[1]["name"], &native[1]["turn"]),
        (&"keyctl".into(), &"more_allowed".into())
    );
    assert_eq!(of("x32").len(), 2, "{found}");
    let back = json(&["diff", path(&after), path(&before)], 1);
    assert_eq!(back["changes"].as_array().unwrap().len(), changes.len());
    let same = json(&["diff", path(&before), path(&before)], 0);
    assert_eq!(same["changes"], Value::Array(Vec::new()));
}

#[test]
fn a_profile_and_the_filter_that_it_compiles_to_do_not_differ() {
    let mut profile = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"defaultAction":"SCMP_ACT_ALLOW",
        "architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],
        "syscalls":[{"names":["keyctl"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]}"#;
    profile.write_all(text.as_bytes()).unwrap();
    let file = filter(|context| {
        context
            .add_rule(ScmpAction::Errno(1), call("keyctl"))
            .unwrap();
    });
    let output = seccomp(&["diff", path(&profile), path(&file)]);
    if output.status.code() == Some(3) {
        println!(
            "SKIPPED: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let other = filter(|context| {
        context
            .add_rule(ScmpAction::Errno(2), call("keyctl"))
            .unwrap();
    });
    let changed = json(&["diff", path(&profile), path(&other)], 1);
    assert_eq!(changed["changes"][0]["turn"], "otherwise", "{changed}");
}

#[test]
fn reports_and_processes_are_compared_by_verdicts() {
    let report = tempfile::NamedTempFile::new().unwrap();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["--format", "json", "--output", path(&report)])
        .status()
        .unwrap();
    assert!(made.success());
    let found = json(&["diff", path(&report), "self"], 0);
    assert_eq!(found["changes"], Value::Array(Vec::new()));
    let file = filter(|context| {
        context
            .add_rule(ScmpAction::Errno(1), call("keyctl"))
            .unwrap();
    });
    let found = json(&["diff", path(&report), path(&file)], 1);
    let changes = found["changes"].to_string();
    assert!(changes.contains(r#""name":"keyctl""#), "{changes}");
}

#[test]
fn what_is_neither_profile_nor_report_nor_filter_is_refused_in_one_line() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"{\"schema\": \"other\"}").unwrap();
    for args in [
        ["diff", path(&file), "self"],
        ["diff", "pid:none", "self"],
        ["diff", "/nowhere", "self"],
    ] {
        let output = seccomp(&args);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(
            output.stderr.iter().filter(|byte| **byte == b'\n').count(),
            1
        );
        assert!(output.stdout.is_empty());
    }
}
