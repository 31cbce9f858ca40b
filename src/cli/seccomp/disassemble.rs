//! `amiconfined seccomp disassemble`: filters as text.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::source::SourceArgs;
use crate::bpf::disassemble;
use crate::cli::error::{Error, SUCCESS};
use crate::cli::output;

/// Arguments of `seccomp disassemble`.
#[derive(Debug, Args)]
// This process can ask its own filters, but not read them.
#[command(group = ArgGroup::new("read").args(["pid", "file"]).required(true))]
pub struct DisassembleArgs {
    /// Whose filters.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &DisassembleArgs) -> Result<u8, Error> {
    let programs = args.source.programs()?.unwrap_or_default();
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
