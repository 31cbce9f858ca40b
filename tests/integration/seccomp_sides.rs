//! `amiconfined seccomp diff` of every two of a profile's file, a process and a report.

use std::path::Path;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::filtered::{compiled, confined, ended, inside};
use crate::seccomp_cli::{allowed, seccomp};

/// A profile in OCI's form, which answers this errno to `keyctl`.
fn profile(errno: u32) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let text = format!(
        r#"{{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [{{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": {errno}}}]}}"#
    );
    std::fs::write(file.path(), text).unwrap();
    file
}

/// The report of a process under the filter, made by itself.
fn report(filter: &Path) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let output = inside(filter, "", &["--format", "json"]).unwrap();
    std::fs::write(file.path(), output.stdout).unwrap();
    file
}

/// The exit code, and the names whose verdicts changed.
fn changed(before: &str, after: &str) -> (Option<i32>, Vec<String>) {
    let output = seccomp(&["diff", before, after, "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let changes = found["changes"].as_array().into_iter().flatten();
    let native = changes.filter(|change| change["abi"] == "x86_64");
    let names = native.map(|change| change["name"].as_str().unwrap().to_owned());
    (output.status.code(), names.collect())
}

#[test]
fn profile_process_and_report_are_compared_with_each_other() {
    let filter = compiled();
    let Some((child, pid)) = confined(&filter, "--seccomp 3") else {
        return;
    };
    let may = allowed(&seccomp(&["show", "--pid", &pid]));
    let (same, other, report) = (profile(99), profile(98), report(filter.path()));
    let path = |file: &NamedTempFile| file.path().to_str().unwrap().to_owned();
    let process = format!("pid:{pid}");
    let (same, other, report) = (path(&same), path(&other), path(&report));
    let sides = [&same, &process, &report];
    let mut found = Vec::new();
    for before in sides.iter().filter(|_| may) {
        for after in sides {
            found.push((changed(before, after), (Some(0), Vec::new())));
        }
        let one = vec!["keyctl".to_owned()];
        found.push((changed(before, &other), (Some(1), one.clone())));
        found.push((changed(&other, before), (Some(1), one)));
    }
    ended(child, &pid);
    for (at, (is, wanted)) in found.iter().enumerate() {
        assert_eq!(is, wanted, "comparison {at}");
    }
}
