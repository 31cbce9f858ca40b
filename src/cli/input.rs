//! What is read of the files that the command line names: whole, or not at all.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Error, escaped, reason};

/// The bytes of a file, or of standard input where the path is `-`.
///
/// # Errors
///
/// As [`file`].
pub(super) fn file_or_stdin(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    if path == Path::new("-") {
        whole(std::io::stdin().lock(), path, most)
    } else {
        file(path, most)
    }
}

/// The bytes of a file.
///
/// # Errors
///
/// Where it cannot be read, and where it has more than `most` bytes: a part of it would be
/// taken for all of it.
pub(super) fn file(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|error| wrong(path, &reason(&error)))?;
    whole(file, path, most)
}

fn whole(from: impl Read, path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(path, &reason(&error)))?;
    if bytes.len() > most {
        let why = format!("more than {most} bytes, the most that is read");
        return Err(wrong(path, &why));
    }
    Ok(bytes)
}

/// What an input is called in messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        String::from("<stdin>")
    } else {
        escaped(path).to_string()
    }
}

fn wrong(path: &Path, why: &str) -> Error {
    Error::Input(format!("{}: {why}", name(path)))
}
