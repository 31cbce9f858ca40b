//! The kernel's trace of the syscalls whose bodies run: `raw_syscalls/sys_enter` comes after
//! every filter has let a call through.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::runtimes::must;

const TRACEFS: &str = "/sys/kernel/tracing";

/// One call that a body answered.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: u64,
    pub(super) arguments: [u64; 6],
}

/// Mounts it, and has it follow children.
pub(super) fn ready() -> Result<(), String> {
    must(Command::new("mount").args(["-t", "tracefs", "tracefs", TRACEFS]))?;
    set("buffer_size_kb", "16384")?;
    set("options/event-fork", "1")
}

fn set(file: &str, value: &str) -> Result<(), String> {
    let at = Path::new(TRACEFS).join(file);
    std::fs::write(at, value).map_err(|e| format!("{file}: {e}"))
}

/// Calls in their order, by process.
type Calls = BTreeMap<u32, Vec<Call>>;

/// Runs a command: what it printed, and the calls that it and all below it ran.
pub(super) fn of(words: &[&str]) -> Result<(Vec<u8>, Calls), String> {
    let at = Path::new(TRACEFS);
    set("trace", "")?;
    let script =
        "echo $$ > $0/set_event_pid; echo 1 > $0/events/raw_syscalls/sys_enter/enable; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, TRACEFS])
        .args(words)
        .output();
    set("events/raw_syscalls/sys_enter/enable", "0")?;
    let output = output.map_err(|e| e.to_string())?;
    let text = std::fs::read(at.join("trace")).map_err(|e| e.to_string())?;
    let mut calls = Calls::new();
    for line in String::from_utf8_lossy(&text).lines() {
        if let Some((process, call)) = entered(line) {
            calls.entry(process).or_default().push(call);
        }
    }
    if calls.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("nothing was traced: {errors}"));
    }
    Ok((output.stdout, calls))
}

/// `name-PID [000] ..... 1.234567: sys_enter: NR 39 (…)`.
fn entered(line: &str) -> Option<(u32, Call)> {
    let (head, call) = line.split_once(": sys_enter: NR ")?;
    let (task, _) = head.split_once('[')?;
    let process = task.trim().rsplit_once('-')?.1.trim().parse().ok()?;
    let (number, rest) = call.split_once(" (")?;
    let mut arguments = [0; 6];
    let words = rest.trim_end_matches(')').split(", ");
    for (argument, word) in arguments.iter_mut().zip(words) {
        *argument = u64::from_str_radix(word, 16).ok()?;
    }
    let number = number.parse().ok()?;
    Some((process, Call { number, arguments }))
}

/// The names of x86_64, from the table, read by the lab.
pub(super) fn names() -> BTreeMap<u64, &'static str> {
    include_str!("../../../syscall-tables/x86_64.tbl")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| {
            let (number, name) = l.split_once(|c: char| c.is_whitespace())?;
            Some((number.parse().ok()?, name.trim()))
        })
        .collect()
}
