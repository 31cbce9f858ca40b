//! One field of a document: its value where it has one, and its place in any case.

use super::{Document, FieldPath, InputError, Node, Value};
use crate::confinement::{Expectation, Source, Text};

/// A field that is there or not, with where it is or would be.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    document: &'a Document,
    path: FieldPath,
    node: Option<&'a Node>,
    /// Where the whole document stands in another one, as a text.
    inside: Option<&'a Source>,
}

impl<'a> Field<'a> {
    /// The document's root.
    pub(super) fn root(document: &'a Document) -> Self {
        Self::at(document, &FieldPath::root(), None)
    }

    /// The field at `path`; `inside` is where the document stands in another one, as a text.
    pub(super) fn at(document: &'a Document, path: &FieldPath, inside: Option<&'a Source>) -> Self {
        Self {
            document,
            path: path.clone(),
            node: document.root.find(path),
            inside,
        }
    }

    /// The field `key` of this mapping.
    pub(super) fn get(&self, key: &str) -> Self {
        Self {
            document: self.document,
            path: self.path.key(key),
            inside: self.inside,
            node: self
                .node
                .and_then(|node| node.get(key))
                .filter(|node| node.value != Value::Null),
        }
    }

    /// Goes down several keys.
    pub(super) fn go(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |field, key| field.get(key))
    }

    /// Its value, where it has one.
    pub(super) fn node(&self) -> Option<&'a Node> {
        self.node
    }

    /// Whether it has a value.
    pub(super) fn is_set(&self) -> bool {
        self.node.is_some_and(|node| node.value != Value::Null)
    }

    /// Its elements; none where it is not set.
    pub(super) fn items(&self) -> Result<Vec<Self>, InputError> {
        let Some(node) = self.node.filter(|_| self.is_set()) else {
            return Ok(Vec::new());
        };
        let items = node
            .as_sequence()
            .ok_or_else(|| self.wrong("a list", node))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, node)| Self {
                document: self.document,
                path: self.path.index(index),
                node: Some(node),
                inside: self.inside,
            })
            .collect())
    }

    /// Its keys with their fields; none where it is not set.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>, InputError> {
        let Some(node) = self.node.filter(|_| self.is_set()) else {
            return Ok(Vec::new());
        };
        let entries = node
            .as_mapping()
            .ok_or_else(|| self.wrong("a mapping", node))?;
        Ok(entries
            .iter()
            .map(|entry| (entry.key.as_str(), self.get(&entry.key)))
            .collect())
    }

    /// Its text.
    pub(super) fn text(&self) -> Result<Option<&'a str>, InputError> {
        self.read("a string", Node::as_str)
    }

    /// Its texts, where it is a list.
    pub(super) fn texts(&self) -> Result<Vec<(&'a str, Self)>, InputError> {
        let mut out = Vec::new();
        for item in self.items()? {
            if let Some(text) = item.text()? {
                out.push((text, item));
            }
        }
        Ok(out)
    }

    /// Its truth value.
    pub(super) fn flag(&self) -> Result<Option<bool>, InputError> {
        self.read("a boolean", |node| match node.value {
            Value::Bool(value) => Some(value),
            _ => None,
        })
    }

    /// Its whole number.
    pub(super) fn number(&self) -> Result<Option<i64>, InputError> {
        self.read("a whole number", |node| match &node.value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        })
    }

    /// Its whole number from 0 to 18446744073709551615.
    pub(super) fn unsigned(&self) -> Result<Option<u64>, InputError> {
        self.read("a whole number, not negative", |node| match &node.value {
            Value::Number(number) => number.as_u64(),
            _ => None,
        })
    }

    /// Its user or group id.
    pub(super) fn id(&self) -> Result<Option<u32>, InputError> {
        self.read("a number from 0 to 4294967295", |node| match &node.value {
            Value::Number(number) => u32::try_from(number.as_u64()?).ok(),
            _ => None,
        })
    }

    /// Its text, or its number as it would be written.
    pub(super) fn quantity(&self) -> Result<Option<String>, InputError> {
        self.read("a quantity", |node| match &node.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// Where it is, or would be.
    pub(super) fn source(&self) -> Source {
        if let Some(outer) = self.inside {
            return Source {
                field: format!("{}: {}", outer.field, self.path),
                ..outer.clone()
            };
        }
        let location = self.document.root.nearest(&self.path);
        Source {
            file: self.document.source.clone(),
            line: location.line,
            column: location.column,
            field: self.path.to_string(),
        }
    }

    /// What it expects, where it is set.
    pub(super) fn expects<T>(&self, value: T, because: impl Into<String>) -> Expectation<T> {
        Expectation::new(value, self.source(), because)
    }

    /// An error about it.
    pub(super) fn error(&self, problem: impl Into<String>) -> InputError {
        self.document.error_at(&self.path, problem)
    }

    fn read<T>(
        &self,
        expected: &str,
        read: impl FnOnce(&'a Node) -> Option<T>,
    ) -> Result<Option<T>, InputError> {
        let Some(node) = self.node.filter(|_| self.is_set()) else {
            return Ok(None);
        };
        read(node)
            .map(Some)
            .ok_or_else(|| self.wrong(expected, node))
    }

    fn wrong(&self, expected: &str, node: &Node) -> InputError {
        let found = match &node.value {
            Value::String(text) => {
                let start: String = text.chars().take(80).collect();
                let more = if start.len() < text.len() { " ..." } else { "" };
                format!("a string, {:?}{more}", Text::from(start.as_str()))
            }
            Value::Number(number) => format!("the number {number}"),
            other => other.kind().to_owned(),
        };
        self.error(format!("found {found}, expected {expected}"))
    }
}
