//! The matrix of syscalls and ABIs for people.

use anstyle::Style;

use super::page::paint;
use super::sections::method;
use super::syscalls_table::{SyscallCell, SyscallRow, SyscallsTable};
use super::{Level, Options, show};

/// The matrix: a row for each syscall, a column for each ABI, exceptions and causes below.
#[must_use]
pub fn syscalls_text(table: &SyscallsTable, options: &Options) -> String {
    let mut out = String::new();
    head(table, options, &mut out);
    out.push('\n');
    let name = width("syscall", table.syscalls.iter().map(|row| row.name.len()));
    let columns: Vec<usize> = table
        .abis
        .iter()
        .map(|abi| {
            let cells = table.syscalls.iter().map(|row| cell(row, &abi.abi).len());
            width(&abi.abi, cells)
        })
        .collect();
    let mut heading = format!("{:name$}", "syscall");
    for (abi, column) in table.abis.iter().zip(&columns) {
        heading.push_str(&format!("  {:column$}", abi.abi));
    }
    paint(
        heading.trim_end(),
        Style::new().bold(),
        options.colour,
        &mut out,
    );
    out.push('\n');
    for row in &table.syscalls {
        let mut line = format!("{:name$}", row.name);
        for (abi, column) in table.abis.iter().zip(&columns) {
            line.push_str(&format!("  {:column$}", cell(row, &abi.abi)));
        }
        out.push_str(line.trim_end());
        out.push('\n');
        for note in notes(row) {
            out.push_str(&format!("    {note}\n"));
        }
    }
    for abi in &table.abis {
        for range in &abi.unnamed {
            out.push_str(&format!(
                "{} {} to {}, unknown to the table of Linux {}: {}\n",
                abi.abi, range.first, range.last, abi.table, range.verdict
            ));
        }
    }
    out
}

/// How the verdicts were come by, the ABIs, and what stands out of them.
pub(super) fn head(table: &SyscallsTable, options: &Options, out: &mut String) {
    out.push_str(&format!("asked: {}\n", method(&table.method)));
    for abi in table.abis.iter().filter(|abi| !abi.native) {
        let offered = match abi.offered {
            Some(true) => "offered by this kernel",
            Some(false) => "not offered by this kernel, whatever a filter says",
            None => "whether this kernel offers it was not tried",
        };
        out.push_str(&format!("{}: {offered}\n", abi.abi));
    }
    for fact in &table.stands_out {
        let word = match fact.level {
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
        };
        let line = format!("{word}: {}", fact.what);
        paint(
            &show::harmless(&line),
            Style::new().bold(),
            options.colour,
            out,
        );
        out.push('\n');
    }
}

fn width(heading: &str, cells: impl Iterator<Item = usize>) -> usize {
    cells.max().unwrap_or(0).max(heading.len())
}

/// `41 allowed, with exceptions`; a dash where the ABI has no such syscall.
fn cell(row: &SyscallRow, abi: &str) -> String {
    let Some(cell) = row.abis.iter().find(|cell| cell.abi == abi) else {
        return "-".to_owned();
    };
    let except = match exceptions(cell) {
        Some(_) => ", with exceptions",
        None => "",
    };
    format!("{} {}{except}", cell.number, cell.verdict)
}

/// A cell's exceptions, in words.
pub(super) fn exceptions(cell: &SyscallCell) -> Option<String> {
    show::exceptions(&cell.verdict, &cell.arguments)
}

/// The exceptions and causes of a row, once where all its ABIs agree.
fn notes(row: &SyscallRow) -> Vec<String> {
    let except = |cell: &SyscallCell| exceptions(cell).map(|e| format!("except {e}"));
    // That a filter stops it stands in the verdict itself.
    let stopped = |cell: &SyscallCell| {
        let past = cell.verdict.stopped() != Some(true);
        let cause = cell.cause.as_ref().filter(|_| past);
        cause.map(|cause| format!("stopped by {}", show::cause(cause)))
    };
    let answered = |cell: &SyscallCell| cell.executed.as_ref().map(|e| format!("executed: {e}"));
    let mut notes = agreed(row, except);
    notes.extend(agreed(row, stopped));
    notes.extend(agreed(row, answered));
    notes
}

/// What `of` says of each cell: once where all say the same, else with the ABI's name.
pub(super) fn agreed(row: &SyscallRow, of: impl Fn(&SyscallCell) -> Option<String>) -> Vec<String> {
    let said: Vec<Option<String>> = row.abis.iter().map(of).collect();
    match said.first() {
        Some(Some(first)) if said.iter().all(|other| other.as_ref() == Some(first)) => {
            vec![first.clone()]
        }
        _ => row
            .abis
            .iter()
            .zip(said)
            .filter_map(|(cell, said)| Some(format!("{}: {}", cell.abi, said?)))
            .collect(),
    }
}
