//! Device nodes; a run of them, such as every terminal, on one line.

use crate::confinement::{DeviceNode, Filesystem};
use crate::report::page::Section;
use crate::report::show;

const KEY: &str = "filesystem.devices";
const LABEL: &str = "device";

pub(super) fn add(s: &mut Section, filesystem: &Filesystem) {
    let Some(devices) = filesystem.devices.known() else {
        s.add(
            KEY,
            LABEL,
            show::reading(&filesystem.devices, |_| String::new()),
        );
        return;
    };
    if devices.is_empty() {
        s.plain(KEY, LABEL, "none");
    }
    for run in runs(devices) {
        s.plain(KEY, LABEL, line(&run));
    }
}

/// The nodes by number, those that follow each other in number and in name together.
fn runs(devices: &[DeviceNode]) -> Vec<Vec<&DeviceNode>> {
    let mut sorted: Vec<&DeviceNode> = devices.iter().collect();
    sorted.sort_by_key(|d| (d.block, d.major, d.minor, &d.path));
    let mut runs: Vec<Vec<&DeviceNode>> = Vec::new();
    for device in sorted {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| follows(last, device)) => run.push(device),
            _ => runs.push(vec![device]),
        }
    }
    runs
}

/// Whether `next` is `last` with every number one higher: tty1 (4:1) after tty0 (4:0).
fn follows(last: &DeviceNode, next: &DeviceNode) -> bool {
    let name = |device: &DeviceNode| {
        let path = device.path.to_string();
        let stem = path.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u64 = path.get(stem.len()..)?.parse().ok()?;
        Some((stem.to_owned(), number))
    };
    let (Some((stem, number)), Some((next_stem, next_number))) = (name(last), name(next)) else {
        return false;
    };
    (last.block, last.major) == (next.block, next.major)
        && last.minor.checked_add(1) == Some(next.minor)
        && stem == next_stem
        && number.checked_add(1) == Some(next_number)
}

fn line(run: &[&DeviceNode]) -> String {
    let kind = |d: &DeviceNode| if d.block { "block" } else { "character" };
    match run {
        [first, .., last] => format!(
            "{} to {} ({} {}:{} to {})",
            first.path,
            last.path,
            kind(first),
            first.major,
            first.minor,
            last.minor
        ),
        [only] => format!(
            "{} ({} {}:{})",
            only.path,
            kind(only),
            only.major,
            only.minor
        ),
        [] => String::new(),
    }
}
