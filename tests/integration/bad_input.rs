//! Bad input of every kind: one error that says where, exit code 2, in bounded memory and time.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// All the memory that a run may map, in KiB: the binary, its stacks and what it reads.
const MEMORY_KIB: u32 = 400 << 10;
/// How long a run may take, unoptimised and beside other tests.
const TIME: Duration = Duration::from_secs(20);

/// Runs `check` and `compare` on a file, each under the bounds, and gives their errors.
pub(crate) fn errors(file: &Path) -> Vec<String> {
    let report = file.with_extension("report");
    std::fs::write(&report, "").unwrap();
    [
        vec!["check", file.to_str().unwrap()],
        vec![
            "compare",
            "--declared",
            file.to_str().unwrap(),
            "--actual",
            report.to_str().unwrap(),
        ],
    ]
    .iter()
    .map(|args| {
        let started = Instant::now();
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -v {MEMORY_KIB} && exec \"$0\" \"$@\""))
            .arg(env!("CARGO_BIN_EXE_amiconfined"))
            .args(args)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}");
        assert!(stderr.len() < 1_000, "{args:?}: {} bytes", stderr.len());
        assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
        assert!(
            started.elapsed() < TIME,
            "{args:?}: {:?}",
            started.elapsed()
        );
        stderr
    })
    .collect()
}

pub(crate) fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{spec}")
}

/// Nine aliases to the line before, on each of nine lines: 9⁹ values.
fn alias_bomb() -> String {
    let mut text = String::from("l0: &l0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*l{}", level - 1); 9].join(",");
        text += &format!("l{level}: &l{level} [{aliases}]\n");
    }
    text
}

#[test]
fn each_is_one_error_with_its_place_in_bounded_memory_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let rows: Vec<(&str, String, &str)> = vec![
        (
            "broken.yaml",
            pod("  containers: [{name: c}\n  x: y\n"),
            "broken.yaml:6:",
        ),
        (
            "tab.yaml",
            "apiVersion: v1\n\tkind: Pod\n".to_owned(),
            "tab.yaml:1:13: while scanning",
        ),
        (
            "broken.json",
            "{\"apiVersion\": \"v1\",\n \"kind\": ]}\n".to_owned(),
            "broken.json:2:10: expected value",
        ),
        (
            "comma.json",
            "{\"apiVersion\": \"v1\",\n \"kind\": \"Pod\",\n}\n}".to_owned(),
            "comma.json:",
        ),
        (
            "cut.json",
            "{\"apiVersion\": \"v1\",\n \"kind\": \"Po".to_owned(),
            "cut.json:2:12: EOF while parsing a string",
        ),
        (
            "flow-broken.yaml",
            "{apiVersion: v1, kind: ]}\n".to_owned(),
            "flow-broken.yaml:1:",
        ),
        (
            "long.yaml",
            pod(&format!(
                "  hostPID: {}\n  containers: [{{name: c}}]\n",
                "a".repeat(10_000)
            )),
            "expected a boolean",
        ),
        (
            "kind.yaml",
            "apiVersion: v1\nkind: Pdo\n".to_owned(),
            "kind.yaml:2:7: kind \"Pdo\"",
        ),
        (
            "group.yaml",
            "apiVersion: apps/v1\nkind: Pod\n".to_owned(),
            "group.yaml:2:7:",
        ),
        (
            "bool.yaml",
            pod("  hostPID: maybe\n  containers: [{name: c}]\n"),
            "bool.yaml:5:12: spec.hostPID",
        ),
        (
            "number.yaml",
            pod("  containers:\n  - name: c\n    securityContext: {runAsUser: root}\n"),
            "spec.containers[0].securityContext.runAsUser",
        ),
        (
            "list.yaml",
            pod("  containers: {name: c}\n"),
            "spec.containers",
        ),
        (
            "none.yaml",
            pod("  containers: []\n"),
            "at least one container",
        ),
        (
            "missing.yaml",
            pod("  hostPID: true\n"),
            "at least one container",
        ),
        ("text.yaml", "just a text\n".to_owned(), "text.yaml:1:1"),
        ("number", "42\n".to_owned(), "number:1:1"),
        (
            "deep.yaml",
            format!("a: {}", deep("[", "]")),
            "deep.yaml:1:",
        ),
        (
            "deep.json",
            format!("{{\"a\": {}}}", deep("{\"a\":", "}").replacen("}", "1}", 1)),
            "deep.json:1:",
        ),
        ("flow.yaml", deep("- ", ""), "flow.yaml:1:"),
        (
            "bomb.yaml",
            alias_bomb(),
            "expected aliases to repeat at most",
        ),
        ("merge.yaml", "a: &a {<<: *a}\n".to_owned(), "merge.yaml:1:"),
        (
            "large.yaml",
            "a".repeat(100_000_000),
            "large.yaml: more than 67108864 bytes",
        ),
        (
            "escape.yaml",
            "apiVersion: v1\nkind: \"\\e[31mPod\"\n".to_owned(),
            "escape.yaml:2:7",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, text, wanted) in rows {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        for error in errors(&file) {
            if !error.contains(wanted) || error.contains('\u{1b}') {
                wrong.push(format!("{name}: wanted {wanted:?}, found {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(""));
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("binary.yaml");
    std::fs::write(&file, b"apiVersion: v1\nkind: \xff\n").unwrap();
    for error in errors(&file) {
        assert!(error.contains("binary.yaml:2:7: expected UTF-8"), "{error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_with_the_system_s_word() {
    let folder = tempfile::tempdir().unwrap();
    for error in errors(&folder.path().join("nowhere.yaml")) {
        assert!(error.contains("nowhere.yaml: no such file"), "{error}");
    }
}
