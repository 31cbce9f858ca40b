//! `amiconfined report`: one report of what the sweeps of many nodes logged.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};

use crate::confinement::{ContainerRecord, Text};
use crate::report::{self, Column, Dashboard, Row};

use super::error::{Error, SUCCESS};
use super::output;
use super::report_input::{self, Logged, Make, Stop};
use super::table_args::TableArgs;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What `sweep --format ndjson` wrote, of any number of nodes; - is standard input.
    #[arg(value_name = "FILE", required = true, num_args = 1..)]
    pub files: Vec<PathBuf>,
    /// The format.
    #[arg(long, value_enum, default_value_t = ClusterFormat::Text)]
    pub format: ClusterFormat,
    /// How the table is laid out.
    #[command(flatten)]
    pub table: TableArgs,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The formats of `report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClusterFormat {
    /// A table, one line a container.
    Text,
    /// A page for a browser.
    Html,
    /// The records of all files, one a line, as they come.
    Ndjson,
    /// A list of wgpolicyk8s.io/v1alpha2 PolicyReports, one a container.
    PolicyReport,
    /// A list of openreports.io/v1alpha1 Reports, one a container.
    #[value(name = "openreports")]
    OpenReports,
}

/// Runs it.
pub(super) fn run(args: &ReportArgs) -> Result<u8, Error> {
    match args.format {
        ClusterFormat::Text | ClusterFormat::Html => {
            page(args)?;
        }
        ClusterFormat::Ndjson => streamed(args, "", "", "\n", |record| {
            serde_json::to_string(record).map(Some)
        })?,
        ClusterFormat::PolicyReport => policies(args, Dashboard::PolicyReport)?,
        ClusterFormat::OpenReports => policies(args, Dashboard::OpenReports)?,
    }
    Ok(SUCCESS)
}

/// A table or a page of the last record of each container.
fn page(args: &ReportArgs) -> Result<(), Error> {
    let mut rows: HashMap<[u8; 32], Row> = HashMap::new();
    let mut last = String::new();
    let make = |logged| {
        Ok(match logged {
            Logged::Seen(record) => {
                let row = Row::of(&record);
                let (id, by) = (&record.identity.id, &record.identity.recognised_by);
                (key(&row.node, id, by), Some((record.time, row)))
            }
            Logged::Gone(gone) => {
                let node = report::node_name(&gone.node);
                (key(&node, &gone.id, &gone.recognised_by), None)
            }
        })
    };
    report_input::records(&args.files, Arc::new(make), &mut |(key, seen)| {
        match seen {
            Some((time, row)) => {
                if time > last {
                    last = time;
                }
                rows.insert(key, row);
            }
            None => {
                rows.remove(&key);
            }
        }
        Ok(())
    })?;
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by(|a, b| args.table.order(a, b));
    let mut usual = vec![Column::Node];
    usual.extend(Column::USUAL);
    let columns = args.table.shown(&usual);
    output::write_by(args.output.as_deref(), &mut |out| match args.format {
        ClusterFormat::Html => {
            let nodes: HashSet<&str> = rows.iter().map(|row| row.node.as_str()).collect();
            let title = format!("{} nodes, last seen {last}", nodes.len());
            report::html(out, &rows, &columns, &title)
        }
        _ if rows.is_empty() => writeln!(out, "no containers"),
        _ => report::table(out, &rows, &columns, args.table.chosen()),
    })
}

/// What stands for one container: a hash of its node's name, its id, which another container
/// may have as well, and how it was recognised; a cluster may have a million.
fn key(node: &str, id: &Text, recognised_by: &Text) -> [u8; 32] {
    let parts = [node.as_bytes(), id.as_bytes(), recognised_by.as_bytes()];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn policies(args: &ReportArgs, dashboard: Dashboard) -> Result<(), Error> {
    let head = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n";
    streamed(args, head, "\n]}\n", ",\n", move |record| {
        let seen = record.time.parse::<jiff::Timestamp>();
        let seconds = seen.map_or(0, jiff::Timestamp::as_second);
        let report = report::container_report(record, dashboard, seconds);
        report
            .map(|report| report::to_json(&report, report::Form::OneLine))
            .transpose()
    })
}

/// Writes one piece a record as it comes, so that memory does not grow with their number.
fn streamed(
    args: &ReportArgs,
    head: &str,
    tail: &str,
    between: &str,
    piece: impl Fn(&ContainerRecord) -> Result<Option<String>, serde_json::Error>
    + Send
    + Sync
    + 'static,
) -> Result<(), Error> {
    let make: Make<Option<String>> = Arc::new(move |logged| match logged {
        Logged::Seen(record) => Ok(piece(&record)?),
        Logged::Gone(_) => Ok(None),
    });
    let mut failed = None;
    let written = output::write_by(args.output.as_deref(), &mut |out| {
        out.write_all(head.as_bytes())?;
        let mut first = true;
        let read = report_input::records(&args.files, make.clone(), &mut |piece| {
            let Some(piece) = piece else {
                return Ok(());
            };
            if !first {
                out.write_all(between.as_bytes())?;
            }
            first = false;
            out.write_all(piece.as_bytes())?;
            Ok(())
        });
        match read {
            Ok(()) if first => {}
            Ok(()) if tail.is_empty() => out.write_all(between.as_bytes())?,
            Ok(()) => {}
            Err(Stop::Output(error)) => return Err(error),
            Err(Stop::Input(error)) => {
                failed = Some(error);
                return Err(std::io::Error::other("the input ended it"));
            }
        }
        out.write_all(tail.as_bytes())
    });
    match failed {
        Some(error) => Err(error),
        None => written,
    }
}
