//! Where filters come from: a process, or a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::threads;
use crate::bpf::{INSTRUCTION_LEN, MAX_INSTRUCTIONS, Program};
use crate::cli::args::{ProbeArgs, TreeArgs};
use crate::cli::error::{Error, escaped};
use crate::cli::{input, inspect};
use crate::confinement::{Confinement, SeccompMode};
use crate::observe::ProcRoot;
use crate::probe::{Dump, dump};

/// Arguments that say whose filters are meant.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The process, or one of its threads.
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

impl SourceArgs {
    /// The programs of the process or of the file; `None` where neither is named.
    pub(super) fn programs(&self) -> Result<Option<Vec<Program>>, Error> {
        match (&self.file, self.pid) {
            (Some(file), _) => of_file(file).map(|program| Some(vec![program])),
            (None, Some(pid)) => of_process(pid).map(|dumped| Some(dumped.programs)),
            (None, None) => Ok(None),
        }
    }
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
    let bytes = input::file(path, MAX_INSTRUCTIONS * INSTRUCTION_LEN)?;
    Program::from_ne_bytes(&bytes).map_err(|error| {
        Error::Input(format!(
            "{}: {error}, expected an array of struct sock_filter",
            escaped(path)
        ))
    })
}

/// What this process finds out about itself. Its own filters it can never dump
/// (`seccomp_get_filter`, kernel/seccomp.c), but ask.
pub(super) fn of_self() -> Result<Confinement, Error> {
    inspect::look(None, &TreeArgs::default(), Some(ProbeArgs::default()))
}
