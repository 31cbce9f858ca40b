//! The lines of files, some at a time: as many whole ones as there are to be had at once.

use std::fs::File;
use std::io::{BufRead, ErrorKind, Read, stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Error, escaped, reason};

/// A longer line is no container's record.
const MAX_LINE: usize = 16 << 20;

/// The most that is read at once.
const CHUNK: usize = 128 << 10;

/// Whole lines of one file.
#[derive(Debug)]
pub(super) struct Lines {
    /// The file, for messages.
    pub(super) name: Arc<str>,
    /// The number of the first of them.
    pub(super) first: u64,
    /// Their bytes.
    pub(super) text: Vec<u8>,
}

/// Each line, with its line feed.
pub(super) fn each_line(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let whole = text;
        let length = text.skip_until(b'\n').ok().filter(|length| *length > 0)?;
        whole.get(..length)
    })
}

/// Lines, or why there are none.
pub(super) type Batch = Result<Lines, Error>;

/// The lines of several files, in their order; nothing comes after an error.
pub(super) struct Batches {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
}

/// The file that is being read.
struct Open {
    name: Arc<str>,
    from: Box<dyn Read + Send>,
    /// The number of the line that comes next.
    next: u64,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
}

impl Batches {
    /// Of these files; `-` is standard input.
    pub(super) fn of(files: Vec<PathBuf>) -> Self {
        Self {
            files: files.into_iter(),
            open: None,
        }
    }

    fn failed(&mut self, text: String) -> Batch {
        self.files = Vec::new().into_iter();
        self.open = None;
        Err(Error::Input(text))
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        loop {
            let Some(open) = &mut self.open else {
                let file = self.files.next()?;
                match Open::file(&file) {
                    Ok(open) => self.open = Some(open),
                    Err(text) => return Some(self.failed(text)),
                }
                continue;
            };
            match open.lines() {
                Ok(Some(lines)) => return Some(Ok(lines)),
                Ok(None) => self.open = None,
                Err(text) => return Some(self.failed(text)),
            }
        }
    }
}

impl Open {
    fn file(file: &Path) -> Result<Self, String> {
        let (name, from): (Arc<str>, Box<dyn Read + Send>) = if file == Path::new("-") {
            ("standard input".into(), Box::new(stdin()))
        } else {
            let name = escaped(file).to_string();
            match File::open(file) {
                Ok(opened) => (name.into(), Box::new(opened)),
                Err(error) => return Err(format!("{name}: {}", reason(&error))),
            }
        };
        Ok(Self {
            name,
            from,
            next: 1,
            rest: Vec::new(),
        })
    }

    /// The lines that come next; none at the end.
    fn lines(&mut self) -> Result<Option<Lines>, String> {
        let mut text = std::mem::take(&mut self.rest);
        loop {
            let begun = text.len();
            text.resize(begun + CHUNK, 0);
            let read = match self.from.read(text.get_mut(begun..).unwrap_or_default()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    text.truncate(begun);
                    continue;
                }
                read => read,
            };
            let at = (&self.name, self.next);
            let read = read.map_err(|error| format!("{}:{}: {}", at.0, at.1, reason(&error)))?;
            text.truncate(begun + read);
            let new = text.get(begun..).unwrap_or_default();
            let end = new.iter().rposition(|b| *b == b'\n');
            if let Some(end) = end {
                self.rest = text.split_off(begun + end + 1);
            } else if text.len() > MAX_LINE {
                let most = MAX_LINE >> 20;
                return Err(format!(
                    "{}:{}: expected lines of at most {most} MiB",
                    at.0, at.1
                ));
            } else if read > 0 {
                continue;
            } else if text.is_empty() {
                return Ok(None);
            }
            let first = self.next;
            self.next += each_line(&text).count() as u64;
            return Ok(Some(Lines {
                name: self.name.clone(),
                first,
                text,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_numbered_however_they_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let files = ["a", "empty", "b"].map(|name| dir.path().join(name));
        let long = "x".repeat(CHUNK + 7);
        std::fs::write(&files[0], format!("1\n{long}\n3")).unwrap();
        std::fs::write(&files[1], "").unwrap();
        std::fs::write(&files[2], "1\n\n3\n").unwrap();
        let mut seen = Vec::new();
        for batch in Batches::of(files.to_vec()) {
            let lines = batch.unwrap();
            let text = String::from_utf8(lines.text).unwrap();
            for (line, number) in text.lines().zip(lines.first..) {
                seen.push((number, line.to_owned()));
            }
        }
        let said = |line: &str| line.parse().unwrap_or(2);
        assert_eq!(seen.len(), 6);
        assert!(seen.iter().all(|(number, line)| *number == said(line)));
    }

    #[test]
    fn a_file_that_is_not_there_ends_it() {
        let dir = tempfile::tempdir().unwrap();
        let there = dir.path().join("a");
        std::fs::write(&there, "1\n").unwrap();
        let files = [there.clone(), dir.path().join("none"), there];
        let all: Vec<bool> = Batches::of(files.to_vec())
            .map(|batch| batch.is_ok())
            .collect();
        assert_eq!(all, [true, false]);
    }
}
