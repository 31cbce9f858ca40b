//! The other threads of a process whose filters are dumped: each thread has its own.

use crate::bpf::Program;
use crate::cli::error::say;
use crate::observe::{ProcRoot, ProcessDir};
use crate::probe::dump;

/// The most that are looked at. Each stands still for about a tenth of a millisecond.
const MOST: usize = 256;
/// The most that are named.
const NAMED: usize = 8;

/// Says on standard error which other threads have other filters than these of `thread`, and
/// of how many that could not be known.
pub(super) fn warn(dir: &ProcessDir, thread: u32, programs: &[Program]) {
    let others: Vec<u32> = ProcRoot::open(dir.path().join("task"))
        .pids()
        .unwrap_or_default()
        .into_iter()
        .filter(|other| *other != thread)
        .collect();
    let (mut differing, mut unknown) = (Vec::new(), others.len().saturating_sub(MOST));
    for other in others.into_iter().take(MOST) {
        match of_thread(dir, other) {
            Some(found) if found == programs => {}
            Some(_) => differing.push(other.to_string()),
            // One that has ended meanwhile has none.
            None => unknown += usize::from(is_there(dir, other)),
        }
    }
    let named = differing.get(..NAMED.min(differing.len())).unwrap_or(&[]);
    let more = differing.len() - named.len();
    if !differing.is_empty() {
        let (named, more) = (named.join(" "), if more > 0 { " and more" } else { "" });
        say(&format!(
            "warning: these are the filters of thread {thread} alone; of the same process, {} \
             have other ones: {named}{more}, each of which --pid takes",
            threads(differing.len())
        ));
    }
    if unknown > 0 {
        say(&format!(
            "warning: these are the filters of thread {thread}; whether {} of the same process \
             have the same is not known",
            threads(unknown)
        ));
    }
}

fn threads(count: usize) -> String {
    format!("{count} {}", if count == 1 { "thread" } else { "threads" })
}

fn is_there(dir: &ProcessDir, thread: u32) -> bool {
    dir.read(&format!("task/{thread}/stat"), &mut Vec::new())
        .is_ok()
}

/// The filters of a thread, without stopping one that has none; `None` where they cannot be had.
fn of_thread(dir: &ProcessDir, thread: u32) -> Option<Vec<Program>> {
    let mut status = Vec::new();
    dir.read(&format!("task/{thread}/status"), &mut status)
        .ok()?;
    let mut lines = status.split(|byte| *byte == b'\n');
    let mode = lines.find_map(|line| line.strip_prefix(b"Seccomp:"))?;
    if mode.trim_ascii() == b"0" {
        return Some(Vec::new());
    }
    let dumped = dump(thread, &|| is_there(dir, thread)).ok()?;
    Some(dumped.programs)
}
