//! Guests: the lab's cells on other kernels, with security modules that this machine lacks.
//!
//! A guest is a row of `rows.rs`: a kernel, its parameters, what is made ready in it, and
//! which cells of the same table run there. The guest's memory is its disk: an archive of
//! this machine's runtimes, the binary, and this program, which holds the reports there as
//! it does here. It prints to the guest's console, which is shown, and its last line tells
//! how it ended. `GUEST=` chooses guests by name; `RUNTIME=` and `SETTING=` are the guest's
//! then.
//!
//! - **a guest**: a row there. What has to be done in it before cells run is its `prepare`,
//!   and what is packed for that its `files`, both in a file of their own.
//! - **an expectation** that holds of all in a guest: the row's `wants`. Of one setting: the
//!   setting's own, in `tests/lab/settings/`; a row that only some kernels know is made
//!   where the kernel that is running has it.
//! - **a kernel**: a row of `kernel.rs`. **A machine**: a row of `machine.rs`.

mod apparmor;
mod archive;
mod boot;
mod built;
mod contents;
mod execution;
mod kernel;
mod machine;
mod only64;
mod probe;
mod rows;
pub(crate) mod selinux;
mod trace;
mod yama;

use super::choice::{among, wanted};
use archive::Archive;
use kernel::Kernel;
use machine::Machine;
use rows::ALL;

/// Set in a guest, to its name.
const INSIDE: &str = "AMICONFINED_LAB_GUEST";

/// Where a guest has what this machine has made for the lab.
pub(crate) const MADE: &str = "/made";

/// A kernel that is started, and what is done there.
pub(crate) struct Guest {
    /// Its name in the table and in `GUEST=`.
    pub(crate) name: &'static str,
    machine: &'static Machine,
    kernel: &'static Kernel,
    /// Kernel parameters; `cg=v1` is read by `init.sh`.
    parameters: &'static str,
    /// What is packed besides.
    files: fn(&mut Archive) -> Result<(), String>,
    /// What is done in the guest before the first cell.
    prepare: fn() -> Result<(), String>,
    /// Which runtimes and settings run, in the words of `RUNTIME=` and `SETTING=`.
    pub(crate) runtimes: &'static str,
    pub(crate) settings: &'static str,
    /// JSON pointers into `confinement`, and what must be there in every report.
    pub(crate) wants: &'static [(&'static str, &'static str)],
    /// Runs in `make test`.
    quick: bool,
}

/// The guest that this program runs in.
pub(crate) fn here() -> Option<&'static Guest> {
    let name = std::env::var(INSIDE).ok()?;
    ALL.iter().find(|guest| guest.name == name)
}

impl Guest {
    /// Makes ready what its cells need, in the guest.
    pub(crate) fn ready(&self) -> Result<(), String> {
        (self.prepare)()
    }
}

/// Runs those that are chosen: whether all is well.
pub(crate) fn run() -> bool {
    let named = wanted("GUEST");
    // A tree's programs run on the host alone.
    let host = ["RUNTIME", "SETTING", "TREE"]
        .map(wanted)
        .iter()
        .any(Option::is_some);
    let chosen = |guest: &&Guest| match &named {
        Some(words) => among(words, guest.name),
        None => !host && (guest.quick || wanted("LAB").is_some()),
    };
    let guests: Vec<&Guest> = ALL.iter().filter(chosen).collect();
    if let (Some(words), true) = (&named, guests.is_empty()) {
        println!("no guest is named {words}");
        return false;
    }
    guests.into_iter().filter(|guest| !one(guest)).count() == 0
}

fn one(guest: &Guest) -> bool {
    println!("guest {}", guest.name);
    let kernel = match guest.kernel.fetched(guest.machine.debian) {
        Ok(kernel) => kernel,
        Err(missing) => {
            println!("{:<14} SKIPPED: {missing}", guest.name);
            return true;
        }
    };
    if let Err(missing) = guest.machine.available() {
        println!("{:<14} SKIPPED: {missing}", guest.name);
        return true;
    }
    let result = contents::pack(guest, &kernel)
        .and_then(|archive| boot::run(guest.machine, &kernel, &archive, guest.parameters))
        .and_then(|file| match wanted("CAPTURE") {
            Some(path) => std::fs::write(path, file).map_err(|e| e.to_string()),
            None => Ok(()),
        });
    result
        .map_err(|why| println!("{}: {why}", guest.name))
        .is_ok()
}
