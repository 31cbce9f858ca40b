//! The page a text report is laid out on: sections of labelled lines.

use anstyle::{AnsiColor, Style};

use super::show::harmless;
use super::{Options, explain};

/// How a line's value is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// An ordinary fact.
    Plain,
    /// Confines.
    Good,
    /// Stands out.
    Bad,
    /// Stands out a little.
    Warn,
    /// Could not be observed.
    Unknown,
    /// Not there.
    Faint,
}

impl Mark {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Unknown => AnsiColor::Magenta.on_default(),
            Self::Faint => Style::new().dimmed(),
        }
    }
}

/// One labelled line.
#[derive(Debug)]
pub(super) struct Line {
    /// Names the line for `--explain`, such as `identity.uid`.
    pub(super) key: &'static str,
    /// What is shown before the value.
    pub(super) label: String,
    /// The value.
    pub(super) value: String,
    /// How it is coloured.
    pub(super) mark: Mark,
}

/// Lines under one title.
#[derive(Debug)]
pub(super) struct Section {
    title: String,
    lines: Vec<Line>,
}

impl Section {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lines: Vec::new(),
        }
    }

    /// Adds a line with its mark, in the order that `show` gives them.
    pub(super) fn add(
        &mut self,
        key: &'static str,
        label: impl Into<String>,
        (value, mark): (String, Mark),
    ) {
        self.lines.push(Line {
            key,
            label: label.into(),
            value,
            mark,
        });
    }

    /// Adds an ordinary fact.
    pub(super) fn plain(
        &mut self,
        key: &'static str,
        label: impl Into<String>,
        value: impl Into<String>,
    ) {
        self.add(key, label, (value.into(), Mark::Plain));
    }

    /// Writes the section, with an empty line before it.
    pub(super) fn render(&self, options: &Options, out: &mut String) {
        if self.lines.is_empty() {
            return;
        }
        out.push('\n');
        paint(&self.title, Style::new().bold(), options.colour, out);
        out.push('\n');
        let widest = options.width.max(40) / 3;
        let column = self
            .lines
            .iter()
            .map(|line| harmless(&line.label).chars().count())
            .filter(|count| *count <= widest)
            .max()
            .unwrap_or(0);
        let mut explained = "";
        for line in &self.lines {
            line.render(column, options, out);
            if options.explain && line.key != explained {
                explained = line.key;
                if let Some(why) = explain(line.key) {
                    for part in wrap(why, options.width.max(40).saturating_sub(6)) {
                        out.push_str("      ");
                        paint(part, Style::new().italic(), options.colour, out);
                        out.push('\n');
                    }
                }
            }
        }
    }
}

impl Line {
    fn render(&self, column: usize, options: &Options, out: &mut String) {
        let label = harmless(&self.label);
        let value = harmless(&self.value);
        let gap = column.saturating_sub(label.chars().count());
        out.push_str("  ");
        out.push_str(&label);
        let indent = column + 4;
        if label.chars().count() > column {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        } else if !value.is_empty() {
            out.push_str(&" ".repeat(gap + 2));
        }
        let room = options.width.max(40).saturating_sub(indent);
        for (index, part) in wrap(&value, room).iter().enumerate() {
            if index > 0 {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
            }
            paint(part, self.mark.style(), options.colour, out);
        }
        out.push('\n');
    }
}

/// Writes text in a style, or plain where colour is off.
pub(super) fn paint(text: &str, style: Style, colour: bool, out: &mut String) {
    if colour && style != Style::new() {
        out.push_str(&format!("{}{text}{}", style.render(), style.render_reset()));
    } else {
        out.push_str(text);
    }
}

/// Breaks text at spaces so that no part is wider than `room` characters; a longer
/// word stands alone, whole, so that it can be copied.
pub(super) fn wrap(text: &str, room: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut used, mut at) = (0, 0, 0);
    // By bytes, which is faster: most texts are plain, and a blank is no part of a character.
    for word in text.as_bytes().split(|byte| *byte == b' ') {
        let begins = |byte: &&u8| **byte & 0xc0 != 0x80;
        let length = word.iter().filter(begins).count();
        if used > 0 && used + 1 + length > room {
            parts.extend(text.get(start..at - 1));
            used = 0;
        }
        match used {
            0 => start = at,
            _ => used += 1,
        }
        used += length;
        at += word.len() + 1;
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_spaces_and_keeps_long_words_whole() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa b", 4), ["aaaaaaaa", "b"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("  aa  b ", 4), ["aa ", "b "]);
        assert_eq!(wrap("äö ü\u{20ac} x", 4), ["äö", "ü\u{20ac} x"]);
    }

    #[test]
    fn a_value_cannot_move_the_cursor() {
        let mut section = Section::new("t");
        section.plain("none", "a\x1b[2J", "b\nc\u{202e}");
        let mut out = String::new();
        section.render(&Options::default(), &mut out);
        assert_eq!(out, "\nt\n  a\\x1b[2J  b\\nc\\u{202e}\n");
    }
}
