//! Building the located tree while the YAML is parsed.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::{Entry, Location, MAX_NODES, Node, Value, scalar};

thread_local! {
    /// How many values the reading that this thread is at may still make. The
    /// parser's own budget counts what is written; aliases repeat it.
    static NODES_LEFT: Cell<usize> = const { Cell::new(0) };
    /// The text of that reading: the parser tells where a value is, not how it is spelled.
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How far back from a scalar its tag, or the header of its block, is looked for, in bytes.
const LOOK_BACK: usize = 256;

/// Lets this thread make [`MAX_NODES`] values from here on.
pub(super) fn start_counting() {
    NODES_LEFT.set(MAX_NODES);
}

/// What is said of an input that holds more values.
pub(super) fn too_many() -> String {
    format!("expected at most {MAX_NODES} values")
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = NODES_LEFT
            .get()
            .checked_sub(1)
            .ok_or_else(|| D::Error::custom(too_many()))?;
        NODES_LEFT.set(left);
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let value = as_spelled(spanned.value, &spanned.defined);
        Ok(Self {
            location: location(&spanned.referenced),
            value: value.ok_or_else(|| D::Error::custom("expected a finite number"))?,
        })
    }
}

/// Makes `text` the one whose values' places are told from here on.
pub(super) fn spelled_in(text: &str) {
    TEXT.set(text.to_owned());
}

/// A scalar as Kubernetes reads what is written there; the parser's own rules differ in case,
/// in underscores, and in what is too large for a float. `None` for what is no finite number.
fn as_spelled(value: Value, place: &serde_saphyr::Location) -> Option<Value> {
    TEXT.with_borrow(|text| {
        let Some((before, raw)) = written(text, place) else {
            return Some(value);
        };
        match &value {
            Value::Bool(_) | Value::Number(_) if !raw.starts_with(['"', '\'']) => {
                Some(scalar::plain(raw))
            }
            Value::Null if raw.eq_ignore_ascii_case("null") => Some(scalar::plain(raw)),
            Value::String(same) if same == raw => match scalar::plain(raw) {
                number @ Value::Number(_) if is_plain(before) => Some(number),
                _ if scalar::is_non_finite(raw) && is_plain(before) => None,
                _ => Some(value),
            },
            // What the parser makes of a float that is infinite or none.
            Value::String(other) if scalar::is_non_finite(other) && is_plain(before) => {
                (!scalar::is_non_finite(raw)).then(|| scalar::plain(raw))
            }
            _ => Some(value),
        }
    })
}

/// What stands at a place, and what stands before it.
fn written<'t>(text: &'t str, place: &serde_saphyr::Location) -> Option<(&'t str, &'t str)> {
    let span = place.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    let (before, rest) = text.split_at_checked(start)?;
    Some((before, rest.get(..length)?))
}

/// Whether what stands before a scalar without quotes is neither a tag nor the header of a
/// block.
fn is_plain(before: &str) -> bool {
    let near = before.len().saturating_sub(LOOK_BACK);
    let near = before.as_bytes().get(near..).unwrap_or_default();
    let near = String::from_utf8_lossy(near);
    let mut words = near.split_whitespace().rev();
    let word = words
        .find(|word| !word.starts_with('&'))
        .unwrap_or_default();
    let same_line = near.trim_end_matches([' ', '\t']).ends_with(word);
    !word.starts_with('!') && (same_line || !word.starts_with(['|', '>']))
}

/// The place in our terms.
pub(super) fn location(place: &serde_saphyr::Location) -> Location {
    Location {
        line: place.line(),
        column: place.column(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        scalar::float(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = seq.next_element()? {
            nodes.push(node);
        }
        Ok(Value::Sequence(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Node>()? {
            let Some(name) = key_name(key.value) else {
                return Err(A::Error::custom(
                    "expected a scalar as the key of a mapping",
                ));
            };
            entries.push(Entry {
                key: name,
                key_location: key.location,
                node: map.next_value()?,
            });
        }
        Ok(Value::Mapping(entries))
    }
}

/// A key as JSON would have it.
fn key_name(value: Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::String(text) => Some(text),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
