//! The parts that the details of all checks are put together from.

use std::fmt::Write as _;

/// The items in quotes, comma between them. Nothing in them is escaped, as upstream does not.
pub(super) fn quoted<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    joined(
        items
            .into_iter()
            .map(|item| format!("\"{}\"", item.as_ref())),
    )
}

/// The items with a comma between them.
pub(super) fn joined<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut text = String::new();
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            text.push_str(", ");
        }
        text.push_str(item.as_ref());
    }
    text
}

/// The word for one thing or for several.
pub(super) fn plural<'a>(one: &'a str, several: &'a str, count: usize) -> &'a str {
    if count == 1 { one } else { several }
}

/// `container "a"` or `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!(
        "{} {}",
        plural("container", "containers", names.len()),
        quoted(names)
    )
}

/// Who set something, the Pod and some of its containers: `pod and container "a"`.
/// `None` where it was nobody.
pub(super) fn setters(pod: bool, names: &[&str]) -> Option<String> {
    match (pod, names) {
        (false, []) => None,
        (true, []) => Some("pod".to_owned()),
        (false, names) => Some(containers(names)),
        (true, names) => Some(format!("pod and {}", containers(names))),
    }
}

/// A text as Go's `%q` writes it: in quotes, escaped where it could not be printed.
pub(super) fn go_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        // Writing into a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            '\x07' => write!(quoted, "\\a"),
            '\x08' => write!(quoted, "\\b"),
            '\x0c' => write!(quoted, "\\f"),
            '\n' => write!(quoted, "\\n"),
            '\r' => write!(quoted, "\\r"),
            '\t' => write!(quoted, "\\t"),
            '\x0b' => write!(quoted, "\\v"),
            c if c < ' ' || c == '\x7f' => write!(quoted, "\\x{:02x}", u32::from(c)),
            c if is_printable(c) => write!(quoted, "{c}"),
            c if u32::from(c) < 0x1_0000 => write!(quoted, "\\u{:04x}", u32::from(c)),
            c => write!(quoted, "\\U{:08x}", u32::from(c)),
        };
    }
    quoted.push('"');
    quoted
}

/// Whether a character has a form of its own: a letter, mark, number, punctuation, symbol or space.
fn is_printable(c: char) -> bool {
    // The standard library's escaping knows; it would escape a mark that stands first,
    // so that something is put before it.
    let mut text = String::from("a");
    text.push(c);
    c == '\'' || text.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        for (text, expected) in [
            ("unconfined", r#""unconfined""#),
            ("a\"b\\c'", r#""a\"b\\c'""#),
            ("\x01\n\t\x7f", r#""\x01\n\t\x7f""#),
            ("ä\u{301}\u{1F600}", "\"ä\u{301}\u{1F600}\""),
            (
                "\u{a0}\u{200b}\u{e000}\u{e0001}",
                r#""\u00a0\u200b\ue000\U000e0001""#,
            ),
        ] {
            assert_eq!(go_quoted(text), expected);
        }
    }
}
