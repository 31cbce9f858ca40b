//! Floor 3: renderers. One file each; none reads anything but the report it is given.
//!
//! [`Summary`] computes what a reader wants first (which layers confine, what stands
//! out) from the facts alone; text and JSON show the same summary.

mod amicontained;
mod containers;
mod explain;
mod filter_changes;
mod filters;
mod findings_text;
mod foreign;
mod json;
mod junit;
mod layers;
mod options;
mod page;
mod policy_report;
mod sarif;
mod sections;
mod show;
mod stands_out;
mod stands_out_files;
mod summary;
mod sweep_text;
mod syscall_lines;
mod syscalls_explained;
mod syscalls_table;
mod syscalls_text;
mod text;
mod write_json;

pub use amicontained::amicontained;
pub use containers::{Column, Row, container_report, html, node_name, prometheus, table};
pub use explain::explain;
pub use filter_changes::{filter_changes_json, filter_changes_schema, filter_changes_text};
pub use filters::{
    FILTERS_REPORT_SCHEMA, FiltersReport, filters_json, filters_schema, filters_text,
};
pub use findings_text::findings_text;
pub(crate) use json::ascii_where_it_matters;
pub use json::{JsonReport, json, schema};
pub use junit::junit;
pub use layers::{Layer, layers};
pub use options::{Options, SyscallList};
pub use policy_report::{Dashboard, policy_report};
pub use sarif::sarif;
pub use stands_out::{Level, StandsOut, stands_out};
pub use summary::{BoundingDifference, Summary, VerdictCount};
pub use sweep_text::{node_lines, notes};
pub use syscalls_explained::syscalls_explained;
pub use syscalls_table::{
    AbiColumn, SYSCALLS_SCHEMA, SyscallCell, SyscallRow, SyscallsTable, syscalls_json,
    syscalls_schema, syscalls_table,
};
pub use syscalls_text::syscalls_text;
pub use text::text;
pub(crate) use write_json::{Form, to_json, write_json};
