//! What can be wrong with a declaration.

use super::Location;

/// Why an input could not be read as a declaration: one line that says which
/// input, where in it, which field, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// It is longer than is read.
    #[error("{source_name}: more than {limit} bytes, the most that is read")]
    TooLarge {
        /// The input.
        source_name: String,
        /// The greatest length that is read, in bytes.
        limit: usize,
    },
    /// It is not text.
    #[error("{source_name}:{location}: expected UTF-8 text")]
    NotUtf8 {
        /// The input.
        source_name: String,
        /// The first place that is none.
        location: Location,
    },
    /// It is not YAML, or goes beyond the bounds of what is read.
    #[error("{source_name}:{location}: {problem}")]
    Syntax {
        /// The input.
        source_name: String,
        /// Where.
        location: Location,
        /// What, and what was expected.
        problem: String,
    },
    /// The system gave no thread to read it on.
    #[error("{source_name}: no thread to read it on: {problem}")]
    NoThread {
        /// The input.
        source_name: String,
        /// What the system said.
        problem: String,
    },
    /// A field holds what does not belong there.
    #[error("{source_name}:{location}: {}{problem}", field_prefix(.field))]
    WrongType {
        /// The input.
        source_name: String,
        /// Where the value is.
        location: Location,
        /// The field, as [`super::FieldPath`] writes it; empty for the whole document.
        field: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// Well formed, but nothing that this tool can judge.
    #[error(
        "{source_name}:{location}: kind {kind:?} of {api_version:?} is unknown, expected {expected}"
    )]
    UnknownKind {
        /// The input.
        source_name: String,
        /// Where the document begins.
        location: Location,
        /// Its `kind`.
        kind: String,
        /// Its `apiVersion`; empty where it has none.
        api_version: String,
        /// What is known.
        expected: String,
    },
}

fn field_prefix(field: &str) -> String {
    if field.is_empty() {
        String::new()
    } else {
        format!("{field}: ")
    }
}
