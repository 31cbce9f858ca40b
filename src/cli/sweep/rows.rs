//! The containers of a sweep as rows: a table, a page, metrics.

use std::io::Write;

use crate::confinement::{ContainerGone, ContainerRecord, Text};
use crate::report::{Column, Row, html, node_lines, notes, prometheus, table};
use crate::sweep::Outcome;

use super::{SweepArgs, SweepFormat};

/// Rows, gathered until they can be sorted. The records themselves are not kept.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    args: &'a SweepArgs,
    rows: Vec<(Row, Vec<String>)>,
}

impl<'a> Rows<'a> {
    /// No rows yet.
    pub(super) fn new(args: &'a SweepArgs) -> Self {
        Self {
            args,
            rows: Vec::new(),
        }
    }

    /// Adds a container.
    pub(super) fn add(&mut self, record: &ContainerRecord) {
        let notes = match self.args.format {
            SweepFormat::Text => notes(record),
            _ => Vec::new(),
        };
        self.rows.push((Row::of(record), notes));
    }

    /// Writes all of them, sorted.
    pub(super) fn write(
        mut self,
        out: &mut dyn Write,
        outcome: &Outcome,
        gone: &[ContainerGone],
        time: &str,
    ) -> std::io::Result<()> {
        let layout = &self.args.table;
        self.rows.sort_by(|(a, _), (b, _)| layout.order(a, b));
        let (rows, notes): (Vec<Row>, Vec<Vec<String>>) = self.rows.into_iter().unzip();
        let columns = layout.shown(&Column::USUAL);
        match self.args.format {
            SweepFormat::Prometheus => out.write_all(prometheus(&rows).as_bytes()),
            SweepFormat::Html => {
                let node = outcome
                    .node
                    .name
                    .known()
                    .map_or_else(|| "?".into(), Text::escaped);
                html(out, &rows, &columns, &format!("node {node}, seen {time}"))
            }
            _ => {
                writeln!(out, "{}", node_lines(&outcome.node))?;
                if !rows.is_empty() {
                    table(out, &rows, &columns, layout.chosen())?;
                    writeln!(out)?;
                }
                for (row, notes) in rows
                    .iter()
                    .zip(notes)
                    .filter(|(_, notes)| !notes.is_empty())
                {
                    let name = [Column::Namespace, Column::Pod, Column::Container];
                    let name: Vec<&str> = name
                        .iter()
                        .map(|column| row.cell(*column))
                        .filter(|cell| *cell != "-")
                        .collect();
                    writeln!(out, "{}", name.join("/"))?;
                    for note in notes {
                        writeln!(out, "  {note}")?;
                    }
                    writeln!(out)?;
                }
                for gone in gone {
                    writeln!(out, "gone: {}", gone.id)?;
                }
                let unplaced = match outcome.unplaced {
                    0 => String::new(),
                    n => format!(", {n} gone or refused before they could be placed"),
                };
                writeln!(
                    out,
                    "{}; {} in none{unplaced}",
                    counted(outcome.containers, "container", "containers"),
                    counted(outcome.host_processes, "process", "processes"),
                )
            }
        }
    }
}

fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
