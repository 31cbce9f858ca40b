//! The execution probe when things go wrong: `strace` kills, delays and refuses.

use std::process::Command;

use serde_json::Value;

/// Runs the probe with a fault; the matrix, and whether strace may trace here at all.
fn with_fault(inject: &str) -> Option<Value> {
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", inject])
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["syscalls", "--execute", "--format", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("PTRACE_TRACEME") {
        println!("SKIPPED: ptrace(2): {errors}");
        return None;
    }
    assert!(output.status.success(), "{errors}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What the probe says that came of a native call.
fn executed(matrix: &Value, name: &str) -> Value {
    let mut rows = matrix["syscalls"].as_array().unwrap().iter();
    let row = rows.find(|row| row["name"] == name).unwrap();
    row["abis"][0]["executed"].clone()
}

/// How many calls came to an answer of the kernel's.
fn answered(matrix: &Value) -> usize {
    let rows = matrix["syscalls"].as_array().unwrap().iter();
    let cells = rows.map(|row| &row["abis"][0]["executed"]);
    let answered = |e: &&Value| !e.is_null() && e.get("not_executed").is_none();
    cells.filter(answered).count()
}

/// Nothing is under a filter in these: the tests' own process has none.
fn unfiltered() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let free = status.lines().any(|line| line == "Seccomp:\t0");
    if !free {
        println!("SKIPPED: a process without filters");
    }
    free
}

#[test]
fn a_child_that_is_killed_in_the_middle_costs_one_answer() {
    if !unfiltered() {
        return;
    }
    let Some(matrix) = with_fault("inject=acct:signal=KILL") else {
        return;
    };
    let why = executed(&matrix, "acct")["not_executed"].clone();
    assert_eq!(why, "no answer: the child died of SIGKILL in it");
    assert!(answered(&matrix) > 250, "{}", answered(&matrix));
}

#[test]
fn a_call_that_does_not_return_is_given_up() {
    if !unfiltered() {
        return;
    }
    let Some(matrix) = with_fault("inject=acct:delay_enter=2000000") else {
        return;
    };
    let why = executed(&matrix, "acct")["not_executed"].clone();
    assert_eq!(
        why,
        "no answer: it did not return at once, and its child was killed"
    );
    assert!(answered(&matrix) > 0);
}

#[test]
fn where_no_child_can_be_had_nothing_is_executed() {
    if !unfiltered() {
        return;
    }
    let Some(matrix) = with_fault("inject=clone:error=EAGAIN") else {
        return;
    };
    assert_eq!(answered(&matrix), 0);
    let why = executed(&matrix, "acct")["not_executed"].clone();
    let why = why.as_str().unwrap();
    assert!(
        why.starts_with("no child to execute it in: EAGAIN"),
        "{why}"
    );
}

/// The tool itself is killed while it waits for its child: the child ends as well.
#[test]
fn nothing_is_left_where_the_tool_is_killed() {
    if !unfiltered() {
        return;
    }
    // strace ends only when every process that it follows has ended. The tool sleeps while
    // it waits; its child makes the same call with a wrong clock, once.
    let status = Command::new("timeout")
        .args(["--signal=KILL", "60"])
        .args(["strace", "-f", "-qq", "-o", "/dev/null"])
        .args(["-e", "inject=clock_nanosleep:signal=KILL:when=3"])
        .args(["-e", "inject=acct:delay_enter=1000000"])
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["syscalls", "--execute", "--format", "json"])
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_ne!(status.code(), Some(124), "{status}");
    assert_ne!(status.code(), Some(137), "{status}");
}
