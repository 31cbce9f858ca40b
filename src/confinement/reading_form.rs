//! Reading a [`Reading`] back.
//!
//! Written by hand so that only what is known depends on the fact's type: the compiler
//! would make the rest once more for each of them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Denial, Reading};

/// The states, as JSON names them.
const STATES: &[&str] = &["known", "absent", "denied"];

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Known,
    Absent,
    Denied,
}

#[derive(Deserialize)]
struct Absence {
    why: String,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Reading", STATES, ReadingVisitor(PhantomData))
    }
}

struct ReadingVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ReadingVisitor<T> {
    type Value = Reading<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of known, absent and denied")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Reading<T>, A::Error> {
        let (state, content) = data.variant()?;
        Ok(match state {
            State::Known => Reading::Known(content.newtype_variant()?),
            State::Absent => Reading::Absent {
                why: content.newtype_variant::<Absence>()?.why,
            },
            State::Denied => Reading::Denied(content.newtype_variant::<Denial>()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confinement::Errno;

    #[test]
    fn each_state_is_read_back_as_it_was_written() {
        for reading in [
            Reading::Known(7_u32),
            Reading::absent("no such thing"),
            Reading::denied(
                "openat",
                "/proc/1/ns",
                Some(Errno::EACCES),
                "CAP_SYS_PTRACE",
            ),
        ] {
            let json = serde_json::to_string(&reading).unwrap();
            assert_eq!(
                serde_json::from_str::<Reading<u32>>(&json).unwrap(),
                reading
            );
        }
    }

    #[test]
    fn what_is_no_reading_is_refused_with_what_was_expected() {
        for (json, wanted) in [
            (
                "{\"guessed\":7}",
                "unknown variant `guessed`, expected one of `known`, `absent`, `denied`",
            ),
            ("{\"known\":\"x\"}", "expected u32"),
            ("{\"absent\":{}}", "missing field `why`"),
            ("7", "expected value"),
        ] {
            let error = serde_json::from_str::<Reading<u32>>(json).unwrap_err();
            assert!(error.to_string().contains(wanted), "{json}: {error}");
        }
    }
}
