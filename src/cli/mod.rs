//! Floor 4: arguments and subcommands, one file each.
//!
//! Standard output carries the report alone; what went wrong is one line on standard
//! error, and the exit code says of which kind it was.

mod args;
mod check;
mod compare;
mod compare_args;
mod compare_input;
mod compare_profiles;
mod error;
mod input;
mod inspect;
mod kernel_facts;
mod output;
mod report;
mod report_batches;
mod report_input;
mod seccomp;
mod sweep;
mod syscalls;
mod table_args;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use args::{Cli, Command, Format, InspectArgs, Listed, ProbeArgs, ShownArgs, TreeArgs};
pub use check::{CheckArgs, CheckFormat};
pub use compare_args::{CompareArgs, CompareFormat, Show};
pub use error::{Error, FINDINGS, NOT_OBSERVED, SUCCESS, USAGE};
pub use report::{ClusterFormat, ReportArgs};
pub use seccomp::{
    DiffArgs, DisassembleArgs, DumpArgs, ExportArgs, ExportFormat, SeccompArgs, SeccompCommand,
    SeccompFormat, ShowArgs, SourceArgs,
};
pub use sweep::{SeccompDepth, SweepArgs, SweepFormat};
pub use syscalls::{SyscallsArgs, SyscallsFormat};
pub use table_args::TableArgs;

/// Runs the command line and gives the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.report(),
    }
}

fn run() -> Result<u8, Error> {
    let cli = match arguments() {
        Ok(cli) => cli,
        Err(help)
            if matches!(
                help.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            output::write(&help.render().to_string(), None)?;
            return Ok(SUCCESS);
        }
        Err(error) => return Err(Error::Usage(one_line(&error.to_string()))),
    };
    match cli.command {
        None => inspect::run(&cli.inspect),
        Some(Command::Inspect(args)) => inspect::run(&args),
        Some(Command::Syscalls(args)) => syscalls::run(&args),
        Some(Command::Seccomp(args)) => seccomp::run(&args),
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::Sweep(args)) => sweep::run(&args),
    }
}

/// The arguments. Where there are none, to set up what parses all subcommands' would take a fifth
/// as long as observing.
fn arguments() -> Result<Cli, clap::Error> {
    if std::env::args_os().len() <= 1 {
        return Ok(Cli::default());
    }
    Cli::try_parse()
}

/// The first paragraph of what clap says, on one line and without its prefix.
fn one_line(message: &str) -> String {
    let paragraph = message.split("\n\n").next().unwrap_or(message);
    let words: Vec<&str> = paragraph.lines().map(str::trim).collect();
    let line = words.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}
