//! A declaration as a tree in which each value knows where it was written.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Number;

use super::{FieldPath, InputError, Step};

/// A place in a text: line and column, both counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One document of an input: a file may hold many, divided by `---`.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What the input is called in messages: a file's path, or `<stdin>`.
    pub source: String,
    /// What it holds.
    pub root: Node,
}

impl Document {
    /// Reads the value at `path` as the type `T`; a path that leads nowhere is null.
    ///
    /// # Errors
    ///
    /// [`InputError::WrongType`] with the field and the line that do not fit.
    pub fn typed<T: DeserializeOwned>(&self, path: &FieldPath) -> Result<T, InputError> {
        let missing = Node {
            value: Value::Null,
            location: self.root.nearest(path),
        };
        let node = self.root.find(path).unwrap_or(&missing);
        super::typed::deserialize(&self.source, node, path)
    }

    /// An error about the value at `path`, or about what is nearest to it.
    pub fn error_at(&self, path: &FieldPath, expected: impl Into<String>) -> InputError {
        InputError::WrongType {
            source_name: self.source.clone(),
            location: self.root.nearest(path),
            field: path.to_string(),
            problem: expected.into(),
        }
    }
}

/// One value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it begins; for a value that an alias repeats, where the alias is.
    pub location: Location,
}

/// What a value is, as Kubernetes reads YAML: `yes` and `on` are true, `0644` is 420.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number; never infinite or not a number.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values in the order they were written; of two equal keys the last counts.
    Mapping(Vec<Entry>),
}

impl Value {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key; one that is no string is written as JSON would have it (`true`, `8080`).
    pub key: String,
    /// Where the key begins.
    pub key_location: Location,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value of the key `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The key `key` with its value, where this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().rfind(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The text, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where this is a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The entries, where this is a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value that `path` leads to from here.
    pub fn find(&self, path: &FieldPath) -> Option<&Self> {
        path.steps()
            .iter()
            .try_fold(self, |node, step| node.step(step))
    }

    /// Where the value at `path` is, or where the deepest part of the path that exists is.
    pub fn nearest(&self, path: &FieldPath) -> Location {
        let mut node = self;
        for step in path.steps() {
            match node.step(step) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.location
    }

    /// Moves every location of the tree down by `lines`.
    pub(super) fn move_down(&mut self, lines: u64) {
        if lines == 0 {
            return;
        }
        self.location.line += lines;
        match &mut self.value {
            Value::Sequence(nodes) => nodes.iter_mut().for_each(|node| node.move_down(lines)),
            Value::Mapping(entries) => {
                for entry in entries {
                    entry.key_location.line += lines;
                    entry.node.move_down(lines);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match step {
            Step::Key(key) => self.get(key),
            Step::Index(index) => self.as_sequence()?.get(*index),
        }
    }
}
