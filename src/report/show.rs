//! Small pieces that several renderers show alike.

use std::borrow::Cow;

use crate::confinement::{ArgumentVerdict, Cause, Claim, Denial, Reading, Text, Verdict};

use super::page::Mark;

/// A denial on one line: the call, the errno, and what would lift it.
pub(super) fn denial(denial: &Denial) -> String {
    let errno = denial
        .errno
        .map_or_else(String::new, |errno| format!(": {errno}"));
    if denial.syscall == "none" {
        return format!(
            "denied: nothing tells it here ({}){errno}; lifted by {}",
            denial.path, denial.lifted_by
        );
    }
    format!(
        "denied: {}({}){errno}; lifted by {}",
        denial.syscall, denial.path, denial.lifted_by
    )
}

/// A reading's value as `known` shows it, or plainly what stands in its place.
pub(super) fn reading<T>(reading: &Reading<T>, known: impl FnOnce(&T) -> String) -> (String, Mark) {
    match reading {
        Reading::Known(value) => (known(value), Mark::Plain),
        Reading::Absent { why } => (format!("absent: {why}"), Mark::Faint),
        Reading::Denied(why) => (denial(why), Mark::Unknown),
    }
}

/// A claim with its evidence.
pub(super) fn claim<T>(claim: &Claim<T>, known: impl FnOnce(&T) -> String) -> (String, Mark) {
    let evidence = claim.evidence.join("; ");
    match &claim.value {
        Some(value) if evidence.is_empty() => (known(value), Mark::Plain),
        Some(value) => (format!("{} ({evidence})", known(value)), Mark::Plain),
        None if evidence.is_empty() => ("unknown".to_owned(), Mark::Unknown),
        None => (format!("unknown: {evidence}"), Mark::Unknown),
    }
}

/// A list, or the word for an empty one.
pub(super) fn list<T: ToString>(items: &[T], separator: &str) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(separator)
}

/// How many names a summary has room for.
const SOME: usize = 8;

/// The first names of a list, and how many more there are; the sections below have all.
pub(super) fn some<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(SOME).map(AsRef::as_ref).collect();
    let shown = shown.join(" ");
    match names.len().saturating_sub(SOME) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A unit variant's name in JSON, for people: `runc_like` becomes `runc-like`.
pub(super) fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.replace('_', "-"),
        Ok(other) => other.to_string(),
        Err(error) => format!("unshowable: {error}"),
    }
}

/// A verdict within a sentence: `errno EPERM`.
pub(super) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Errno(errno) if errno.0 != 0 => format!("errno {errno}"),
        other => other.to_string(),
    }
}

/// The layer that stops a syscall, after the words "stopped by".
pub(super) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Seccomp => "seccomp".to_owned(),
        Cause::Capability { name, asked: true } => {
            format!("capability {name}, which is not effective (the kernel was asked)")
        }
        Cause::Capability { name, asked: false } => {
            format!("capability {name}, which is not effective")
        }
        Cause::UserNamespace { capability } => {
            format!("user namespace: {capability} counts in the initial one only")
        }
        Cause::Lsm { errno } => format!("a security module, with {errno}"),
        Cause::NotImplemented => "kernel: not implemented".to_owned(),
        Cause::Refused { errno, candidates } => {
            format!("{errno}, which can come from: {candidates}")
        }
    }
}

/// The listed arguments that have another verdict than all arguments zero: `AF_ALG,
/// AF_VSOCK (errno EAFNOSUPPORT)`. Nothing where there are none.
pub(super) fn exceptions(zeros: &Verdict, arguments: &[ArgumentVerdict]) -> Option<String> {
    let mut groups: Vec<(&Verdict, Vec<&str>)> = Vec::new();
    for argument in arguments.iter().filter(|asked| asked.verdict != *zeros) {
        match groups.iter_mut().find(|(v, _)| **v == argument.verdict) {
            Some((_, labels)) => labels.push(&argument.label),
            None => groups.push((&argument.verdict, vec![&argument.label])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(other, labels)| format!("{} ({})", labels.join(", "), verdict(other)))
        .collect();
    (!groups.is_empty()).then(|| groups.join("; "))
}

/// Bytes in the largest binary unit that divides them.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    for (shift, unit) in UNITS {
        if count >= 1 << shift && count.is_multiple_of(1 << shift) {
            return format!("{} {unit}", count >> shift);
        }
    }
    format!("{count} B")
}

/// The text with everything escaped that could move a cursor or hide; backslashes stay,
/// because what is already escaped is not escaped again.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        if c == ' ' || c.is_ascii_graphic() {
            out.push(c);
        } else {
            out.push_str(&Text::from(&*c.encode_utf8(&mut buffer)).escaped());
        }
    }
    Cow::Owned(out)
}
