//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::check::CheckArgs;
use super::compare_args::CompareArgs;
use super::report::ReportArgs;
use super::seccomp::SeccompArgs;
use super::sweep::SweepArgs;
use super::syscalls::SyscallsArgs;
use crate::report::SyscallList;

/// Tells what confinement a Linux process is really under.
///
/// Without a subcommand it inspects itself, that is, the container it runs in.
/// Nothing is changed, no network is opened, and no syscall that is asked about is executed,
/// but for those that --execute asks for.
#[derive(Debug, Default, Parser)]
#[command(name = "amiconfined", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Exit codes: 0 the report was made, 1 findings, 2 usage or input error, \
    3 not enough could be observed."
)]
pub struct Cli {
    /// The subcommand; `inspect` where there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of `inspect`.
    #[command(flatten)]
    pub inspect: InspectArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report the confinement of this process, or of another one.
    Inspect(InspectArgs),
    /// Show every syscall in every ABI, with the layer that stops it; or explain some.
    Syscalls(SyscallsArgs),
    /// Dump the seccomp filters of a process, or put them into words.
    Seccomp(SeccompArgs),
    /// Hold what is declared against what the kernel enforces.
    Compare(Box<CompareArgs>),
    /// Judge by the Pod Security Standards what is declared, or what is enforced.
    Check(CheckArgs),
    /// Make one report of what the sweeps of many nodes logged.
    Report(ReportArgs),
    /// Report every container of a node, from the node.
    Sweep(Box<SweepArgs>),
}

/// Where a process is looked at.
#[derive(Debug, Clone, Args)]
pub struct TreeArgs {
    /// Read this /proc instead, such as a host's that is mounted elsewhere.
    #[arg(long, value_name = "DIR", default_value = "/proc")]
    pub proc_root: PathBuf,
    /// Read a captured file tree, its `proc` included, instead of the running machine.
    #[arg(
        long,
        value_name = "DIR",
        requires = "pid",
        conflicts_with = "proc_root"
    )]
    pub captured: Option<PathBuf>,
}

impl Default for TreeArgs {
    fn default() -> Self {
        let (proc_root, captured) = ("/proc".into(), None);
        Self {
            proc_root,
            captured,
        }
    }
}

/// Arguments of `inspect`.
#[derive(Debug, Default, Args)]
pub struct InspectArgs {
    /// Inspect this process instead; everything but the probe.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub pid: Option<u32>,
    /// Where it is looked at.
    #[command(flatten)]
    pub tree: TreeArgs,
    /// Do not ask the seccomp filters.
    #[arg(long)]
    pub no_probe: bool,
    /// How the kernel is asked.
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// How to show it.
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// How the kernel is asked about syscalls.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ProbeArgs {
    /// Also make the calls that the tables clear, in a child, to see which layer refuses:
    /// their arguments change nothing, whoever makes them.
    #[arg(long)]
    pub execute: bool,
    /// Ask by a tracer where a filter has a listener already: what it notifies then comes to
    /// that listener's supervisor, who may answer it, or let it run as it was asked.
    #[arg(long)]
    pub probe_under_listener: bool,
    /// Tell calls that a filter hands to a tracer from those that it allows: a child is
    /// killed for each, and the kernel may log that.
    #[arg(long)]
    pub tell_trace: bool,
}

/// How a report is shown, and where.
#[derive(Debug, Default, Args)]
pub struct ShownArgs {
    /// The report's format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// How many syscalls are listed [default: blocked in text, all in JSON].
    #[arg(long, value_enum)]
    pub syscalls: Option<Listed>,
    /// Say of each line why it matters.
    #[arg(long)]
    pub explain: bool,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A report's format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; described by schema/report.v1.json.
    Json,
    /// As amicontained writes it.
    Amicontained,
}

/// How many syscalls are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Every one.
    All,
    /// Those that are stopped, or whose answer is not plain.
    Blocked,
    /// Counts only.
    Summary,
}

impl From<Listed> for SyscallList {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::All => Self::All,
            Listed::Blocked => Self::Blocked,
            Listed::Summary => Self::Summary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing is parsed then.
    #[test]
    fn no_arguments_are_the_default() {
        let parsed = Cli::try_parse_from(["amiconfined"]).unwrap();
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Cli::default()));
    }
}
