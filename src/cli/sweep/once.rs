//! One sweep, written as it goes.

use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::cli::error::Error;
use crate::cli::inspect::{node, now};
use crate::cli::kernel_facts::{modules_asked_freely, names, user_depth, with_modules};
use crate::cli::output;
use crate::confinement::{
    ContainerRecord, Errno, FILTERS_SCHEMA, FilterLine, FilterStack, Kernel, NODE_SCHEMA, Reading,
    Text,
};
use crate::report::{Form, to_json};
use crate::sweep::{Found, Options, Outcome, sweep};

use super::changes::Changes;
use super::declared::Declared;
use super::progress::Line;
use super::rows::Rows;
use super::{SeccompDepth, SweepArgs, SweepFormat};

/// What every sweep of a run has in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Once<'a> {
    /// The arguments.
    pub(super) args: &'a SweepArgs,
    /// The declarations.
    pub(super) declared: &'a Declared<'a>,
}

/// How a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// Whether something drifts from what was declared or told.
    pub(super) drifts: bool,
    /// Whether the reader of standard output has had enough.
    pub(super) closed: bool,
}

impl Once<'_> {
    /// Sweeps once. With `news` only what changed is written, and what is gone.
    pub(super) fn run(
        self,
        mut news: Option<&mut Changes>,
        stop: &dyn Fn() -> bool,
    ) -> Result<End, Error> {
        let time = now();
        let progress = Line::new();
        let options = Options {
            proc: self.args.host_proc.clone(),
            root: self.args.host_root.clone(),
            live: true,
            all: self.args.all,
            dump: self.args.seccomp == SeccompDepth::Dump,
            node: match &self.args.node_name {
                Some(name) => Reading::Known(name.as_str().into()),
                None => node(),
            },
            kernel: kernel(),
            time: time.clone(),
            declared: &|subject, seen| self.declared.of(subject, seen),
            stop,
            progress: &|at| progress.show(at),
        };
        let modules = modules_asked_freely();
        let drifts = Cell::new(false);
        let failed = RefCell::new(None);
        let stopped = Cell::new(false);
        let closed = Cell::new(false);
        let mut each_of = |each: &mut dyn FnMut(Piece<'_>) -> std::io::Result<()>| {
            let mut ended = Ok(());
            let outcome = sweep(&options, &mut |found| {
                let record = match found {
                    Found::Container(mut record) => {
                        user_depth(&mut record.confinement, &self.args.host_proc);
                        if let Some(modules) = &modules {
                            with_modules(&mut record.confinement, modules);
                        }
                        record
                    }
                    Found::Filters(stack) => {
                        if news.as_mut().is_none_or(|news| news.is_new_stack(&stack)) {
                            ended = each(Piece::Filters(*stack));
                        }
                        return ended.is_ok();
                    }
                };
                drifts.set(drifts.get() || drifting(&record));
                if news.as_mut().is_none_or(|news| news.is_news(&record)) {
                    ended = each(Piece::Container(&record));
                }
                ended.is_ok()
            });
            ended?;
            let mut outcome = outcome.map_err(|error| {
                failed.replace(Some(Error::NotObserved(error.to_string())));
                std::io::Error::other("the sweep ended it")
            })?;
            let unlisted = outcome.node.lsm.denial().is_some();
            if let Some(modules) = modules.as_ref().filter(|_| unlisted) {
                outcome.node.lsm = Reading::Known(names(modules));
            }
            if outcome.stopped {
                // Half a sweep says of nothing that it is gone, and replaces no file.
                stopped.set(true);
                return Err(std::io::Error::other("a signal ended it"));
            }
            let gone = match news.as_mut() {
                Some(news) => news.gone(&time, &options.node),
                None => Vec::new(),
            };
            Ok((outcome, gone))
        };
        let written = output::write_by(self.args.output.as_deref(), &mut |out| {
            let done = match self.args.format {
                SweepFormat::Ndjson => each_of(&mut |piece| match piece {
                    Piece::Container(record) => line(out, record),
                    Piece::Filters(stack) => line(
                        out,
                        &FilterLine {
                            schema: FILTERS_SCHEMA.to_owned(),
                            time: time.clone(),
                            stack,
                        },
                    ),
                })
                .and_then(|(_, gone)| gone.iter().try_for_each(|gone| line(out, gone))),
                SweepFormat::Json => {
                    let mut between = "{\"containers\":[\n";
                    let mut filters = Vec::new();
                    let outcome = each_of(&mut |piece| {
                        let record = match piece {
                            Piece::Container(record) => record,
                            Piece::Filters(stack) => {
                                filters.push(stack);
                                return Ok(());
                            }
                        };
                        out.write_all(std::mem::replace(&mut between, ",").as_bytes())?;
                        line(out, record)
                    });
                    outcome.and_then(|(outcome, _)| {
                        let head = if between == "," { "" } else { between };
                        out.write_all(head.as_bytes())?;
                        out.write_all(closing(&outcome, &filters, &time)?.as_bytes())
                    })
                }
                SweepFormat::Text | SweepFormat::Html | SweepFormat::Prometheus => {
                    let mut rows = Rows::new(self.args);
                    let outcome = each_of(&mut |piece| {
                        if let Piece::Container(record) = piece {
                            rows.add(record);
                        }
                        Ok(())
                    });
                    outcome.and_then(|(outcome, gone)| rows.write(out, &outcome, &gone, &time))
                }
            };
            let done = done.and_then(|()| out.flush());
            closed.set(matches!(&done, Err(e) if e.kind() == ErrorKind::BrokenPipe));
            done
        });
        if let Some(error) = failed.take() {
            return Err(error);
        }
        if !stopped.get() {
            written?;
        }
        Ok(End {
            drifts: drifts.get(),
            closed: closed.get(),
        })
    }
}

/// What is written, piece by piece.
enum Piece<'a> {
    Container(&'a ContainerRecord),
    Filters(FilterStack),
}

fn drifting(record: &ContainerRecord) -> bool {
    let mut controls = record.controls.known().into_iter().flatten();
    controls.any(|control| control.kind == "drift")
}

/// Writes a value as one line of JSON.
fn line(out: &mut dyn Write, value: &impl Serialize) -> std::io::Result<()> {
    let mut line = to_json(value, Form::OneLine)?;
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// What follows the containers in a node's JSON: known only once they are all written.
fn closing(outcome: &Outcome, filters: &[FilterStack], time: &str) -> std::io::Result<String> {
    let rest = serde_json::json!({
        "schema": NODE_SCHEMA,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "time": time,
        "node": outcome.node,
        "filters": filters,
        "host_processes": outcome.host_processes,
        "unplaced": outcome.unplaced,
    });
    let rest = to_json(&rest, Form::OneLine)?;
    let fields = rest.strip_prefix('{').unwrap_or(&rest);
    Ok(format!("],{fields}\n"))
}

fn kernel() -> Kernel {
    use std::os::unix::ffi::OsStrExt;
    match nix::sys::utsname::uname() {
        Ok(uts) => Kernel {
            release: Reading::Known(uts.release().as_bytes().into()),
            version: Reading::Known(uts.version().as_bytes().into()),
            machine: Reading::Known(uts.machine().as_bytes().into()),
        },
        Err(errno) => {
            let refused = || -> Reading<Text> {
                let lift = "a seccomp filter that lets uname(2) through";
                Reading::denied("uname", "uname", Some(Errno::from(errno)), lift)
            };
            Kernel {
                release: refused(),
                version: refused(),
                machine: refused(),
            }
        }
    }
}
