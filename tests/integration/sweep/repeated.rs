//! Sweeps from the command line, once and again and again.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::tree::{Proc, Tree};

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_amiconfined"))
}

fn lines(from: ChildStdout) -> Receiver<Value> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = send.send(serde_json::from_str(&line).unwrap());
        }
    });
    lines
}

fn term(child: &Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(pid, Signal::SIGTERM).unwrap();
}

/// Waits for a line about one container.
fn about(lines: &Receiver<Value>, id: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left).expect("a line");
        let of = line["identity"]["id"].as_str().or(line["id"].as_str());
        if of == Some(id) {
            return line;
        }
    }
}

/// The id of the sandbox that `unshare` makes, once it has become `sleep` in it.
fn settled(sandbox: &Child) -> String {
    let own = std::fs::read_link("/proc/self/ns/mnt").unwrap();
    let dir = format!("/proc/{}", sandbox.id());
    loop {
        let link = std::fs::read_link(format!("{dir}/ns/mnt")).unwrap();
        if link != own && std::fs::read(format!("{dir}/comm")).unwrap() == b"sleep\n" {
            return link.into_os_string().into_string().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_comes_changes_and_goes_is_told_once_and_sigterm_ends_it_at_once() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let mut sweep = binary()
        .args(["sweep", "--every", "1s", "--format", "ndjson"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = lines(sweep.stdout.take().unwrap());
    let mut sandbox = Command::new("unshare")
        .args(["-m", "-n", "sleep", "1000"])
        .spawn()
        .unwrap();
    let id = settled(&sandbox);
    let id = id.as_str();
    let first = about(&said, id);
    assert_eq!(first["schema"], "amiconfined/container/v1");
    // A sweep may have come by while `unshare` was making it: it has changed since, once.
    let is_whole = |line: &Value| line["confinement"]["process"]["comm"]["known"] == "sleep";
    let mut whole = is_whole(&first);
    // Another sweep or two say nothing of what did not change.
    let mut quiet = Instant::now() + Duration::from_millis(2300);
    while let Ok(line) = said.recv_timeout(quiet.saturating_duration_since(Instant::now())) {
        if line["identity"]["id"].as_str() == Some(id) {
            assert!(!whole && is_whole(&line), "said twice: {first} {line}");
            whole = true;
            quiet += Duration::from_millis(2300);
        }
    }
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    assert_eq!(about(&said, id)["schema"], "amiconfined/gone/v1");
    let begun = Instant::now();
    term(&sweep);
    let status = sweep.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

/// How often a container of this name is told of in three seconds of a machine at rest.
fn told_of(tree: &Tree, name: &str, more: &[&str]) -> usize {
    let root = tree.proc().parent().unwrap().to_owned();
    let mut command = binary();
    command.args(["sweep", "--every", "1s", "--format", "ndjson"]);
    command.arg("--host-proc").arg(tree.proc());
    command.arg("--host-root").arg(root).args(more);
    let mut sweep = command.stdout(Stdio::piped()).spawn().unwrap();
    let said = lines(sweep.stdout.take().unwrap());
    std::thread::sleep(Duration::from_secs(3));
    term(&sweep);
    sweep.wait().unwrap();
    let of = said.iter().filter(|line| line["identity"]["id"] == name);
    of.count()
}

#[test]
fn two_of_one_name_are_each_told_once_and_with_full_every_time() {
    let tree = Tree::new();
    for (runtime, pid) in [("runc", 100), ("youki", 200)] {
        let start = pid * 100;
        tree.write(
            &format!("run/{runtime}/web/state.json"),
            format!(r#"{{"id":"web","init_process_pid":{pid},"init_process_start":{start}}}"#),
        );
        tree.add(&Proc::contained(pid, 1, u64::from(pid) * 10, 1).at(&format!("/{runtime}")));
    }
    assert_eq!(told_of(&tree, "web", &[]), 2);
    let full = told_of(&tree, "web", &["--full"]);
    assert!(full >= 4 && full.is_multiple_of(2), "{full}");
}

#[test]
fn sigterm_in_the_middle_of_a_sweep_ends_it_at_once_and_replaces_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.ndjson");
    std::fs::write(&file, "before\n").unwrap();
    // A sweep of so many takes a second and more.
    let tree = Tree::new();
    for pid in 1000..1800 {
        tree.add(&Proc::contained(pid, 1, u64::from(pid) * 10, 1).at(&format!("/runc/{pid}")));
    }
    let root = tree.proc().parent().unwrap().to_owned();
    let mut command = binary();
    command.args(["sweep", "--every", "1h", "--format", "ndjson", "--output"]);
    command.arg(&file).arg("--host-proc").arg(tree.proc());
    let mut sweep = command.arg("--host-root").arg(root).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    term(&sweep);
    assert_eq!(sweep.wait().unwrap().code(), Some(0));
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"before\n");
}

#[test]
fn the_first_process_of_a_pid_namespace_ends_on_sigterm_too() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    // As a container's first process: signals without a handler are ignored there.
    let mut outer = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["sweep", "--every", "1h", "--format", "ndjson"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let children = format!("/proc/{0}/task/{0}/children", outer.id());
    let inner = std::fs::read_to_string(children).unwrap();
    let inner: i32 = inner.trim().parse().unwrap();
    let begun = Instant::now();
    kill(Pid::from_raw(inner), Signal::SIGTERM).unwrap();
    assert_eq!(outer.wait().unwrap().code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_file_is_whole_at_any_time_and_a_reader_that_leaves_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.prom");
    let mut sweep = binary()
        .args([
            "sweep",
            "--every",
            "1s",
            "--format",
            "prometheus",
            "--output",
        ])
        .arg(&file)
        .spawn()
        .unwrap();
    let (begun, mut read) = (Instant::now(), 0);
    // A busy machine may take longer than a second for the first one.
    while begun.elapsed() < Duration::from_millis(2500)
        || read == 0 && begun.elapsed() < Duration::from_secs(30)
    {
        if let Ok(text) = std::fs::read_to_string(&file) {
            assert!(text.starts_with("# HELP") && text.ends_with('\n'), "{text}");
            read += 1;
        }
    }
    term(&sweep);
    assert_eq!(sweep.wait().unwrap().code(), Some(0));
    assert!(read > 0, "never written");
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");

    let mut sweep = binary()
        .args(["sweep", "--every", "1s", "--full"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(sweep.stdout.take());
    let begun = Instant::now();
    assert_eq!(sweep.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn errors_are_one_line_and_have_their_own_exit_codes() {
    let ran = |args: &[&str]| {
        let output = binary().arg("sweep").args(args).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        (output.status.code(), stderr)
    };
    let (code, said) = ran(&["--host-proc", "/nonexistent"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("/nonexistent") && said.contains("ENOENT"),
        "{said}"
    );
    for usage in [
        &["--every", "0s"][..],
        &["--columns", "nothing"],
        &["--full"],
        &["--sort", "x"],
    ] {
        assert_eq!(ran(usage).0, Some(2), "{usage:?}");
    }
    let (code, said) = ran(&["--declared", "/nonexistent.yaml"]);
    assert_eq!(code, Some(2), "{said}");
}
