//! How a table of containers is laid out, by `sweep` and by `report`.

use std::cmp::Ordering;

use clap::Args;

use crate::report::{Column, Row};

/// Arguments that say how containers are shown.
#[derive(Debug, Clone, Args)]
pub struct TableArgs {
    /// Every column.
    #[arg(long, conflicts_with = "columns")]
    pub wide: bool,
    /// The columns to show.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub columns: Vec<Column>,
    /// Sort by this column [default: worst first].
    #[arg(long, value_name = "COLUMN")]
    pub sort: Option<Column>,
}

impl TableArgs {
    /// The columns: those that were chosen, or all, or else the usual ones.
    pub(super) fn shown(&self, usual: &[Column]) -> Vec<Column> {
        match (self.chosen(), self.wide) {
            (true, _) => self.columns.clone(),
            (_, true) => Column::ALL.to_vec(),
            _ => usual.to_vec(),
        }
    }

    /// Whether columns were chosen: then each is shown, an empty one too.
    pub(super) fn chosen(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Which of two rows comes first.
    pub(super) fn order(&self, a: &Row, b: &Row) -> Ordering {
        match self.sort {
            Some(column) => a.by(column, b).then_with(|| a.worst_first(b)),
            None => a.worst_first(b),
        }
    }
}
