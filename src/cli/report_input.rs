//! Records of containers, read one line at a time from what sweeps logged.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use crate::confinement::{CONTAINER_SCHEMA, ContainerGone, ContainerRecord, GONE_SCHEMA};

use super::error::{Error, reason};
use super::report_batches::{Batch, Batches, each_line};

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

/// What is made of each line, by whichever thread reads it.
pub(super) type Make<T> = Arc<dyn Fn(Logged) -> Result<T, Error> + Send + Sync>;

/// What is done with that, in the order of the lines.
type Each<'a, T> = &'a mut dyn FnMut(T) -> Result<(), Stop>;

/// What came of some lines; none after the last.
type Made<T> = Option<Vec<Result<T, Error>>>;

/// A thread that reads: where it gets batches from, none after the last, and what comes.
type Reader<T> = (SyncSender<Option<Batch>>, Receiver<Made<T>>);

/// The most threads that read lines.
const MOST_READERS: usize = 4;

/// Gives what is made of every line of the files to `each`, in their order. As many threads
/// read them as there are processors.
///
/// # Errors
///
/// The first line that is neither empty, nor JSON of a sweep: file and line, and what was
/// expected.
pub(super) fn records<T: Send + 'static>(
    files: &[PathBuf],
    make: Make<T>,
    each: Each<'_, T>,
) -> Result<(), Stop> {
    let batches = Batches::of(files.to_vec());
    let readers = match processors().min(MOST_READERS) {
        0 | 1 => Vec::new(),
        several => (0..several).map_while(|_| reader(&make)).collect(),
    };
    let (to, from): (Vec<_>, Vec<_>) = readers.into_iter().unzip();
    if from.is_empty() {
        return batches
            .flat_map(|batch| read(batch, &make))
            .try_for_each(|made| each(made.map_err(Stop::Input)?));
    }
    // None of the threads is waited for: they end with the process, also while they wait
    // for input that nobody wants any more.
    let feeder = Builder::new().spawn(move || {
        let mut turns = to.iter().cycle();
        let all = batches.map(Some).chain([None]);
        for (batch, to) in all.zip(&mut turns) {
            if to.send(batch).is_err() {
                return;
            }
        }
    });
    feeder.map_err(|error| refused(format!("no thread to read by: {}", reason(&error))))?;
    for made in from.iter().cycle() {
        match made.recv() {
            Ok(Some(all)) => all
                .into_iter()
                .try_for_each(|made| each(made.map_err(Stop::Input)?))?,
            Ok(None) => return Ok(()),
            Err(_) => return Err(refused("a thread that reads it ended early".to_owned())),
        }
    }
    Ok(())
}

/// How many processors this process may use.
fn processors() -> usize {
    let own = sched_getaffinity(Pid::from_raw(0));
    own.map_or(1, |own| {
        let all = 0..CpuSet::count();
        all.filter(|at| own.is_set(*at) == Ok(true)).count()
    })
}

/// Starts a thread that reads batches.
fn reader<T: Send + 'static>(make: &Make<T>) -> Option<Reader<T>> {
    let (to, batches) = sync_channel::<Option<Batch>>(1);
    let (answer, made) = sync_channel(1);
    let make = make.clone();
    Builder::new()
        .spawn(move || {
            for batch in batches {
                if answer.send(batch.map(|batch| read(batch, &make))).is_err() {
                    return;
                }
            }
        })
        .ok()
        .map(|_| (to, made))
}

/// What is made of the lines of a batch, up to the first that is refused.
fn read<T>(batch: Batch, make: &Make<T>) -> Vec<Result<T, Error>> {
    let lines = match batch {
        Ok(lines) => lines,
        Err(error) => return vec![Err(error)],
    };
    let mut made = Vec::new();
    for (line, number) in each_line(&lines.text).zip(lines.first..) {
        let one = match logged(line.trim_ascii()) {
            Ok(None) => continue,
            Ok(Some(logged)) => make(logged),
            Err(why) => Err(Error::Input(format!("{}:{number}: {why}", lines.name))),
        };
        let refused = one.is_err();
        made.push(one);
        if refused {
            break;
        }
    }
    made
}

fn refused(text: String) -> Stop {
    Stop::Input(Error::Input(text))
}

/// What a line says; `None` for an empty one and a sweep's lines about other things.
fn logged(line: &[u8]) -> Result<Option<Logged>, String> {
    if line.is_empty() {
        return Ok(None);
    }
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
