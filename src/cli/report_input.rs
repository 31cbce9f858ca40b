//! Records of containers, read one line at a time from what sweeps logged.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::{Path, PathBuf};

use crate::confinement::{CONTAINER_SCHEMA, ContainerGone, ContainerRecord, GONE_SCHEMA};

use super::error::{Error, escaped, reason};

/// A longer line is no container's record.
const MAX_LINE: u64 = 16 << 20;

/// One line of a sweep's log.
pub(super) enum Logged {
    /// A container as it was seen.
    Seen(Box<ContainerRecord>),
    /// A container that is there no more.
    Gone(ContainerGone),
}

/// What ends the reading before the input does.
pub(super) enum Stop {
    /// The input itself.
    Input(Error),
    /// What is made of it could not be written.
    Output(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Input(error.into())
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Input(error) => error,
            Stop::Output(error) => Self::Stdout(reason(&error)),
        }
    }
}

/// What is done with each line.
type Each<'a> = &'a mut dyn FnMut(Logged) -> Result<(), Stop>;

/// Gives every line of the files to `each`.
///
/// # Errors
///
/// The first line that is neither empty, nor JSON of a sweep: file and line, and what was
/// expected.
pub(super) fn records(files: &[PathBuf], each: Each) -> Result<(), Stop> {
    for file in files {
        if file == Path::new("-") {
            lines("standard input", stdin().lock(), each)?;
            continue;
        }
        let name = escaped(file).to_string();
        let opened =
            File::open(file).map_err(|error| refused(format!("{name}: {}", reason(&error))))?;
        lines(&name, BufReader::with_capacity(1 << 16, opened), each)?;
    }
    Ok(())
}

fn lines(name: &str, mut input: impl BufRead, each: Each) -> Result<(), Stop> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = input
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| refused(format!("{name}:{number}: {}", reason(&error))))?;
        if read == 0 {
            return Ok(());
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        if text.len() as u64 >= MAX_LINE {
            let most = MAX_LINE >> 20;
            return Err(refused(format!(
                "{name}:{number}: expected lines of at most {most} MiB"
            )));
        }
        let logged = logged(text).map_err(|why| refused(format!("{name}:{number}: {why}")))?;
        if let Some(logged) = logged {
            each(logged)?;
        }
    }
    Ok(())
}

fn refused(text: String) -> Stop {
    Stop::Input(Error::Input(text))
}

/// What a line says; `None` for a sweep's lines about other things.
fn logged(line: &[u8]) -> Result<Option<Logged>, String> {
    let line = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let error = match serde_json::from_str::<ContainerRecord>(line) {
        Ok(record) if record.schema == CONTAINER_SCHEMA => {
            return Ok(Some(Logged::Seen(Box::new(record))));
        }
        Ok(record) => return Err(unknown(&record.schema)),
        Err(error) => error,
    };
    let value: serde_json::Value = serde_json::from_str(line)
        .map_err(|error| format!("expected a sweep's NDJSON: {error}"))?;
    match value["schema"].as_str() {
        Some(CONTAINER_SCHEMA) => Err(error.to_string()),
        Some(GONE_SCHEMA) => serde_json::from_value(value)
            .map(|gone| Some(Logged::Gone(gone)))
            .map_err(|error| error.to_string()),
        Some(schema) if schema.starts_with("amiconfined/") => Ok(None),
        Some(schema) => Err(unknown(schema)),
        None => Err("expected a sweep's NDJSON, with the field \"schema\"".to_owned()),
    }
}

fn unknown(schema: &str) -> String {
    format!("schema {schema:?}: expected {CONTAINER_SCHEMA:?}")
}
