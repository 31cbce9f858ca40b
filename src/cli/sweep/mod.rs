//! `amiconfined sweep`: every container of a node.

mod args;
mod declared;
mod rows;

use std::io::Write;

use serde::Serialize;

pub use args::{SweepArgs, SweepFormat};

use crate::confinement::{ContainerRecord, Errno, Kernel, NODE_SCHEMA, Reading, Text};
use crate::report::ascii_where_it_matters;
use crate::sweep::{Options, Outcome, Progress, sweep};

use super::error::{Error, FINDINGS, SUCCESS};
use super::inspect::{node, now};
use super::output;
use declared::Declared;
use rows::Rows;

/// Runs it.
pub(super) fn run(args: &SweepArgs) -> Result<u8, Error> {
    let declared = Declared::read(args)?;
    let drifts = once(args, &declared)?;
    Ok(if drifts && !args.declared.is_empty() {
        FINDINGS
    } else {
        SUCCESS
    })
}

/// One sweep; gives whether something drifts.
fn once(args: &SweepArgs, declared: &Declared<'_>) -> Result<bool, Error> {
    let time = now();
    let options = Options {
        proc: args.host_proc.clone(),
        root: args.host_root.clone(),
        live: true,
        all: args.all,
        node: node(),
        kernel: kernel(),
        time: time.clone(),
        declared: &|subject, seen| declared.of(subject, seen),
        stop: &|| false,
        progress: &|_: Progress| {},
    };
    let mut drifts = false;
    let mut failed = None;
    let mut run = |each: &mut dyn FnMut(ContainerRecord) -> std::io::Result<()>| {
        let mut ended = Ok(());
        let outcome = sweep(&options, &mut |record| {
            drifts |= drifting(&record);
            ended = each(record);
            ended.is_ok()
        });
        ended?;
        outcome.map_err(|error| {
            failed = Some(Error::NotObserved(error.to_string()));
            std::io::Error::other("the sweep ended it")
        })
    };
    let written = output::write_by(args.output.as_deref(), &mut |out| match args.format {
        SweepFormat::Ndjson => {
            run(&mut |record| line(out, &record))?;
            Ok(())
        }
        SweepFormat::Json => {
            let mut first = true;
            out.write_all(b"{\"containers\":[\n")?;
            let outcome = run(&mut |record| {
                if !std::mem::take(&mut first) {
                    out.write_all(b",")?;
                }
                line(out, &record)
            })?;
            out.write_all(closing(&outcome, &time)?.as_bytes())
        }
        SweepFormat::Text | SweepFormat::Html | SweepFormat::Prometheus => {
            let mut rows = Rows::new(args);
            let outcome = run(&mut |record| {
                rows.add(&record);
                Ok(())
            })?;
            out.write_all(rows.render(&outcome, &time).as_bytes())
        }
    });
    match failed {
        Some(error) => Err(error),
        None => written.map(|()| drifts),
    }
}

fn drifting(record: &ContainerRecord) -> bool {
    let mut controls = record.controls.known().into_iter().flatten();
    controls.any(|control| control.kind == "drift")
}

/// Writes a value as one line of JSON.
fn line(out: &mut dyn Write, value: &impl Serialize) -> std::io::Result<()> {
    let mut line = ascii_where_it_matters(&serde_json::to_string(value)?);
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// What follows the containers in a node's JSON: known only once they are all written.
fn closing(outcome: &Outcome, time: &str) -> std::io::Result<String> {
    let rest = serde_json::json!({
        "schema": NODE_SCHEMA,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "time": time,
        "node": outcome.node,
        "host_processes": outcome.host_processes,
        "unplaced": outcome.unplaced,
    });
    let rest = serde_json::to_string(&rest)?;
    let fields = rest.strip_prefix('{').unwrap_or(&rest);
    Ok(crate::report::ascii_where_it_matters(&format!(
        "],{fields}\n"
    )))
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
