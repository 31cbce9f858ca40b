//! `amiconfined seccomp dump`: one filter as the kernel's bytes.

use std::path::PathBuf;

use clap::Args;

use super::source::of_process;
use crate::bpf::Program;
use crate::cli::error::{Error, SUCCESS};
use crate::cli::output;

/// Arguments of `seccomp dump`.
#[derive(Debug, Args)]
pub struct DumpArgs {
    /// The process, or one of its threads: a thread may have filters of its own.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub pid: u32,
    /// Which of several filters; 0 was installed first.
    #[arg(long, value_name = "N")]
    pub filter: Option<usize>,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &DumpArgs) -> Result<u8, Error> {
    let programs = of_process(args.pid)?.programs;
    let bytes = chosen(args, &programs)?.to_ne_bytes();
    output::write_by(args.output.as_deref(), &mut |out| out.write_all(&bytes))?;
    Ok(SUCCESS)
}

/// The one filter that is meant.
fn chosen<'a>(args: &DumpArgs, programs: &'a [Program]) -> Result<&'a Program, Error> {
    let (pid, count) = (args.pid, programs.len());
    match (programs, args.filter) {
        ([], _) => Err(Error::Usage(format!(
            "--pid {pid}: this process has no seccomp filter"
        ))),
        ([only], None) => Ok(only),
        (several, Some(index)) => several.get(index).ok_or_else(|| {
            Error::Usage(format!(
                "--filter {index}: process {pid} has {count}, expected 0 to {}",
                count - 1
            ))
        }),
        (_, None) => Err(Error::Usage(format!(
            "--pid {pid}: this process has {count} filters, expected --filter 0 to {}",
            count - 1
        ))),
    }
}
