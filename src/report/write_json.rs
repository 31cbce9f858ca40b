//! Writing JSON: one way for every report, which also keeps each type's writer in the
//! binary once.

use std::io::Write;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::ascii_where_it_matters;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Two blanks a level.
    Indented,
    /// Without a blank or a line feed.
    OneLine,
}

/// Writes a value, and nothing after it; what could act on a terminal is escaped.
///
/// # Errors
///
/// Where `out` fails.
pub(crate) fn write_json(
    value: &impl Serialize,
    form: Form,
    out: &mut dyn Write,
) -> Result<(), serde_json::Error> {
    let layout = match form {
        Form::Indented => Layout::Indented(PrettyFormatter::new()),
        Form::OneLine => Layout::OneLine(CompactFormatter),
    };
    let mut escaping = Escaping {
        out,
        pieces: Vec::with_capacity(MANY_PIECES),
    };
    value.serialize(&mut Serializer::with_formatter(&mut escaping, layout))?;
    escaping.pass().map_err(serde_json::Error::io)
}

/// How many bytes are gathered before they are passed on.
const MANY_PIECES: usize = 8 << 10;

/// The same as text.
///
/// # Errors
///
/// Where a value cannot be JSON, such as a mapping whose keys are no text.
pub(crate) fn to_json(value: &impl Serialize, form: Form) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    write_json(value, form, &mut bytes)?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Escapes what passes as [`ascii_where_it_matters`] does. The serialiser writes whole
/// pieces of text, never part of a character, and many small ones.
struct Escaping<'a> {
    out: &'a mut dyn Write,
    pieces: Vec<u8>,
}

impl Escaping<'_> {
    /// Passes on what was gathered.
    fn pass(&mut self) -> std::io::Result<()> {
        let plain = |b: &u8| matches!(b, b'\n' | b' '..=b'~');
        if self.pieces.iter().all(plain) {
            self.out.write_all(&self.pieces)?;
        } else {
            let text = std::str::from_utf8(&self.pieces).map_err(std::io::Error::other)?;
            self.out
                .write_all(ascii_where_it_matters(text).as_bytes())?;
        }
        self.pieces.clear();
        Ok(())
    }
}

impl Write for Escaping<'_> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.write_all(piece)?;
        Ok(piece.len())
    }

    fn write_all(&mut self, piece: &[u8]) -> std::io::Result<()> {
        self.pieces.extend_from_slice(piece);
        if self.pieces.len() >= MANY_PIECES {
            self.pass()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.pass()?;
        self.out.flush()
    }
}

/// Both of `serde_json`'s layouts as one type.
enum Layout {
    Indented(PrettyFormatter<'static>),
    OneLine(CompactFormatter),
}

/// Gives each call to the layout that was chosen.
macro_rules! either {
    ($($call:ident($($argument:ident: $of:ty),*);)*) => {$(
        fn $call<W: ?Sized + Write>(&mut self, out: &mut W, $($argument: $of),*) -> std::io::Result<()> {
            match self {
                Self::Indented(layout) => layout.$call(out, $($argument),*),
                Self::OneLine(layout) => layout.$call(out, $($argument),*),
            }
        }
    )*};
}

impl Formatter for Layout {
    either! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_as_the_library_writes_them() {
        let value = serde_json::json!({"a": [1, {"b": null}], "c": {}, "d": [], "e": "f"});
        assert_eq!(
            to_json(&value, Form::Indented).unwrap(),
            serde_json::to_string_pretty(&value).unwrap()
        );
        assert_eq!(
            to_json(&value, Form::OneLine).unwrap(),
            serde_json::to_string(&value).unwrap()
        );
    }

    #[test]
    fn what_moves_a_cursor_is_escaped_in_keys_and_values() {
        let value = serde_json::json!({"\u{9b}k": "\u{202e}é"});
        let text = to_json(&value, Form::OneLine).unwrap();
        assert_eq!(text, "{\"\\u009bk\":\"\\u202eé\"}");
    }
}
