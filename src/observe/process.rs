//! Which process: its name, parent, tracer and start time.

use super::Observer;
use super::status::{decimal, lifted_by, malformed, number};
use crate::confinement::{Process, Reading, Text};

/// Reads the process noun.
pub(super) fn process(o: &Observer<'_>) -> Process {
    Process {
        pid: pid(o),
        is_self: o.options.target.is_self,
        comm: match o.pid_dir.read("comm") {
            Ok(bytes) => {
                // The kernel ends the name with one line feed; those before it are the name's own.
                Reading::Known(Text::from(bytes.strip_suffix(b"\n").unwrap_or(&bytes)))
            }
            Err(error) => error.denied(lifted_by(&error)),
        },
        parent: o.status.field("PPid", "since Linux 2.4", decimal),
        tracer: o.status.field("TracerPid", "since Linux 2.4", decimal),
        start_ticks: start_ticks(o),
    }
}

/// Its id. A filter may answer getpid(2) in the kernel's stead: with 0 or an error, and no process
/// has such an id.
fn pid(o: &Observer<'_>) -> u32 {
    let told = o.options.target.pid;
    if told != 0 && i32::try_from(told).is_ok() {
        return told;
    }
    // Seen from its own pid namespace, the innermost one (since Linux 4.1).
    let innermost = |ids: &[u8]| decimal(ids.rsplit(u8::is_ascii_whitespace).next()?);
    let seen = o.status.field("NSpid", "since Linux 4.1", innermost);
    let seen = seen.known().copied();
    seen.or_else(|| o.status.field("Pid", "", decimal).known().copied())
        .unwrap_or(0)
}

/// Field 22 of `/proc/PID/stat`, `proc_pid_stat(5)`, in clock ticks since boot.
pub(super) fn start_ticks(o: &Observer<'_>) -> Reading<u64> {
    match o.pid_dir.read("stat") {
        Err(error) => error.denied(lifted_by(&error)),
        Ok(bytes) => match field_22(&bytes) {
            Some(ticks) => Reading::Known(ticks),
            None => malformed(&o.pid_dir.path().join("stat"), "field 22"),
        },
    }
}

/// The name in field 2 may hold blanks and parentheses: fields count from its last one.
pub(super) fn field_22(stat: &[u8]) -> Option<u64> {
    let end = stat.iter().rposition(|b| *b == b')')?;
    let word = stat.get(end + 1..)?.split(u8::is_ascii_whitespace);
    word.filter(|w| !w.is_empty())
        .nth(19)
        .and_then(|w| number(w, 10))
}

#[cfg(test)]
mod tests {
    use super::field_22;
    use proptest::prelude::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let stat = b"7 (a) S 1 ) x) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9 9\n";
        assert_eq!(field_22(stat), Some(777));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            field_22(&bytes);
        }
    }
}
