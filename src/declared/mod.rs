//! Floor 2: what was declared, as expected confinement with the line it came from.

mod document;
mod error;
mod kubernetes;
mod located;
mod path;
mod typed;
mod typed_access;
mod workload;
mod yaml;

pub use document::{Document, Entry, Location, Node, Value};
pub use error::InputError;
pub use kubernetes::{NamespaceObject, Object, is_kubernetes, objects};
pub use path::{FieldPath, Step};
pub use workload::{Workload, WorkloadKind};
pub use yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read_documents};
