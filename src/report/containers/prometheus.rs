//! Metrics of a node's containers, for the node exporter's textfile collector: gauges
//! without timestamps.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::{Column, Row};

/// What one metric tells of a row.
type Sample = fn(&Row) -> Option<u32>;

/// Name, help text, and value of each metric; none where it is not known.
const METRICS: [(&str, &str, Sample); 8] = [
    (
        "amiconfined_container_processes",
        "Processes seen in the container.",
        |row| Some(row.processes),
    ),
    (
        "amiconfined_container_drifts",
        "Controls that are not enforced as declared or told to the runtime.",
        |row| row.cell(Column::Drifts).parse().ok(),
    ),
    (
        "amiconfined_container_deviations",
        "Processes whose confinement differs from the container's first process's.",
        |row| Some(row.deviations),
    ),
    (
        "amiconfined_container_guests",
        "Processes of the host or of others in the container's namespaces.",
        |row| Some(row.guests),
    ),
    (
        "amiconfined_container_no_new_privs",
        "1 where no_new_privs is on, 0 where it is off.",
        |row| flag(row.cell(Column::NoNewPrivs), "yes", "no"),
    ),
    (
        "amiconfined_container_root_read_only",
        "1 where the root file system is read-only, 0 where it is writable.",
        |row| flag(row.cell(Column::RootFilesystem), "ro", "rw"),
    ),
    (
        "amiconfined_container_user_namespace",
        "1 where it has a user namespace of its own, 0 where it has the node's.",
        |row| flag(row.cell(Column::UserNamespace), "yes", "no"),
    ),
    (
        "amiconfined_container_seen_whole",
        "1 where nothing of it was withheld, 0 where something was.",
        |row| Some(u32::from(row.whole)),
    ),
];

fn flag(cell: &str, on: &str, off: &str) -> Option<u32> {
    if cell == on {
        Some(1)
    } else if cell == off {
        Some(0)
    } else {
        None
    }
}

/// The rows in the text exposition format.
#[must_use]
pub fn prometheus(rows: &[Row]) -> String {
    let mut out = String::new();
    let rows = &told_apart(rows);
    heading(
        &mut out,
        "amiconfined_container_info",
        "What is known of the container by name.",
    );
    for row in rows {
        let told = labels(
            row,
            &[
                Column::Manager,
                Column::Kind,
                Column::Image,
                Column::Seccomp,
                Column::SecurityModule,
            ],
        );
        let _ = writeln!(out, "amiconfined_container_info{{{told}}} 1");
    }
    let name = "amiconfined_container_stands_out";
    heading(
        &mut out,
        name,
        "Facts of the container's confinement that stand out, by level.",
    );
    for row in rows {
        for (level, count) in ["high", "medium", "low"].iter().zip(row.levels) {
            let _ = writeln!(
                out,
                "{name}{{{},level=\"{level}\"}} {count}",
                labels(row, &[])
            );
        }
    }
    for (name, help, sample) in METRICS {
        heading(&mut out, name, help);
        for row in rows {
            if let Some(value) = sample(row) {
                let _ = writeln!(out, "{name}{{{}}} {value}", labels(row, &[]));
            }
        }
    }
    out
}

/// The rows, each with an id that no other has: two series of one name would have a reader
/// refuse the whole file, and names are for containers to choose.
fn told_apart(rows: &[Row]) -> Vec<Row> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut taken: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut rows = rows.to_vec();
    for row in &mut rows {
        let times = seen.entry(row.id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let mut other = format!("{}#{times}", row.id);
            while !taken.insert(other.clone()) {
                *times += 1;
                other = format!("{}#{times}", row.id);
            }
            row.id = other;
        }
    }
    rows
}

fn heading(out: &mut String, name: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
}

/// The labels that tell one container, and more of them.
fn labels(row: &Row, more: &[Column]) -> String {
    let told = [Column::Namespace, Column::Pod, Column::Container];
    let mut out = format!("id=\"{}\"", escaped(&row.id));
    for column in told.iter().chain(more) {
        let cell = row.cell(*column);
        let cell = if cell == "-" { "" } else { cell };
        let _ = write!(
            out,
            ",{}=\"{}\"",
            column.name().replace('-', "_"),
            escaped(cell)
        );
    }
    out
}

/// Backslash, quote and line feed are what the format gives a meaning.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
