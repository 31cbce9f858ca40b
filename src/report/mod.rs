//! Floor 3: renderers. One file each; none reads anything but the report it is given.
//!
//! [`Summary`] computes what a reader wants first (which layers confine, what stands
//! out) from the facts alone; text and JSON show the same summary.

mod amicontained;
mod explain;
mod json;
mod layers;
mod options;
mod page;
mod sections;
mod show;
mod stands_out;
mod stands_out_files;
mod summary;
mod syscall_lines;
mod text;

pub use amicontained::amicontained;
pub use explain::explain;
pub use json::{JsonReport, json, schema};
pub use layers::{Layer, layers};
pub use options::{Options, SyscallList};
pub use stands_out::{Level, StandsOut, stands_out};
pub use summary::{BoundingDifference, Summary, VerdictCount};
pub use text::text;
