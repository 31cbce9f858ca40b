//! Floor 4: arguments and subcommands.

/// Runs the command line and gives the process's exit code.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
