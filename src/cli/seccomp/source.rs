//! Where filters come from: a process, or a file.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::threads;
use crate::bpf::{INSTRUCTION_LEN, MAX_INSTRUCTIONS, Program};
use crate::cli::args::{ProbeArgs, TreeArgs};
use crate::cli::error::{Error, escaped, reason};
use crate::cli::inspect;
use crate::confinement::{Confinement, SeccompMode};
use crate::observe::ProcRoot;
use crate::probe::{Dump, dump};

/// Arguments that say whose filters are meant.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The process, or one of its threads [default: this one, whose filters are asked].
    #[arg(
        long,
        value_name = "PID",
        conflicts_with = "file",
        value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff)
    )]
    pub pid: Option<u32>,
    /// A file as `seccomp dump` writes it.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The filters of a process, which stands still meanwhile and always goes on: those of the
/// thread with this number. That others of its threads have other ones is said.
pub(super) fn of_process(pid: u32) -> Result<Dump, Error> {
    let dir = ProcRoot::open("/proc")
        .process(pid)
        .map_err(|error| Error::Input(error.to_string()))?;
    // Of a process without filters the kernel gives none, but the error that it gives as well
    // where it was built without this request (`seccomp_get_filter`, kernel/seccomp.c).
    let seen = inspect::look(Some(pid), &TreeArgs::default(), None)?;
    let dumped = if seen.seccomp.mode.is(&SeccompMode::Disabled) {
        Dump {
            programs: Vec::new(),
            pause: Duration::ZERO,
        }
    } else {
        dump(pid, &|| dir.is_alive()).map_err(|error| {
            Error::NotObserved(format!(
                "process {pid}: {error}; lifted by {}",
                error.lifted_by()
            ))
        })?
    };
    threads::warn(&dir, pid, &dumped.programs);
    Ok(dumped)
}

/// The filter in a file.
pub(super) fn of_file(path: &Path) -> Result<Program, Error> {
    let wrong = |why: String| Error::Input(format!("{}: {why}", escaped(path)));
    let most = MAX_INSTRUCTIONS * INSTRUCTION_LEN;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| wrong(reason(&error)))?;
    Program::from_ne_bytes(&bytes)
        .map_err(|error| wrong(format!("{error}, expected an array of struct sock_filter")))
}

/// What this process finds out about itself. Its own filters it can never dump
/// (`seccomp_get_filter`, kernel/seccomp.c), but ask.
pub(super) fn of_self() -> Result<Confinement, Error> {
    inspect::look(None, &TreeArgs::default(), Some(ProbeArgs::default()))
}
