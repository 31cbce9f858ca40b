//! Reading YAML, and JSON as the subset of it that it is, into located documents.
//!
//! What Kubernetes itself reads as true or as a number is read so: it goes by
//! YAML 1.1 (`sigs.k8s.io/yaml`), where `yes` and `on` are true, `0644` is octal
//! and the last of two equal keys wins.

use serde::de::IgnoredAny;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{DuplicateKeyPolicy, Error, NonFiniteFloatPolicy};

use super::located::{location, spelled_in, start_counting};
use super::{Document, InputError, Location, Node, Value};

/// The longest input that is read, in bytes. A list of ten thousand Pods is about 60 MB.
pub const MAX_BYTES: usize = 64 << 20;
/// The deepest nesting that is read: a Pod in a List goes down about twelve levels,
/// and each level costs stack.
pub const MAX_DEPTH: usize = 64;
/// Stack of the thread that reads: a level of nesting takes up to 32 KiB without optimisation.
const STACK_BYTES: usize = 16 << 20;
/// The most values that are read from one input, those repeated by aliases included:
/// each takes about a hundred bytes of memory.
pub const MAX_NODES: usize = 4 << 20;
/// The most parser events that aliases may repeat in one document.
const MAX_REPEATED: usize = 250_000;

/// Reads every document of an input, which may be YAML or JSON.
///
/// `source` is what the input is called in messages. Documents that hold nothing are left out.
///
/// # Errors
///
/// [`InputError`] where the input is too large, is not UTF-8 or not YAML, or is
/// nested or repeated beyond [`MAX_DEPTH`] and [`MAX_NODES`].
pub fn read_documents(source: &str, bytes: &[u8]) -> Result<Vec<Document>, InputError> {
    if bytes.len() > MAX_BYTES {
        return Err(InputError::TooLarge {
            source_name: source.to_owned(),
            limit: MAX_BYTES,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| InputError::NotUtf8 {
        source_name: source.to_owned(),
        location: location_of(bytes.get(..error.valid_up_to()).unwrap_or_default()),
    })?;
    let roots = match super::json::parse(text) {
        Some(root) => vec![root],
        None => parse_yaml_apart(source, text)?,
    };
    Ok(roots
        .into_iter()
        .filter(|root| root.value != Value::Null)
        .map(|root| Document {
            source: source.to_owned(),
            root,
        })
        .collect())
}

/// Reads YAML in a thread with the stack that it takes.
fn parse_yaml_apart(source: &str, text: &str) -> Result<Vec<Node>, InputError> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("yaml".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || parse(source, text))
            .map_err(|error| InputError::NoThread {
                source_name: source.to_owned(),
                problem: error.to_string(),
            })?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Reads the documents of `text`; recursive, one round for each level of nesting.
pub(super) fn parse(source: &str, text: &str) -> Result<Vec<Node>, InputError> {
    start_counting();
    let mut roots = Vec::new();
    for (lines_before, part) in json_parts(text) {
        spelled_in(part);
        let part: Vec<Node> =
            serde_saphyr::from_multiple_with_options(part, options()).map_err(|error| {
                json_error(source, text)
                    .filter(|_| !matches!(error, Error::Budget { .. }))
                    .unwrap_or_else(|| syntax_error(source, lines_before, &error))
            })?;
        roots.extend(part.into_iter().map(|mut node| {
            node.move_down(lines_before);
            node
        }));
    }
    Ok(roots)
}

/// Divides a stream of JSON values, which YAML does not know, into its values, each with
/// the number of lines before its own first; any other text is one part.
fn json_parts(text: &str) -> Vec<(u64, &str)> {
    if !text.trim_start().starts_with(['{', '[']) {
        return vec![(0, text)];
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut parts = Vec::new();
    let (mut start, mut lines) = (0, 0);
    loop {
        match values.next() {
            Some(Ok(_)) => {}
            None => return parts,
            // Not JSON throughout: YAML's flow style, or an error for YAML's parser to tell.
            Some(Err(_)) => return vec![(0, text)],
        }
        // What precedes the value on its first line stays, so that columns are right.
        let end = values.byte_offset();
        let Some(part) = text.get(start..end) else {
            return vec![(0, text)];
        };
        let blank = part.len() - part.trim_start().len();
        let skip = part
            .get(..blank)
            .and_then(|b| b.rfind('\n'))
            .map_or(0, |p| p + 1);
        lines += line_breaks(part.get(..skip).unwrap_or_default());
        let value = part.get(skip..).unwrap_or_default();
        parts.push((lines, value));
        lines += line_breaks(value);
        start = end;
    }
}

/// What JSON's own parser says of a text that is meant as JSON: YAML's tells of a bracket
/// where it was opened, not of what is wrong inside.
fn json_error(source: &str, text: &str) -> Option<InputError> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    let (line, column) = (error.line(), error.column());
    let mut problem = error.to_string();
    let suffix = format!(" at line {line} column {column}");
    problem.truncate(problem.strip_suffix(&suffix)?.len());
    // Keys and values without quotes are YAML's.
    let is_yaml = ["key must be a string", "expected value", "expected ident"].contains(&&*problem)
        && !stands_for_nothing(text, line, column);
    (!is_yaml && !problem.starts_with("recursion limit")).then(|| InputError::Syntax {
        source_name: source.to_owned(),
        location: Location {
            line: line as u64,
            column: column.max(1) as u64,
        },
        problem,
    })
}

/// Whether what stands there can begin neither a value nor a key, of JSON or of YAML.
fn stands_for_nothing(text: &str, line: usize, column: usize) -> bool {
    let there = text.lines().nth(line.saturating_sub(1));
    let byte = there.and_then(|l| l.as_bytes().get(column.checked_sub(1)?));
    byte.is_some_and(|byte| matches!(byte, b']' | b'}' | b',' | b':'))
}

fn line_breaks(text: &str) -> u64 {
    text.bytes().filter(|b| *b == b'\n').count() as u64
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 3 * MAX_NODES,
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            max_documents: 100_000,
            max_total_scalar_bytes: MAX_BYTES,
            max_recorded_anchor_events: MAX_REPEATED,
            max_recorded_anchor_bytes: MAX_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_REPEATED,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn syntax_error(source: &str, lines_before: u64, error: &Error) -> InputError {
    let mut place = error
        .location()
        .map_or(Location { line: 1, column: 1 }, |found| location(&found));
    let problem = problem(error.without_snippet());
    place.line += lines_before;
    InputError::Syntax {
        source_name: source.to_owned(),
        location: place,
        problem,
    }
}

/// What is wrong, without the place, which stands before it.
fn problem(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } => problem(error),
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => too_deep(),
            BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => super::located::too_many(),
            BudgetBreach::RecordedAnchorEvents { .. }
            | BudgetBreach::Aliases { .. }
            | BudgetBreach::Anchors { .. }
            | BudgetBreach::AliasAnchorRatio { .. } => repeated(),
            other => format!("goes beyond what is read: {other:?}"),
        },
        Error::AliasReplayLimitExceeded { .. } => repeated(),
        other => {
            let mut text = other.to_string();
            if text.starts_with("recursion limit exceeded") {
                return too_deep();
            }
            if let Some(place) = other.location() {
                let suffix = format!(" at line {}, column {}", place.line(), place.column());
                text.truncate(text.strip_suffix(&suffix).unwrap_or(&text).len());
            }
            text
        }
    }
}

fn too_deep() -> String {
    format!("expected at most {MAX_DEPTH} levels of nesting")
}

fn repeated() -> String {
    format!("expected aliases to repeat at most {MAX_REPEATED} values")
}

/// The place just behind `before`.
fn location_of(before: &[u8]) -> Location {
    let line_start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |p| p + 1);
    let lines = before.iter().filter(|b| **b == b'\n').count() as u64;
    let line = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default());
    Location {
        line: lines + 1,
        column: line.chars().count() as u64 + 1,
    }
}
