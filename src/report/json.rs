//! The report as JSON: every fact, and the summary that text shows first.

use std::collections::BTreeMap;
use std::io::Write;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::confinement::{Report, Text};

use super::{Form, Options, Summary, SyscallList, explain, write_json};

/// The JSON document.
///
/// It reads back as a [`Report`] too, which leaves out what is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JsonReport {
    /// The facts.
    #[serde(flatten)]
    pub report: Report,
    /// What is computed from them.
    pub summary: Summary,
    /// Why each group of facts matters, by name; with `--explain` only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub explanations: BTreeMap<String, String>,
}

/// Writes the report as indented JSON, with a line feed at its end, and never has all of
/// it in memory.
///
/// # Errors
///
/// Where `out` fails.
pub fn json(report: Report, options: &Options, out: &mut dyn Write) -> std::io::Result<()> {
    let summary = Summary::of(&report.confinement);
    let mut document = JsonReport {
        report,
        summary,
        explanations: BTreeMap::new(),
    };
    if options.explain {
        document.explanations = explain::all()
            .map(|(key, why)| (key.to_owned(), why.to_owned()))
            .collect();
    }
    for abi in &mut document.report.confinement.seccomp.abis {
        match options.syscalls {
            SyscallList::All => {}
            SyscallList::Blocked => abi.syscalls.retain(super::syscall_lines::stands_out),
            SyscallList::Summary => abi.syscalls.clear(),
        }
    }
    write_json(&document, Form::Indented, out)?;
    out.write_all(b"\n")
}

/// The JSON Schema of [`JsonReport`], draft 2020-12.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(JsonReport)
}

/// Escapes what could act on a terminal. Outside strings JSON is printable ASCII, so
/// whatever else there is stands in a string, where `\u` is understood.
pub(crate) fn ascii_where_it_matters(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || c == ' ' || c.is_ascii_graphic() {
            out.push(c);
            continue;
        }
        let mut buffer = [0; 4];
        if Text::from(&*c.encode_utf8(&mut buffer)).escaped().len() == c.len_utf8() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::ascii_where_it_matters;

    #[test]
    fn a_string_that_reorders_a_line_is_escaped_and_reads_back() {
        let hostile = "a\u{202e}b\u{7f}\u{e0001}é";
        let json = ascii_where_it_matters(&serde_json::to_string(hostile).unwrap());
        assert_eq!(json, "\"a\\u202eb\\u007f\\udb40\\udc01é\"");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
