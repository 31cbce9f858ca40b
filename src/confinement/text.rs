//! Bytes that something else chose: names, paths, labels.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes from outside, kept exactly, shown safely.
///
/// Linux names are bytes, and a container chooses many of them. Shown or
/// serialised, everything that is not printable UTF-8 becomes an escape
/// (`\x1b`, `\n`, `\u{202e}`), and a backslash becomes `\\`, so that the escaped
/// form is one line, harmless on a terminal, and can be read back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(Vec<u8>);

impl Text {
    /// The bytes as they were read.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text with escapes, as it is shown.
    pub fn escaped(&self) -> String {
        // Most are names of letters and digits.
        let plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'\\';
        if let (true, Ok(text)) = (self.0.iter().all(plain), str::from_utf8(&self.0)) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(self.0.len());
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                escape_char(c, &mut out);
            }
            for byte in chunk.invalid() {
                out.push_str(&format!("\\x{byte:02x}"));
            }
        }
        out
    }

    /// The bytes as UTF-8, lossily: for comparing with ASCII words only, never for output.
    pub fn to_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Reads the escaped form back. `None` for a malformed escape.
    pub fn unescape(escaped: &str) -> Option<Self> {
        if !escaped.contains('\\') {
            return Some(escaped.into());
        }
        let mut bytes = Vec::with_capacity(escaped.len());
        let mut rest = escaped.chars();
        while let Some(c) = rest.next() {
            if c != '\\' {
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            match rest.next()? {
                '\\' => bytes.push(b'\\'),
                'n' => bytes.push(b'\n'),
                't' => bytes.push(b'\t'),
                'r' => bytes.push(b'\r'),
                'x' => {
                    let hex: String = rest.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&hex, 16).ok()?);
                }
                'u' => {
                    let hex: String = rest
                        .by_ref()
                        .skip_while(|c| *c == '{')
                        .take_while(|c| *c != '}')
                        .collect();
                    let c = char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?;
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => return None,
            }
        }
        Some(Self(bytes))
    }
}

/// Escapes what could move a cursor, reorder a line or hide in it.
fn escape_char(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        // C1 controls, soft hyphen, zero-width and bidirectional marks, line and
        // paragraph separators, byte order mark, tags, private use, noncharacters.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{ffff}'
        | '\u{e0000}'..='\u{10ffff}' => {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        }
        c => out.push(c),
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.escaped())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escaped())
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.escaped())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let escaped = String::deserialize(deserializer)?;
        Self::unescape(&escaped)
            .ok_or_else(|| serde::de::Error::custom("a backslash starts no known escape"))
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Bytes from outside. What is not printable UTF-8 is escaped: \\\\, \\n, \\t, \\r, \\xNN, \\u{N}."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_what_moves_a_cursor() {
        let text = Text::from(&b"a\x1b[31m\n\xff\\"[..]);
        assert_eq!(text.to_string(), "a\\x1b[31m\\n\\xff\\\\");
        assert_eq!(Text::from("\u{202e}").to_string(), "\\u{202e}");
    }

    proptest! {
        #[test]
        fn escaping_is_undone_exactly(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = Text::from(bytes);
            prop_assert_eq!(Text::unescape(&text.escaped()), Some(text.clone()));
            prop_assert!(!text.escaped().chars().any(char::is_control));
        }
    }
}
