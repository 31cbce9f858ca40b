//! Single syscalls explained for people.

use crate::syscalls::argument_vectors;

use super::Options;
use super::page::Section;
use super::syscalls_table::{SyscallRow, SyscallsTable, capability};
use super::syscalls_text::{agreed, exceptions, head};

/// For each syscall: number, verdict and cause by ABI, the arguments asked with each
/// verdict, since which kernel, the capability, and what executing it means.
#[must_use]
pub fn syscalls_explained(table: &SyscallsTable, options: &Options) -> String {
    let mut out = String::new();
    head(table, options, &mut out);
    for row in &table.syscalls {
        explained(row).render(options, &mut out);
    }
    out
}

fn explained(row: &SyscallRow) -> Section {
    let mut section = Section::new(row.name.clone());
    for cell in &row.abis {
        let except = exceptions(cell).map_or_else(String::new, |e| format!(", except {e}"));
        section.plain(
            "syscall.verdict",
            format!("{} {}", cell.abi, cell.number),
            format!("{}{except}", cell.verdict),
        );
    }
    let causes = agreed(row, |cell| cell.cause.as_ref().map(super::show::cause));
    for cause in causes {
        section.plain("syscall.cause", "stopped by", cause);
    }
    for answer in agreed(row, |cell| cell.executed.as_ref().map(ToString::to_string)) {
        section.plain("syscall.executed", "executed", answer);
    }
    section.plain("syscall.since", "kernel", lifetime(row));
    let asks = row.capability.as_deref();
    section.plain(
        "syscall.capability",
        "capability",
        asks.unwrap_or("none as such"),
    );
    for vector in argument_vectors(&row.name) {
        let said = agreed(row, |cell| {
            let mut same = cell.arguments.iter().filter(|a| a.label == vector.label);
            same.next().map(|asked| asked.verdict.to_string())
        });
        let asks = vector.requires.as_ref();
        let asks = asks.map_or_else(String::new, |r| format!("; asks for {}", capability(r)));
        section.plain(
            "syscall.arguments",
            format!("with {}", vector.label),
            format!("{} ({}{asks})", said.join(", "), vector.reason),
        );
    }
    section.plain("syscall.execution", "execution", row.execution.clone());
    section
}

fn lifetime(row: &SyscallRow) -> String {
    match (&row.since, &row.until) {
        (None, _) => "no release ever had a body for it".to_owned(),
        (Some(since), None) => format!("since Linux {since}"),
        (Some(since), Some(until)) => format!("since Linux {since}, gone since {until}"),
    }
}
