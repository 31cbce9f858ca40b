//! `amiconfined seccomp`: the filter programs of a process, and what they decide.

mod diff;
mod disassemble;
mod dump;
mod export;
mod show;
mod source;
mod threads;

use clap::{Args, Subcommand, ValueEnum};

use super::error::Error;

pub use diff::DiffArgs;
pub use disassemble::DisassembleArgs;
pub use dump::DumpArgs;
pub use export::{ExportArgs, ExportFormat};
pub use show::ShowArgs;
pub use source::SourceArgs;

/// Arguments of `seccomp`.
#[derive(Debug, Args)]
pub struct SeccompArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SeccompCommand,
}

/// What is done with filters.
#[derive(Debug, Subcommand)]
pub enum SeccompCommand {
    /// What filters decide about every syscall: always, never, or for which arguments
    /// [default: this process's own filters, which are asked].
    Show(ShowArgs),
    /// Write one filter as the kernel's bytes, an array of struct sock_filter.
    Dump(DumpArgs),
    /// Write filters as text, one instruction a line.
    Disassemble(DisassembleArgs),
    /// Write a profile that gives the same verdicts [default: as this process's own filters,
    /// which are asked].
    Export(ExportArgs),
    /// Which syscalls are more or less allowed by one than by the other; exit code 1 if any.
    Diff(DiffArgs),
}

/// The forms of `show` and `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeccompFormat {
    /// For people.
    Text,
    /// For programs; described by schema/seccomp.v1.json, of `diff` by
    /// schema/seccomp-diff.v1.json.
    Json,
}

/// Runs it.
pub(super) fn run(args: &SeccompArgs) -> Result<u8, Error> {
    match &args.command {
        SeccompCommand::Show(args) => show::run(args),
        SeccompCommand::Dump(args) => dump::run(args),
        SeccompCommand::Disassemble(args) => disassemble::run(args),
        SeccompCommand::Export(args) => export::run(args),
        SeccompCommand::Diff(args) => diff::run(args),
    }
}
