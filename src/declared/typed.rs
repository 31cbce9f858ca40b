//! Reading a located value as a type, so that what does not fit is named with its line.
//!
//! A missing value stands for the type's empty one wherever null does in Go's
//! JSON decoding, by which the API server reads: null in place of a text, a
//! number, a list or a mapping is as if it had not been written.

use serde::Deserializer;
use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeOwned, Expected, IntoDeserializer, Unexpected, Visitor};
use serde_json::Number;

use super::typed_access::{Elements, Fields, Variant};
use super::typed_error::TypeError;
use super::{Entry, FieldPath, InputError, Node, Value, quantity};

/// Reads `node`, found at `path`, as a `T`.
pub(super) fn deserialize<T: DeserializeOwned>(
    source: &str,
    node: &Node,
    path: &FieldPath,
) -> Result<T, InputError> {
    T::deserialize(NodeDeserializer(node)).map_err(|error| error.at(source, node, path))
}

#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'a>(pub(super) &'a Node);

impl NodeDeserializer<'_> {
    fn is_null(self) -> bool {
        self.0.value == Value::Null
    }

    /// The error of a value that is of another kind. Made once here, rather than by each of
    /// the two hundred types' own methods for every kind of value.
    fn unexpected(self, expected: &dyn Expected) -> TypeError {
        let found = match &self.0.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => Unexpected::Unsigned(value),
                (None, Some(value)) => Unexpected::Signed(value),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Sequence(_) => Unexpected::Seq,
            Value::Mapping(_) => Unexpected::Map,
        };
        de::Error::invalid_type(found, expected)
    }

    fn number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, TypeError> {
        match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => visitor.visit_u64(value),
            (None, Some(value)) => visitor.visit_i64(value),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
        }
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
            match &self.0.value {
                Value::Null => visitor.visit_u64(0),
                Value::Number(number) => Self::number(number, visitor),
                _ => Err(self.unexpected(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => Self::number(number, visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Sequence(nodes) => visitor.visit_seq(Elements { nodes, next: 0 }),
            Value::Mapping(entries) => visitor.visit_map(Fields { entries, next: 0 }),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.0.value {
            Value::Null => visitor.visit_bool(false),
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.0.value {
            Value::Null => visitor.visit_f64(0.0),
            Value::Number(number) => Self::number(number, visitor),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.0.value {
            Value::Null => visitor.visit_str(""),
            Value::String(text) => visitor.visit_str(text),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match &self.0.value {
            // A Kubernetes quantity may be written as a bare number: `cpu: 1`.
            Value::Number(number) if name == "Quantity" => visitor
                .visit_newtype_struct(StringDeserializer::<TypeError>::new(number.to_string())),
            Value::String(text) if name == "Quantity" && !quantity::is_quantity(text) => Err(
                de::Error::invalid_value(Unexpected::Str(text), &quantity::EXPECTED),
            ),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        let nodes: &[Node] = match &self.0.value {
            Value::Null => &[],
            Value::Sequence(nodes) => nodes.as_slice(),
            _ => return Err(self.unexpected(&visitor)),
        };
        visitor.visit_seq(Elements { nodes, next: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        let entries: &[Entry] = match &self.0.value {
            Value::Null => &[],
            Value::Mapping(entries) => entries.as_slice(),
            _ => return Err(self.unexpected(&visitor)),
        };
        visitor.visit_map(Fields { entries, next: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match &self.0.value {
            Value::String(text) => visitor.visit_enum(
                IntoDeserializer::<TypeError>::into_deserializer(text.as_str()),
            ),
            Value::Mapping(entries) if let [entry] = entries.as_slice() => {
                visitor.visit_enum(Variant(entry))
            }
            other => Err(de::Error::invalid_type(
                Unexpected::Other(other.kind()),
                &visitor,
            )),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}
