//! A table for people: one line a container.

use std::io::Write;

use unicode_width::UnicodeWidthStr;

use super::{Column, Row};

/// What stands between two columns.
const GAP: usize = 2;

/// Writes the rows as a table of these columns, in the order given, line by line.
///
/// A column in which nothing differs from "not there" is left out unless `keep` is set, so
/// that a node without Pods has no empty Pod columns.
///
/// # Errors
///
/// What writing gives.
pub fn table(
    out: &mut dyn Write,
    rows: &[Row],
    columns: &[Column],
    keep: bool,
) -> std::io::Result<()> {
    let mut shown: Vec<(Column, usize)> = Vec::new();
    for column in columns {
        let cells = || rows.iter().map(|row| row.cell(*column));
        if keep || cells().any(|cell| cell != "-") {
            let widest = cells().map(UnicodeWidthStr::width).max().unwrap_or(0);
            shown.push((*column, widest.max(column.name().len())));
        }
    }
    let heads = shown.iter().map(|(column, _)| column.name().to_uppercase());
    let heads: Vec<String> = heads.collect();
    line(out, &shown, &mut heads.iter().map(String::as_str))?;
    for row in rows {
        line(out, &shown, &mut shown.iter().map(|(c, _)| row.cell(*c)))?;
    }
    Ok(())
}

fn line(
    out: &mut dyn Write,
    columns: &[(Column, usize)],
    cells: &mut dyn Iterator<Item = &str>,
) -> std::io::Result<()> {
    let mut text = String::new();
    for ((_, width), cell) in columns.iter().zip(cells) {
        text.push_str(cell);
        let blanks = width.saturating_sub(cell.width()) + GAP;
        text.extend(std::iter::repeat_n(' ', blanks));
    }
    writeln!(out, "{}", text.trim_end())
}
