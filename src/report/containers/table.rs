//! A table for people: one line a container.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::{Column, Row};

/// The rows as a table of these columns, in the order given.
///
/// A column in which nothing differs from "not there" is left out unless `keep` is set, so
/// that a node without Pods has no empty Pod columns.
#[must_use]
pub fn table(rows: &[Row], columns: &[Column], keep: bool) -> String {
    let shown: Vec<Column> = columns
        .iter()
        .copied()
        .filter(|column| keep || rows.iter().any(|row| row.cell(*column) != "-"))
        .collect();
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(shown.iter().map(|column| column.name().to_uppercase()));
    for row in rows {
        table.add_row(shown.iter().map(|column| row.cell(*column)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut out = String::new();
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
