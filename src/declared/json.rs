//! Reading JSON into a located tree: what machines write, in a fraction of the time that
//! reading it as YAML takes.

use serde_json::Number;

use super::{Entry, Location, MAX_DEPTH, MAX_NODES, Node, Value, scalar};

/// The value that a text is, where it is one JSON value and nothing else; `None` for null,
/// which is no document, and for anything wrong or too much, which YAML's reading then tells.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader {
        text,
        at: 0,
        place: Location { line: 1, column: 1 },
        left: MAX_NODES,
    };
    let node = reader.value(0)?;
    reader.skip_blanks();
    let ends = reader.at == text.len();
    Some(node).filter(|node| ends && node.value != Value::Null)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where `at` is.
    place: Location,
    /// How many values may still be made.
    left: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on by so many bytes.
    fn pass(&mut self, bytes: usize) -> Option<&'a str> {
        let passed = self.text.get(self.at..self.at.checked_add(bytes)?)?;
        self.at += bytes;
        if passed.is_ascii() && !passed.as_bytes().contains(&b'\n') {
            self.place.column += bytes as u64;
            return Some(passed);
        }
        for byte in passed.bytes() {
            match byte {
                b'\n' => {
                    self.place.line += 1;
                    self.place.column = 1;
                }
                // What continues a character is no column of its own.
                0x80..=0xbf => {}
                _ => self.place.column += 1,
            }
        }
        Some(passed)
    }

    fn skip_blanks(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let blanks = rest
            .iter()
            .position(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t'));
        match blanks.unwrap_or(rest.len()) {
            0 => {}
            blanks => drop(self.pass(blanks)),
        }
    }

    /// Passes a mark, where it is next.
    fn mark(&mut self, mark: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == mark).then(|| self.pass(1)).flatten()?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_blanks();
        self.left = self.left.checked_sub(1)?;
        let location = self.place;
        let value = match self.peek()? {
            b'{' | b'[' if depth == MAX_DEPTH => return None,
            b'{' => self.mapping(depth + 1)?,
            b'[' => self.sequence(depth + 1)?,
            b'"' => Value::String(self.string()?),
            _ => self.word()?,
        };
        Some(Node { value, location })
    }

    fn mapping(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Vec::new();
        self.pass(1)?;
        if self.mark(b'}').is_some() {
            return Some(Value::Mapping(entries));
        }
        loop {
            self.skip_blanks();
            self.left = self.left.checked_sub(1)?;
            let key_location = self.place;
            let key = self.string()?;
            self.mark(b':')?;
            entries.push(Entry {
                key,
                key_location,
                node: self.value(depth)?,
            });
            if self.mark(b'}').is_some() {
                return different(&entries).then_some(Value::Mapping(entries));
            }
            self.mark(b',')?;
        }
    }

    fn sequence(&mut self, depth: usize) -> Option<Value> {
        let mut nodes = Vec::new();
        self.pass(1)?;
        if self.mark(b']').is_some() {
            return Some(Value::Sequence(nodes));
        }
        loop {
            nodes.push(self.value(depth)?);
            if self.mark(b']').is_some() {
                return Some(Value::Sequence(nodes));
            }
            self.mark(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let rest = self.text.as_bytes().get(self.at..)?;
        if *rest.first()? != b'"' {
            return None;
        }
        let (mut end, mut plain) = (1, true);
        loop {
            match *rest.get(end)? {
                b'"' => break,
                b'\\' => {
                    plain = false;
                    end += 2;
                }
                0..=0x1f => return None,
                _ => end += 1,
            }
        }
        let whole = self.pass(end + 1)?;
        if plain {
            return whole.get(1..end).map(str::to_owned);
        }
        serde_json::from_str(whole).ok()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let ends = |b: &u8| matches!(b, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        match self.pass(end)? {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            number => {
                let number: Number = serde_json::from_str(number).ok()?;
                let float = number.as_f64().filter(|_| number.is_f64());
                float.map_or(Some(number), scalar::float).map(Value::Number)
            }
        }
    }
}

/// Whether no key is there twice.
fn different(entries: &[Entry]) -> bool {
    let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    keys.sort_unstable();
    keys.is_sorted_by(|a, b| a != b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[ -~äé\u{1F600}]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map("[ -~ä]{0,6}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_reading_as_yaml_gives(value in json(), pretty in any::<bool>()) {
            let text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            let yaml = super::super::yaml::parse("", &text).unwrap();
            prop_assert_eq!(parse(&text), yaml.into_iter().next());
        }

        #[test]
        fn nothing_panics(text in "[\\[\\]{}\",:\\\\ 0-9a-z\\n]{0,60}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_yaml() {
        for text in [
            "",
            "{a: 1}",
            "[1,]",
            "{} {}",
            "[0644]",
            "\"a\nb\"",
            "[1",
            "nul",
            "{\"a\" 1}",
            r#"{"a":1,"a":2}"#,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
