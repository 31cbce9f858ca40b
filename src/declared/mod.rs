//! Floor 2: what was declared, as expected confinement with the line it came from.

mod document;
mod error;
mod located;
mod path;
mod typed;
mod typed_access;
mod yaml;

pub use document::{Document, Entry, Location, Node, Value};
pub use error::InputError;
pub use path::{FieldPath, Step};
pub use yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read_documents};
