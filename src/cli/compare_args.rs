//! Arguments of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::TreeArgs;
use crate::compare::Severity;
use crate::declared::RuntimeName;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Declarations: Pods and what makes Pods, OCI config.json, docker or podman inspect,
    /// seccomp profiles; files, folders or - for standard input.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub declared: Vec<PathBuf>,
    /// Reports that `inspect` or `sweep` wrote as JSON; else this process is looked at.
    #[arg(long, value_name = "REPORT", num_args = 1.., conflicts_with = "pid")]
    pub actual: Vec<PathBuf>,
    /// Look at this process instead.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub pid: Option<u32>,
    /// Where it is looked at.
    #[command(flatten)]
    pub tree: TreeArgs,
    /// The container that is looked at, where several are declared.
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// The runtime whose defaults fill in what is left open [default: what was observed].
    #[arg(long, value_name = "containerd|cri-o|docker")]
    pub runtime: Option<RuntimeName>,
    /// The folder of the node's Localhost seccomp profiles, as /var/lib/kubelet/seccomp.
    #[arg(long, value_name = "DIR")]
    pub seccomp_root: Option<PathBuf>,
    /// The profile that RuntimeDefault stands for, to compare it verdict by verdict.
    #[arg(long, value_name = "FILE")]
    pub runtime_default: Option<PathBuf>,
    /// The least severity of a drift that makes the exit code 1.
    #[arg(
        long,
        value_name = "info|low|medium|high|critical",
        default_value = "low"
    )]
    pub fail_on: Severity,
    /// Accept findings of this id.
    #[arg(long, value_name = "ID[=REASON]")]
    pub ignore: Vec<String>,
    /// Accept the findings that this file lists: `ID CONTAINER YYYY-MM-DD|never REASON` a line.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// What is shown in text.
    #[arg(long, value_enum, default_value_t = Show::Findings)]
    pub show: Show,
    /// The format.
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub format: CompareFormat,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What is shown of a comparison in text; the other formats have all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// What differs and what could not be observed.
    Findings,
    /// Agreement too.
    All,
}

/// A comparison's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// For people.
    Text,
    /// For programs; described by schema/compare.v1.json.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
    /// JUnit XML, for CI.
    Junit,
    /// wgpolicyk8s.io/v1alpha2, for kubectl apply.
    PolicyReport,
    /// openreports.io/v1alpha1, for kubectl apply.
    Openreports,
}
