//! `amiconfined seccomp`: the filter programs of a process, as the kernel keeps them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::error::{Error, SUCCESS, escaped, reason};
use super::output;
use crate::bpf::{INSTRUCTION_LEN, MAX_INSTRUCTIONS, Program, disassemble};
use crate::observe::ProcRoot;
use crate::probe::dump;

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
    /// Write one filter as the kernel's bytes, an array of struct sock_filter.
    Dump(DumpArgs),
    /// Write filters as text, one instruction a line.
    Disassemble(DisassembleArgs),
}

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

/// Arguments of `seccomp disassemble`.
#[derive(Debug, Args)]
pub struct DisassembleArgs {
    /// Every filter of this process, or of one of its threads.
    #[arg(
        long,
        value_name = "PID",
        required_unless_present = "file",
        conflicts_with = "file",
        value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff)
    )]
    pub pid: Option<u32>,
    /// A file as `seccomp dump` writes it.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &SeccompArgs) -> Result<u8, Error> {
    match &args.command {
        SeccompCommand::Dump(args) => {
            let programs = of_process(args.pid)?;
            let bytes = chosen(args, &programs)?.to_ne_bytes();
            output::write_by(args.output.as_deref(), &mut |out| out.write_all(&bytes))?;
        }
        SeccompCommand::Disassemble(args) => {
            let programs = match (&args.file, args.pid) {
                (Some(file), _) => vec![of_file(file)?],
                (None, Some(pid)) => of_process(pid)?,
                (None, None) => Vec::new(),
            };
            let mut text = String::new();
            for (index, program) in programs.iter().enumerate() {
                let lines = disassemble(program);
                text.push_str(&format!("filter {index}, {} instructions\n", lines.len()));
                for line in lines {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
            output::write(&text, args.output.as_deref())?;
        }
    }
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

/// The filters of a process, which stands still meanwhile and always goes on.
fn of_process(pid: u32) -> Result<Vec<Program>, Error> {
    let dir = ProcRoot::open("/proc")
        .process(pid)
        .map_err(|error| Error::Input(error.to_string()))?;
    let dumped = dump(pid, &|| dir.is_alive()).map_err(|error| {
        Error::NotObserved(format!(
            "process {pid}: {error}; lifted by {}",
            error.lifted_by()
        ))
    })?;
    Ok(dumped.programs)
}

/// The filter in a file.
fn of_file(path: &Path) -> Result<Program, Error> {
    let wrong = |why: String| Error::Input(format!("{}: {why}", escaped(path)));
    let most = MAX_INSTRUCTIONS * INSTRUCTION_LEN;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| wrong(reason(&error)))?;
    Program::from_ne_bytes(&bytes)
        .map_err(|error| wrong(format!("{error}, expected an array of struct sock_filter")))
}
