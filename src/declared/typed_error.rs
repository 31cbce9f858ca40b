//! Why a value is not of the type that is read, and where it stands.

use std::fmt;

use serde::de;

use super::{FieldPath, InputError, Location, Node, Step};

/// The most characters of an error's beginning and of its end that are told.
const MAX_SHOWN: usize = 80;

/// Why a value does not fit, and the way to it, deepest step first.
#[derive(Debug)]
pub(super) struct TypeError {
    problem: String,
    location: Option<Location>,
    steps: Vec<Step>,
}

impl TypeError {
    /// The same, now known to be about `node` or something below it.
    pub(super) fn within(mut self, step: Step, node: &Node) -> Self {
        self.location.get_or_insert(node.location);
        self.steps.push(step);
        self
    }

    /// The same as an error of the input: `node` is what was read, found at `path`.
    pub(super) fn at(mut self, source: &str, node: &Node, path: &FieldPath) -> InputError {
        self.steps.reverse();
        InputError::WrongType {
            source_name: source.to_owned(),
            location: self.location.unwrap_or(node.location),
            field: path.join(&self.steps.into()).to_string(),
            problem: self.problem,
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for TypeError {}

impl de::Error for TypeError {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        // The value stands in the middle; what was expected, behind it.
        let mut problem = problem.to_string();
        if let (Some((end, _)), Some((start, _))) = (
            problem.char_indices().nth(MAX_SHOWN),
            problem.char_indices().nth_back(MAX_SHOWN),
        ) && end < start
        {
            problem.replace_range(end..start, " ... ");
        }
        Self {
            problem,
            location: None,
            steps: Vec::new(),
        }
    }
}
