//! Programs out of another Debian's tree, `TREE=`: newer releases than the machine's own.
//!
//! They run with the tree as their root, in which the lab has put the machine's /proc,
//! /sys, /dev and /run, and the folder of its own files.

use std::path::PathBuf;
use std::process::Command;

/// The names of the runtimes that a tree may have.
const RUNTIMES: [&str; 3] = ["runc", "crun", "podman"];

/// The tree, where one is given.
pub(crate) fn root() -> Option<PathBuf> {
    let root = std::env::var_os("TREE").filter(|root| !root.is_empty())?;
    Some(PathBuf::from(root))
}

/// Whether a runtime is run: with a tree only those that come from it.
pub(crate) fn has(runtime: &str) -> bool {
    root().is_none() || RUNTIMES.contains(&runtime)
}

/// A program of the tree, or else of the machine.
pub(super) fn program(name: &str) -> Command {
    match root() {
        Some(root) if RUNTIMES.contains(&name) => {
            let mut command = Command::new("chroot");
            command.arg(root).arg(name);
            command
        }
        _ => Command::new(name),
    }
}
