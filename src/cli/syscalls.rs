//! `amiconfined syscalls`: every syscall, in every ABI, with the layer that stops it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::report;
use crate::syscalls::{Abi, semantics};

use super::args::{ProbeArgs, TreeArgs};
use super::error::{Error, NOT_OBSERVED, SUCCESS};
use super::{inspect, output};

/// The most names that are offered in place of one that is not known.
const NEAREST: usize = 3;

/// Arguments of `syscalls`.
#[derive(Debug, Args)]
pub struct SyscallsArgs {
    /// Explain these syscalls alone, by the kernel's names [default: the matrix of all].
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show this ABI alone; may be given again.
    #[arg(long, value_name = "ABI")]
    pub abi: Vec<String>,
    /// The form.
    #[arg(long, value_enum, default_value_t = SyscallsFormat::Text)]
    pub format: SyscallsFormat,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How the kernel is asked.
    #[command(flatten)]
    pub probe: ProbeArgs,
}

/// The forms of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SyscallsFormat {
    /// For people.
    Text,
    /// For programs; described by schema/syscalls.v1.json.
    Json,
}

/// Runs it. Where nothing could be asked the matrix says why, and the exit code is 3.
pub(super) fn run(args: &SyscallsArgs) -> Result<u8, Error> {
    let abis = abis(&args.abi)?;
    for name in &args.names {
        known(name)?;
    }
    let report = inspect::report_of(inspect::look(None, &TreeArgs::default(), Some(args.probe))?);
    let table = report::syscalls_table(&report, &args.names, &abis);
    let text = match args.format {
        SyscallsFormat::Json => report::syscalls_json(&table)?,
        SyscallsFormat::Text => {
            let options = output::options(args.output.is_some());
            if args.names.is_empty() {
                report::syscalls_text(&table, &options)
            } else {
                report::syscalls_explained(&table, &options)
            }
        }
    };
    output::write(&text, args.output.as_deref())?;
    let asked = report.confinement.seccomp.asked();
    Ok(if asked { SUCCESS } else { NOT_OBSERVED })
}

/// The ABIs asked for, each one that this process can enter.
fn abis(wanted: &[String]) -> Result<Vec<String>, Error> {
    let native = Abi::native();
    let can: Vec<&str> = std::iter::once(&native)
        .chain(native.foreign())
        .map(|abi| abi.as_str())
        .collect();
    match wanted.iter().find(|abi| !can.contains(&abi.as_str())) {
        Some(abi) => Err(Error::Usage(format!(
            "--abi {abi}: expected one of {}",
            can.join(", ")
        ))),
        None => Ok(wanted.to_vec()),
    }
}

/// Whether a table names it; where none does, the names that are nearest to it.
fn known(name: &str) -> Result<(), Error> {
    if semantics(name).is_some() {
        return Ok(());
    }
    let names = Abi::ALL.iter().flat_map(|abi| abi.syscalls());
    let mut near: Vec<(usize, &str)> = names
        .map(|row| (strsim::damerau_levenshtein(name, row.name()), row.name()))
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<&str> = near.iter().take(NEAREST).map(|(_, name)| *name).collect();
    Err(Error::Usage(format!(
        "{name}: no table of Linux {} names such a syscall; the nearest are {}",
        crate::syscalls::KERNEL_RELEASE,
        near.join(", ")
    )))
}
