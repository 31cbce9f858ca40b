//! The way from a document's root to one of its values.

use std::fmt;
use std::str::FromStr;

/// A way to a field, written as Kubernetes does: `spec.containers[0].name`,
/// `metadata.annotations[example.org/key]`.
///
/// ```
/// use amiconfined::declared::{FieldPath, Step};
/// let path: FieldPath = ".metadata.annotations[example.org/a.b]".parse().unwrap();
/// assert_eq!(path.steps()[2], Step::Key("example.org/a.b".to_owned()));
/// assert_eq!(path.to_string(), "metadata.annotations[example.org/a.b]");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Step>);

/// One step of a way to a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the value of a mapping's key.
    Key(String),
    /// To the element of a list, counted from 0.
    Index(usize),
}

impl FieldPath {
    /// The way to the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Its steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The way on to the value of the key `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The way on to element number `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The way on by all of `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        let mut steps = self.0.clone();
        steps.extend_from_slice(&rest.0);
        Self(steps)
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl From<Vec<Step>> for FieldPath {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if is_plain(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(f, "{dot}{key}")?;
                }
                Step::Key(key) => write!(f, "[{key}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key can stand after a dot and be read back as a key.
fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What is wrong with a written path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field path {path:?}: expected `name`, `.name`, `[number]` or `[key]` at byte {at}")]
pub struct PathError {
    path: String,
    at: usize,
}

impl FromStr for FieldPath {
    type Err = PathError;

    /// Reads what [`Display`](fmt::Display) writes; a dot may lead.
    fn from_str(path: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = path;
        let error = |rest: &str| PathError {
            path: path.to_owned(),
            at: path.len() - rest.len(),
        };
        while !rest.is_empty() {
            if let Some(bracket) = rest.strip_prefix('[') {
                let (inside, after) = bracket.split_once(']').ok_or_else(|| error(rest))?;
                steps.push(
                    inside
                        .parse()
                        .map_or_else(|_| Step::Key(inside.to_owned()), Step::Index),
                );
                rest = after;
                continue;
            }
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let (key, after) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
            if key.is_empty() {
                return Err(error(name));
            }
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        }
        Ok(Self(steps))
    }
}
