//! A process's number that another process has: what is held open stays the first one's.

use std::fs;
use std::process::{Child, Command};

use amiconfined::observe::ProcRoot;
use amiconfined::probe::{DumpError, dump};

use super::arena::Arena;

const TEST: &str = "sweep::live::reused::who_gets_a_number_later_is_neither_read_nor_dumped";

/// A process in a sandbox that has this number, which is free.
pub(super) fn again(number: u64) -> Option<Child> {
    for _ in 0..50 {
        fs::write("/proc/sys/kernel/ns_last_pid", (number - 1).to_string()).ok()?;
        // The number goes to the process that unshare makes itself, which then sleeps.
        let mut child = Command::new("unshare")
            .args(["-m", "-n", "sleep", "1000"])
            .spawn()
            .unwrap();
        if u64::from(child.id()) == number {
            return Some(child);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    None
}

#[test]
fn who_gets_a_number_later_is_neither_read_nor_dumped() {
    let Some(_arena) = Arena::enter(TEST, &[]) else {
        return;
    };
    let proc = ProcRoot::open("/proc");
    let mut first = Command::new("sleep").arg("1000").spawn().unwrap();
    let pid = first.id();
    let held = proc.process(pid).unwrap();
    assert!(held.is_alive() && held.start_ticks().is_ok());
    first.kill().unwrap();
    first.wait().unwrap();
    let mut second = again(pid.into()).expect("the number a second time");

    assert!(!held.is_alive());
    for file in ["status", "cgroup", "stat", "attr/current"] {
        assert!(held.read(file, &mut Vec::new()).is_err(), "{file}");
    }
    assert!(held.namespaces().iter().all(Result::is_err));
    // It is stopped by its number, found out to be another, and believed nothing of.
    assert_eq!(dump(pid, &|| held.is_alive()), Err(DumpError::Gone(pid)));
    let now = proc.process(pid).unwrap();
    let mut status = Vec::new();
    now.read("status", &mut status).unwrap();
    let status = String::from_utf8(status).unwrap();
    assert!(status.contains("TracerPid:\t0\n"), "{status}");
    assert!(!status.contains("State:\tt"), "{status}");
    // It has no filter, which is another answer.
    assert_ne!(dump(pid, &|| now.is_alive()), Err(DumpError::Gone(pid)));
    second.kill().unwrap();
    second.wait().unwrap();
}
