//! Device nodes beyond those that every container has.

use std::collections::BTreeMap;

use nix::sys::stat::{SFlag, major, minor};

use super::Observer;
use super::read_error::ReadError;
use crate::confinement::{DeviceNode, Reading};

/// Every runtime makes these (`config-linux.md` of the OCI runtime specification):
/// null, zero, full, random, urandom, tty, console, ptmx.
const DEFAULT: [(u64, u64); 8] = [
    (1, 3),
    (1, 5),
    (1, 7),
    (1, 8),
    (1, 9),
    (5, 0),
    (5, 1),
    (5, 2),
];

/// Terminals of `/dev/pts`, Unix98 pseudo-terminal slaves.
const PTS_MAJORS: std::ops::RangeInclusive<u64> = 136..=143;

/// How deep `/dev` is looked through: `/dev/bus/usb/001/002` is the deepest usual node.
const MAX_DEPTH: usize = 4;

/// The most nodes that are listed; a machine has a few hundred.
const MAX_NODES: usize = 4096;

/// Finds the nodes in the process's `/dev`. None is opened.
pub(super) fn devices(o: &Observer<'_>) -> Reading<Vec<DeviceNode>> {
    let mut found = BTreeMap::new();
    match walk(o, b"dev", MAX_DEPTH, &mut found) {
        Ok(()) => Reading::Known(found.into_values().collect()),
        Err(error) if error.is_missing() && o.options.live && o.files.dir().is_ok() => {
            Reading::Known(Vec::new())
        }
        Err(error) => error.denied(o.file_lift(&error)),
    }
}

fn walk(
    o: &Observer<'_>,
    dir: &[u8],
    depth: usize,
    found: &mut BTreeMap<Vec<u8>, DeviceNode>,
) -> Result<(), ReadError> {
    for name in o.files.entries(dir)? {
        let path = [dir, b"/", &name].concat();
        let Ok(stat) = o.files.lstat(&path) else {
            continue; // gone since the directory was read
        };
        let kind = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT;
        if kind == SFlag::S_IFDIR && depth > 1 {
            // A directory that may not be looked into hides nodes, and hides them from the process too.
            match walk(o, &path, depth - 1, found) {
                Err(error) if !o.options.target.is_self => return Err(error),
                _ => {}
            }
        } else if kind == SFlag::S_IFCHR || kind == SFlag::S_IFBLK {
            let block = kind == SFlag::S_IFBLK;
            let (major, minor) = (major(stat.st_rdev), minor(stat.st_rdev));
            let default = DEFAULT.contains(&(major, minor)) || PTS_MAJORS.contains(&major);
            if !block && default || found.len() >= MAX_NODES {
                continue;
            }
            let path = [b"/", path.as_slice()].concat();
            let node = DeviceNode {
                path: path.as_slice().into(),
                block,
                major,
                minor,
            };
            found.insert(path, node);
        }
    }
    Ok(())
}
