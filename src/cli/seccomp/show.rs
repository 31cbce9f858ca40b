//! `amiconfined seccomp show`: what filters decide about every syscall.

use std::path::PathBuf;

use clap::Args;

use super::SeccompFormat;
use super::source::{SourceArgs, of_file, of_process, of_self};
use crate::bpf::Program;
use crate::cli::args::Listed;
use crate::cli::error::{Error, NOT_OBSERVED, SUCCESS, escaped};
use crate::cli::output;
use crate::confinement::{DumpedFilter, SeccompMethod};
use crate::probe::decided_of;
use crate::report::{self, FILTERS_REPORT_SCHEMA, FiltersReport, Options};

/// Arguments of `seccomp show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Whose filters.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The form.
    #[arg(long, value_enum, default_value_t = SeccompFormat::Text)]
    pub format: SeccompFormat,
    /// How many syscalls are listed in text.
    #[arg(long, value_enum, default_value_t = Listed::Blocked)]
    pub syscalls: Listed,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs it. Where nothing could be asked the report says why, and the exit code is 3.
pub(super) fn run(args: &ShowArgs) -> Result<u8, Error> {
    let found = match (&args.source.file, args.source.pid) {
        (Some(file), _) => decided(escaped(file).to_string(), None, &[of_file(file)?]),
        (None, Some(pid)) => {
            let dumped = of_process(pid)?;
            let method = if dumped.programs.is_empty() {
                SeccompMethod::NoFilter
            } else {
                SeccompMethod::Dumped {
                    pause_us: u64::try_from(dumped.pause.as_micros()).unwrap_or(u64::MAX),
                }
            };
            decided(format!("process {pid}"), Some(method), &dumped.programs)
        }
        (None, None) => {
            let seen = of_self()?;
            FiltersReport {
                abis: seen.seccomp.abis,
                method: Some(seen.seccomp.method),
                ..decided(format!("process {}", seen.process.pid), None, &[])
            }
        }
    };
    let text = match args.format {
        SeccompFormat::Json => report::filters_json(&found)?,
        SeccompFormat::Text => {
            let options = Options {
                syscalls: args.syscalls.into(),
                ..output::options(args.output.is_some())
            };
            report::filters_text(&found, &options)
        }
    };
    output::write(&text, args.output.as_deref())?;
    let asked = !matches!(found.method, Some(SeccompMethod::NotProbed { .. }));
    Ok(if asked { SUCCESS } else { NOT_OBSERVED })
}

fn decided(subject: String, method: Option<SeccompMethod>, programs: &[Program]) -> FiltersReport {
    FiltersReport {
        schema: FILTERS_REPORT_SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        subject,
        method,
        filters: programs
            .iter()
            .map(|program| DumpedFilter::of_bytes(&program.to_ne_bytes()))
            .collect(),
        abis: decided_of(programs),
    }
}
