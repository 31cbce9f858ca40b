//! Many `config.json` with few profiles: a node's containers mostly have one and the same,
//! which is the greatest part of the file, and is not read again.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{InputError, read_documents};
use crate::confinement::{AbiVerdicts, Expected, SeccompRule};
use crate::syscalls::Release;

/// The most profiles that are kept, each as it was written.
const MOST: usize = 8;

/// The longest that is kept; Docker's default takes some twenty kilobytes.
const LONGEST: usize = 256 << 10;

/// A profile as it was written, for which kernel, and its verdicts.
type Known = (Box<str>, Option<Release>, Arc<[AbiVerdicts]>);

static KNOWN: Mutex<VecDeque<Known>> = Mutex::new(VecDeque::new());

#[derive(Deserialize)]
struct Config<'a> {
    #[serde(borrow)]
    linux: Linux<'a>,
}

#[derive(Deserialize)]
struct Linux<'a> {
    #[serde(borrow)]
    seccomp: &'a RawValue,
}

/// What an OCI `config.json` tells the runtime; none where it is empty.
///
/// # Errors
///
/// [`InputError`], as [`read_documents`] and [`super::expect_oci_config`] give it.
pub fn expect_oci_config_bytes(
    source: &str,
    bytes: &[u8],
    kernel: Option<Release>,
) -> Result<Option<Expected>, InputError> {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let profile = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Some((text, profile(text)?)));
    let written = profile.as_ref().and_then(|(text, at)| text.get(at.clone()));
    let written = written.filter(|written| written.len() <= LONGEST);
    let verdicts = written.and_then(|written| {
        let known = known();
        let mut same = known
            .iter()
            .filter(|(text, of, _)| **text == *written && *of == kernel);
        same.next().map(|(_, _, verdicts)| verdicts.clone())
    });
    if let (Some(verdicts), Some((text, at))) = (verdicts, profile.clone()) {
        let documents = read_documents(source, without(text, at).as_bytes())?;
        let document = documents.first();
        return document
            .map(|document| super::oci::expect_with(document, kernel, Some(verdicts)))
            .transpose();
    }
    let documents = read_documents(source, bytes)?;
    let Some(document) = documents.first() else {
        return Ok(None);
    };
    let expected = super::expect_oci_config(document, kernel)?;
    let rule = expected.seccomp.as_ref().map(|expects| &expects.value);
    if let (Some(written), Some(SeccompRule::Profile { verdicts, .. })) = (written, rule) {
        let mut known = known();
        known.truncate(MOST - 1);
        known.push_front((written.into(), kernel, verdicts.clone()));
    }
    Ok(Some(expected))
}

/// Where `linux.seccomp` is written, if it is a mapping.
fn profile(text: &str) -> Option<Range<usize>> {
    let config: Config<'_> = serde_json::from_str(text).ok()?;
    let written = config.linux.seccomp.get();
    let start = written.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let is_mapping = written.starts_with('{') && written.ends_with('}');
    is_mapping.then(|| start..start + written.len())
}

/// The text with an empty mapping there, so that all else stays in its place.
fn without(text: &str, at: Range<usize>) -> String {
    let inside = text.get(at.start + 1..at.end - 1).unwrap_or_default();
    let lines: Vec<String> = inside
        .split('\n')
        .map(|line| {
            let columns = match line.is_ascii() {
                true => line.len(),
                false => line.chars().count(),
            };
            " ".repeat(columns)
        })
        .collect();
    let before = text.get(..=at.start).unwrap_or_default();
    let after = text.get(at.end - 1..).unwrap_or_default();
    [before, &lines.join("\n"), after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"ociVersion":"1.0.2","process":{"user":{"uid":7,"gid":0},
        "noNewPrivileges":true},"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW",
        "syscalls":[{"names":["mount","\u00e4"],"action":"SCMP_ACT_ERRNO"}]},
        "maskedPaths":["/proc/kcore"]},"annotations":{"a":"b"}}"#;

    #[test]
    fn a_profile_that_was_met_says_the_same_and_all_else_is_where_it_was() {
        let expect = |text: &str| {
            expect_oci_config_bytes("c", text.as_bytes(), None)
                .unwrap()
                .unwrap()
        };
        let document = read_documents("c", CONFIG.as_bytes()).unwrap();
        let whole = super::super::expect_oci_config(&document[0], None).unwrap();
        assert_eq!(expect(CONFIG), whole);
        // By now it is known.
        assert!(
            KNOWN
                .lock()
                .unwrap()
                .iter()
                .any(|(text, _, _)| text.contains("\\u00e4"))
        );
        assert_eq!(expect(CONFIG), whole);
        let other = expect(&CONFIG.replace("ERRNO", "TRAP"));
        assert_ne!(other.seccomp, whole.seccomp);
        assert_eq!(other.uid, whole.uid);
    }

    #[test]
    fn what_is_blanked_keeps_lines_and_columns() {
        let at = profile(CONFIG).unwrap();
        let blanked = without(CONFIG, at);
        let place = |text: &str| {
            let before = text.split("maskedPaths").next().unwrap().to_owned();
            let line = before.rsplit('\n').next().unwrap().chars().count();
            (before.matches('\n').count(), line)
        };
        assert_eq!(place(&blanked), place(CONFIG));
        assert!(!blanked.contains("mount"));
        assert_eq!(profile(r#"{"linux":{"seccomp":null}}"#), None);
        assert_eq!(profile(r#"{"linux":{}}"#), None);
    }
}
