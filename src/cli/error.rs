//! What can go wrong between the command line and the report.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::confinement::{Errno, Text};

/// Everything was done, and nothing was found.
pub const SUCCESS: u8 = 0;
/// Findings.
pub const FINDINGS: u8 = 1;
/// A usage or an input error.
pub const USAGE: u8 = 2;
/// Not enough could be observed.
pub const NOT_OBSERVED: u8 = 3;

/// Why there is no report. Shown on one line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is not understood.
    #[error("{0}; see amiconfined --help")]
    Usage(String),
    /// The report could not be written.
    #[error("{}: {reason}", escaped(path))]
    Output {
        /// Where to.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The report could not be written to standard output.
    #[error("standard output: {0}")]
    Stdout(String),
    /// The report could not be serialised.
    #[error("report: {0}")]
    Json(#[from] serde_json::Error),
    /// An input could not be read or understood; the text says which and where.
    #[error("{0}")]
    Input(String),
    /// Too little could be observed for a report.
    #[error("{0}")]
    NotObserved(String),
}

impl Error {
    /// The exit code it ends the process with.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::NotObserved(_) => NOT_OBSERVED,
            _ => USAGE,
        }
    }

    /// Writes it on standard error and gives its exit code.
    pub(super) fn report(&self) -> ExitCode {
        let line: Vec<String> = self.to_string().lines().map(str::to_owned).collect();
        let line = line.join(" ");
        say(&line);
        ExitCode::from(self.code())
    }
}

/// Writes a line on standard error. A closed one leaves the exit code to tell.
pub(super) fn say(line: &str) {
    let line = format!("amiconfined: {}\n", harmless(line));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// A path as it is shown.
pub(super) fn escaped(path: &std::path::Path) -> Text {
    use std::os::unix::ffi::OsStrExt;
    Text::from(path.as_os_str().as_bytes())
}

/// An I/O error by its name and words.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let words = nix::errno::Errno::from_raw(number).desc();
            format!("{} ({})", words.to_lowercase(), Errno(number))
        }
        None => error.to_string(),
    }
}

/// Escapes what could act on a terminal; a path's own escapes stay as they are.
pub(super) fn harmless(line: &str) -> String {
    line.chars()
        .map(|c| match c {
            '\\' => c.to_string(),
            c => Text::from(c.to_string()).escaped(),
        })
        .collect()
}
