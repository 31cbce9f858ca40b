//! The formats of `syscall-tables/`: each file's text to rows, or the line that is wrong.
//!
//! Shared by the build script and by a test (`tests/integration/tables.rs`), so
//! that what fails the build is itself tested. The formats are described in
//! `syscall-tables/README.md`.

use super::fields::{self, Argument, Release};

/// What is wrong with a table, and where.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub(crate) struct Malformed {
    /// The table's path as given to the parser.
    pub(crate) file: String,
    /// Line number from 1.
    pub(crate) line: usize,
    /// What was found and what was expected.
    pub(crate) what: String,
}

/// One row of a number table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberRow {
    /// Line number from 1.
    pub(crate) line: usize,
    /// The number as a seccomp filter sees it (x32: with bit 0x40000000).
    pub(crate) number: u32,
    /// The kernel's own name.
    pub(crate) name: String,
}

/// A number table with its head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NumberTable {
    /// The `# kernel:` line: release and, in parentheses, its date.
    pub(crate) kernel: (String, String),
    /// Rows in rising order of their numbers.
    pub(crate) rows: Vec<NumberRow>,
}

/// One row of `semantics.tsv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SemanticsRow {
    /// Line number from 1.
    pub(crate) line: usize,
    /// The syscall's name, the same in every ABI.
    pub(crate) name: String,
    /// First release that had a body for it; none where no release had.
    pub(crate) since: Option<Release>,
    /// First release that had it no longer.
    pub(crate) until: Option<Release>,
    /// Capability names, any one of which suffices.
    pub(crate) capabilities: Vec<String>,
    /// `initial` or `owner`, with `capabilities` only.
    pub(crate) scope: Option<String>,
    /// The recipe's name and its arguments; none for `never`.
    pub(crate) recipe: Option<(String, Vec<Argument>)>,
    /// Why that is safe, or why there is no safe way.
    pub(crate) why: String,
}

/// One row of `arguments.tsv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArgumentsRow {
    /// Line number from 1.
    pub(crate) line: usize,
    /// The syscall's name.
    pub(crate) name: String,
    /// What the vector is called in a report.
    pub(crate) label: String,
    /// Capability names, any one of which suffices.
    pub(crate) capabilities: Vec<String>,
    /// `initial` or `owner`, with `capabilities` only.
    pub(crate) scope: Option<String>,
    /// The meant arguments; those that are not meant are none and are asked as 0.
    pub(crate) arguments: Vec<Option<u64>>,
    /// Why a filter is worth asking about it.
    pub(crate) reason: String,
}

/// The rows with their line numbers: neither comments nor blank lines.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The columns of a row, each trimmed, none empty.
fn columns<const N: usize>(line: &str) -> Result<[&str; N], String> {
    let found: Vec<&str> = line.split('\t').map(str::trim).collect();
    let count = found.len();
    if let Some(at) = found.iter().position(|column| column.is_empty()) {
        return Err(format!("column {} is empty", at + 1));
    }
    found
        .try_into()
        .map_err(|_| format!("expected {N} columns parted by tabs, found {count}"))
}

/// Each row as `parse` makes it of its line number, its text and the rows before it.
fn rows<T>(
    file: &str,
    text: &str,
    parse: impl Fn(usize, &str, &[T]) -> Result<T, String>,
) -> Result<Vec<T>, Malformed> {
    let mut rows = Vec::new();
    for (line, row) in lines(text) {
        rows.push(parse(line, row, &rows).map_err(|what| Malformed {
            file: file.to_owned(),
            line,
            what,
        })?);
    }
    Ok(rows)
}

/// Parses a number table. Its head must hold `# kernel: RELEASE (DATE)`.
pub(crate) fn numbers(file: &str, text: &str) -> Result<NumberTable, Malformed> {
    let wrong = |what: &str| Malformed {
        file: file.to_owned(),
        line: 1,
        what: what.to_owned(),
    };
    let kernel = text
        .lines()
        .find_map(|line| line.strip_prefix("# kernel: "))
        .and_then(|head| head.strip_suffix(')')?.split_once(" ("))
        .map(|(release, date)| (release.to_owned(), date.to_owned()))
        .ok_or_else(|| wrong("expected a line `# kernel: RELEASE (DATE)`"))?;
    let rows = rows(file, text, |line, row, rows: &[NumberRow]| {
        let [number, name] = columns(row)?;
        let number = number
            .parse()
            .map_err(|_| format!("expected a decimal syscall number, found {number:?}"))?;
        fields::name(name)?;
        if rows.last().is_some_and(|before| before.number >= number) {
            return Err(format!("number {number} is not above the one before it"));
        }
        if let Some(before) = rows.iter().find(|before| before.name == name) {
            return Err(format!("{name} is named in line {} already", before.line));
        }
        Ok(NumberRow {
            line,
            number,
            name: name.to_owned(),
        })
    })?;
    if rows.is_empty() {
        return Err(wrong("the table has no rows"));
    }
    Ok(NumberTable { kernel, rows })
}

/// Parses `semantics.tsv`: rows in the order of their names.
pub(crate) fn semantics(file: &str, text: &str) -> Result<Vec<SemanticsRow>, Malformed> {
    rows(file, text, |line, row, rows: &[SemanticsRow]| {
        let row = semantics_row(line, row)?;
        match rows.last() {
            Some(before) if before.name >= row.name => {
                Err(format!("{} does not sort after {}", row.name, before.name))
            }
            _ => Ok(row),
        }
    })
}

fn semantics_row(line: usize, row: &str) -> Result<SemanticsRow, String> {
    let [name, lifetime, capability, recipe, why] = columns(row)?;
    fields::name(name)?;
    let (since, until) = fields::lifetime(lifetime)?;
    let (capabilities, scope) = fields::capabilities(capability)?;
    Ok(SemanticsRow {
        line,
        name: name.to_owned(),
        since,
        until,
        capabilities,
        scope,
        recipe: fields::recipe(recipe)?,
        why: why.to_owned(),
    })
}

/// Parses `arguments.tsv`: rows of one syscall stand together, labels are unique there.
pub(crate) fn arguments(file: &str, text: &str) -> Result<Vec<ArgumentsRow>, Malformed> {
    rows(file, text, |line, row, rows: &[ArgumentsRow]| {
        let row = arguments_row(line, row)?;
        let mut same = rows.iter().filter(|before| before.name == row.name);
        let parted = rows.last().is_some_and(|before| before.name != row.name);
        if parted && same.clone().next().is_some() {
            Err(format!("the rows of {} do not stand together", row.name))
        } else if same.any(|before| before.label == row.label) {
            Err(format!(
                "{} has the label {:?} already",
                row.name, row.label
            ))
        } else {
            Ok(row)
        }
    })
}

fn arguments_row(line: usize, row: &str) -> Result<ArgumentsRow, String> {
    let [name, label, capability, arguments, reason] = columns(row)?;
    fields::name(name)?;
    let (capabilities, scope) = fields::capabilities(capability)?;
    Ok(ArgumentsRow {
        line,
        name: name.to_owned(),
        label: label.to_owned(),
        capabilities,
        scope,
        arguments: fields::meant(arguments)?,
        reason: reason.to_owned(),
    })
}
