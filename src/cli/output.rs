//! Where a report goes: standard output, or a file that is whole or not there.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::error::{Error, reason};
use crate::report::Options;

/// Columns where nothing tells how many there are.
const WIDTH: usize = 100;

/// What writes a report, piece by piece.
type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>;

/// Writes the report to `file`, or to standard output where there is none.
///
/// A reader that closes its end has had enough: that is success.
pub(super) fn write(report: &str, file: Option<&Path>) -> Result<(), Error> {
    write_by(file, &mut |out| out.write_all(report.as_bytes()))
}

/// Writes what `fill` writes, as [`write`] does, without having it in memory whole.
pub(super) fn write_by(file: Option<&Path>, fill: Fill) -> Result<(), Error> {
    match file {
        Some(path) => to_file(fill, path).map_err(|error| Error::Output {
            path: path.to_owned(),
            reason: reason(&error),
        }),
        None => {
            let mut stdout = BufWriter::new(std::io::stdout().lock());
            match fill(&mut stdout).and_then(|()| stdout.flush()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                Err(error) => Err(Error::Stdout(reason(&error))),
                Ok(()) => Ok(()),
            }
        }
    }
}

/// Writes beside the target and renames over it, so that no reader sees a part.
fn to_file(fill: Fill, path: &Path) -> std::io::Result<()> {
    // The link's target is replaced, not the link.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let found = std::fs::metadata(&target).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        // A directory fails here by its own name; a pipe or a device has no half of a
        // file to show, and must never be replaced by one.
        let mut special = BufWriter::new(OpenOptions::new().write(true).open(&target)?);
        return match fill(&mut special).and_then(|()| special.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        };
    }
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let directory = File::open(&folder)?;
    let mut part = tempfile::Builder::new()
        .prefix(".amiconfined-")
        // Opened here, since the errors of tempfile's own opening have no number.
        .make_in(&folder, |path| {
            let mut new = OpenOptions::new();
            new.write(true).create_new(true).mode(0o666).open(path)
        })?;
    if let Some(found) = found {
        // Who may read a report that is there already stays as it was decided.
        part.as_file().set_permissions(found.permissions())?;
    }
    let mut buffered = BufWriter::new(part.as_file_mut());
    fill(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    part.as_file().sync_all()?;
    part.persist(&target).map_err(|error| error.error)?;
    // The rename lasts once the folder is on disk.
    directory.sync_all()
}

/// How a text is shown here: its colour and its width.
pub(super) fn options(to_file: bool) -> Options {
    Options {
        colour: colour(to_file),
        width: width(),
        ..Options::default()
    }
}

/// Whether to colour: on a terminal, unless `NO_COLOR` is set to anything but nothing
/// (no-color.org) or the terminal is a dumb one.
fn colour(to_file: bool) -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    !to_file
        && std::io::stdout().is_terminal()
        && set("NO_COLOR").is_none()
        && set("TERM").is_none_or(|term| term != "dumb")
}

/// Columns to fill: `COLUMNS`, else the terminal's.
fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .filter(|columns| *columns > 0)
        .or_else(|| {
            terminal_size::terminal_size_of(std::io::stdout())
                .map(|(width, _)| usize::from(width.0))
        })
        .unwrap_or(WIDTH)
}
