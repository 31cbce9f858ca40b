//! Going through a located list or mapping, keeping the way to what does not fit.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess};
use serde::de::{VariantAccess, Visitor};

use super::typed::NodeDeserializer;
use super::typed_error::TypeError;
use super::{Entry, Node, Step};

/// The elements of a list that are still to be read.
pub(super) struct Elements<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) next: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = TypeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, TypeError> {
        let Some(node) = self.nodes.get(self.next) else {
            return Ok(None);
        };
        let step = Step::Index(self.next);
        self.next += 1;
        seed.deserialize(NodeDeserializer(node))
            .map(Some)
            .map_err(|error| error.within(step, node))
    }

    fn size_hint(&self) -> Option<usize> {
        self.nodes.len().checked_sub(self.next)
    }
}

/// The entries of a mapping that are still to be read.
pub(super) struct Fields<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) next: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = TypeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, TypeError> {
        match self.entries.get(self.next) {
            Some(entry) => key(entry, seed).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TypeError> {
        let Some(entry) = self.entries.get(self.next) else {
            return Err(serde::de::Error::custom(
                "a value was asked for before its key",
            ));
        };
        self.next += 1;
        value(entry, seed)
    }
}

/// A mapping with one entry, read as an enum's variant with its content.
pub(super) struct Variant<'a>(pub(super) &'a Entry);

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = TypeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), TypeError> {
        Ok((key(self.0, seed)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = TypeError;

    fn unit_variant(self) -> Result<(), TypeError> {
        value(self.0, std::marker::PhantomData::<()>)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, TypeError> {
        value(self.0, seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        serde::Deserializer::deserialize_seq(NodeDeserializer(&self.0.node), visitor)
            .map_err(|error| error.within(Step::Key(self.0.key.clone()), &self.0.node))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        serde::Deserializer::deserialize_map(NodeDeserializer(&self.0.node), visitor)
            .map_err(|error| error.within(Step::Key(self.0.key.clone()), &self.0.node))
    }
}

fn key<'de, K: DeserializeSeed<'de>>(entry: &Entry, seed: K) -> Result<K::Value, TypeError> {
    let key: StrDeserializer<'_, TypeError> = entry.key.as_str().into_deserializer();
    seed.deserialize(key)
}

fn value<'de, V: DeserializeSeed<'de>>(entry: &Entry, seed: V) -> Result<V::Value, TypeError> {
    seed.deserialize(NodeDeserializer(&entry.node))
        .map_err(|error| error.within(Step::Key(entry.key.clone()), &entry.node))
}
