//! `amiconfined seccomp disassemble`: filters as text.

use std::path::PathBuf;

use clap::Args;

use super::source::{of_file, of_process};
use crate::bpf::disassemble;
use crate::cli::error::{Error, SUCCESS};
use crate::cli::output;

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
pub(super) fn run(args: &DisassembleArgs) -> Result<u8, Error> {
    let programs = match (&args.file, args.pid) {
        (Some(file), _) => vec![of_file(file)?],
        (None, Some(pid)) => of_process(pid)?.programs,
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
    Ok(SUCCESS)
}
