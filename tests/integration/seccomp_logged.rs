//! A call that is logged (`SECCOMP_RET_LOG`): from outside the filter tells it, from inside it
//! looks like one that is allowed, which every report says.

use std::io::{Seek, SeekFrom};

use amiconfined::bpf::{Action, SeccompData};
use libseccomp::{ScmpAction, ScmpArch, ScmpFilterContext, ScmpSyscall};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::bpf::simulator::Simulator;
use crate::filtered::{self, confined, ended};
use crate::seccomp_cli::{allowed, seccomp};

const LOGGED: &str = "keyctl";
const STOPPED: &str = "acct";
/// `AUDIT_ARCH_X86_64`, include/uapi/linux/audit.h.
const X86_64: u32 = 0xc000_003e;

/// Logs one call and stops another, in all three ABIs.
fn filter() -> NamedTempFile {
    let mut context = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for arch in [ScmpArch::X86, ScmpArch::X32] {
        context.add_arch(arch).unwrap();
    }
    for (name, action) in [(LOGGED, ScmpAction::Log), (STOPPED, ScmpAction::Errno(1))] {
        let call = ScmpSyscall::from_name(name).unwrap();
        context.add_rule(action, call).unwrap();
    }
    let mut file = NamedTempFile::new().unwrap();
    context.export_bpf(file.as_file()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

/// What each ABI of a report says of a call.
fn verdicts(abis: &Value, name: &str) -> Vec<Value> {
    let verdict = |abi: &Value| {
        let mut rows = abi["syscalls"].as_array().unwrap().iter();
        rows.find(|row| row["name"] == name).unwrap()["verdict"].clone()
    };
    abis.as_array().unwrap().iter().map(verdict).collect()
}

#[test]
fn the_filter_itself_tells_what_is_logged() {
    let filter = filter();
    let Some((child, pid)) = confined(&filter, "--seccomp 3") else {
        return;
    };
    let shown = seccomp(&["show", "--pid", &pid, "--format", "json"]);
    let text = seccomp(&["show", "--pid", &pid]);
    let dumped = seccomp(&["dump", "--pid", &pid]);
    let listed = seccomp(&["disassemble", "--pid", &pid]);
    let exported = seccomp(&["export", "--pid", &pid]);
    ended(child, &pid);
    if !allowed(&shown) {
        return;
    }
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(verdicts(&shown["abis"], LOGGED), vec!["logged"; 3]);
    let text = String::from_utf8(text.stdout).unwrap();
    let lines = text.lines().filter(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words == ["logged", "1:", LOGGED]
    });
    assert_eq!(lines.count(), 3, "{text}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("return log\n"), "{listed}");
    let exported: Value = serde_json::from_slice(&exported.stdout).unwrap();
    let rules = exported["syscalls"].as_array().unwrap();
    let logs = rules.iter().find(|rule| rule["names"] == json!([LOGGED]));
    assert_eq!(logs.unwrap()["action"], "SCMP_ACT_LOG", "{exported:#}");

    let Some(simulator) = Simulator::build() else {
        println!("SKIPPED: libseccomp's simulator");
        return;
    };
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &dumped.stdout).unwrap();
    let data = SeccompData {
        nr: u32::try_from(ScmpSyscall::from_name(LOGGED).unwrap().as_raw_syscall()).unwrap(),
        arch: X86_64,
        ..SeccompData::default()
    };
    assert_eq!(simulator.simulate(file.path(), &data), Action::Log);
}

/// What the binary prints under the filter.
fn inside(filter: &NamedTempFile, args: &[&str]) -> Option<String> {
    let output = filtered::inside(filter.path(), "", args)?;
    Some(String::from_utf8(output.stdout).unwrap())
}

/// LOG ranks below the action by which the probe asks, which therefore comes in its place.
#[test]
fn a_probe_takes_it_for_allowed_and_says_that_it_may_be_logged() {
    let filter = filter();
    let ways: [(&[&str], Value, &str); 2] = [
        (
            &[],
            json!(["logged", "traced"]),
            "allowed may be logged or traced, which look the same (--tell-trace tells traced)",
        ),
        (
            &["--tell-trace"],
            json!(["logged"]),
            "allowed may be logged, which looks the same",
        ),
    ];
    for (args, may_be, words) in ways {
        let Some(report) = inside(&filter, &[args, &["--format", "json"]].concat()) else {
            return;
        };
        let report: Value = serde_json::from_str(&report).unwrap();
        let seccomp = &report["confinement"]["seccomp"];
        assert_eq!(verdicts(&seccomp["abis"], LOGGED), vec!["allowed"; 3]);
        for verdict in verdicts(&seccomp["abis"], STOPPED) {
            assert_eq!(verdict["errno"]["name"], "EPERM");
        }
        assert_eq!(seccomp["method"]["method"], "notify");
        assert_eq!(seccomp["method"]["allowed_may_be"], may_be);
        let text = inside(&filter, args).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{text}");
    }
    let exported = filtered::inside(filter.path(), "", &["seccomp", "export"]).unwrap();
    let said = String::from_utf8(exported.stderr).unwrap();
    let logged = "calls that a filter logs or hands to a tracer to be allowed";
    assert!(said.contains(logged), "{said}");
    let one = inside(&filter, &["syscalls", LOGGED]).unwrap();
    assert!(one.contains("allowed may be logged or traced"), "{one}");
}
