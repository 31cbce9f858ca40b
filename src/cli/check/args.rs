//! Arguments of `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::TreeArgs;
use crate::pod_security::{Level, LevelVersion, Version};

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a FILE the process itself is judged by what the kernel enforces; so is each \
    container of a report or a sweep that is given as a FILE.\n\
    Exit codes: 0 allowed, 1 not allowed, 2 usage or input error, 3 not enough could be observed."
)]
pub struct CheckArgs {
    /// The level: privileged, baseline or restricted [default: restricted for declarations].
    #[arg(long)]
    pub level: Option<Level>,
    /// The version of the standard: v1.0 … or latest.
    #[arg(long, default_value = "latest")]
    pub version: Version,
    /// Judge each Pod by its namespace's pod-security.kubernetes.io labels, read from here.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["level", "version"])]
    pub namespace_file: Vec<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Judge what is enforced on this process.
    #[arg(long, value_name = "PID", conflicts_with = "files", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub pid: Option<u32>,
    /// Where it is looked at.
    #[command(flatten)]
    pub tree: TreeArgs,
    /// Declarations (YAML or JSON), folders of them, reports; - is standard input.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

impl CheckArgs {
    /// What declarations are held against.
    pub(super) fn asked(&self) -> LevelVersion {
        LevelVersion {
            level: self.level.unwrap_or(Level::Restricted),
            version: self.version,
        }
    }
}

/// How judgements are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One line for each judgement, with its place.
    Text,
    /// As kubectl prints the API server's warnings and errors.
    Kubectl,
    /// For programs; described by schema/check.v1.json.
    Json,
}
