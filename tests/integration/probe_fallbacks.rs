//! Where a filter kills, or no process may be started: what is reported then, and when.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

/// The longest that a run may take.
const LIMIT: Duration = Duration::from_secs(2);
/// What a shell says of a process that SIGSYS ended.
const KILLED: i32 = 128 + 31;

/// Runs the binary under a filter that bubblewrap loads right before execve.
fn under(filter: &ScmpFilterContext, args: &[&str]) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter.bpf");
    filter
        .export_bpf(std::fs::File::create(&file).unwrap())
        .unwrap();
    let script = "bpf=$1; shift; exec bwrap --dev-bind / / --seccomp 3 \"$0\" \"$@\" 3<\"$bpf\"";
    let started = Instant::now();
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_amiconfined")])
        .arg(&file)
        .args(args)
        .output()
        .unwrap();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    if output.status.code() == Some(127) {
        println!("SKIPPED: bubblewrap");
        return None;
    }
    Some(output)
}

fn named(filter: &mut ScmpFilterContext, action: ScmpAction, names: &[&str]) {
    for name in names {
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(action, call).unwrap();
    }
}

/// No program can report anything then: it is killed at its first call, and says nothing.
#[test]
fn a_filter_that_kills_on_everything_but_execve_ends_it_at_once_and_without_half_a_report() {
    let mut filter = ScmpFilterContext::new(ScmpAction::KillProcess).unwrap();
    named(&mut filter, ScmpAction::Allow, &["execve"]);
    let Some(output) = under(&filter, &["--format", "json"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(KILLED), "{output:?}");
    assert!(output.stdout.is_empty());
}

/// That a process may not be started shows only when one is: without the probe there is a
/// whole report, with it there is none rather than half of one.
#[test]
fn a_filter_that_kills_on_clone_leaves_the_report_without_the_probe() {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let start = ["clone", "clone3", "fork", "vfork"];
    named(&mut filter, ScmpAction::KillProcess, &start);
    let Some(output) = under(&filter, &["--no-probe", "--format", "json"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["confinement"]["seccomp"]["mode"]["known"], "filter");
    let Some(output) = under(&filter, &["--format", "json"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(KILLED), "{output:?}");
    assert!(output.stdout.is_empty());
}

/// Where the pids controller is, in either version of control groups.
fn pids_controller() -> Option<&'static Path> {
    let v1 = Path::new("/sys/fs/cgroup/pids");
    if v1.is_dir() {
        return Some(v1);
    }
    let v2 = Path::new("/sys/fs/cgroup");
    let offered = std::fs::read_to_string(v2.join("cgroup.subtree_control")).ok()?;
    offered
        .split_whitespace()
        .any(|c| c == "pids")
        .then_some(v2)
}

#[test]
fn a_limit_of_one_process_is_said_and_all_else_is_reported() {
    let Some(controller) = pids_controller() else {
        println!("SKIPPED: a pids controller for groups of its own");
        return;
    };
    let group = controller.join(format!("amiconfined-test-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir(&group) {
        println!("SKIPPED: root, for a control group: {error}");
        return;
    }
    std::fs::write(group.join("pids.max"), "1").unwrap();
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    named(&mut filter, ScmpAction::Errno(1), &["mount"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter.bpf");
    filter
        .export_bpf(std::fs::File::create(&file).unwrap())
        .unwrap();
    let output = limited_and_filtered(&group, &file);
    std::fs::remove_dir(&group).unwrap();

    let Some(output) = output else { return };
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let seccomp = &report["confinement"]["seccomp"];
    assert_eq!(seccomp["mode"]["known"], "filter");
    assert_eq!(seccomp["method"]["method"], "not_probed");
    let why = seccomp["method"]["why"].as_str().unwrap();
    assert!(why.contains("clone: EAGAIN"), "{why}");
    let effective = &report["confinement"]["capabilities"]["effective"];
    assert!(!effective["known"].is_null(), "{effective}");
}

/// Runs the binary under a filter, in a group that it enters as the last thing before
/// execve: bubblewrap before it needs more than one process.
fn limited_and_filtered(group: &Path, filter: &Path) -> Option<Output> {
    let script = "exec bwrap --dev-bind / / --seccomp 3 sh -c \
        'echo $$ > \"$1/cgroup.procs\" && exec \"$0\" --format json' \"$0\" \"$1\" 3<\"$2\"";
    let started = Instant::now();
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_amiconfined")])
        .arg(group)
        .arg(filter)
        .output()
        .unwrap();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    if output.status.code() == Some(127) {
        println!("SKIPPED: bubblewrap");
        return None;
    }
    Some(output)
}
