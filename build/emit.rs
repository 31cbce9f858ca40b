//! Rows to the Rust text that `src/syscalls/` includes.

use std::fmt::Write as _;

use super::fields::{Argument, CAPABILITIES, Release};
use super::rows::{ArgumentsRow, NumberRow, SemanticsRow};

/// A number table and the order of its rows by name.
pub(crate) fn numbers(constant: &str, rows: &[NumberRow], known: &[SemanticsRow]) -> String {
    let mut text = format!("pub(super) static {constant}: &[Syscall] = &[\n");
    for row in rows {
        let known = known.partition_point(|known| known.name < row.name);
        let number = row.number;
        let _ = writeln!(text, "Syscall {{ number: {number}, known: {known} }},");
    }
    let mut by_name: Vec<usize> = (0..rows.len()).collect();
    by_name.sort_by_key(|at| &rows[*at].name);
    let _ = writeln!(
        text,
        "];\npub(super) static {constant}_BY_NAME: &[u16] = &{by_name:?};"
    );
    text
}

/// All names, in their order, and the semantics of each. As code: a table would hold pointers,
/// and be relocated whenever the program starts.
pub(crate) fn semantics(rows: &[SemanticsRow]) -> String {
    let mut ends = vec![0];
    let mut names = String::new();
    for row in rows {
        names += &row.name;
        ends.push(names.len());
    }
    let mut text = format!(
        "pub(super) static NAMES: &str = {names:?};\n\
         pub(super) static NAME_ENDS: &[u16] = &{ends:?};\n\
         pub(super) fn semantics(known: u16) -> Option<Semantics> {{ Some(match known {{\n"
    );
    for (at, row) in rows.iter().enumerate() {
        let _ = writeln!(
            text,
            "{at} => Semantics {{ since: {}, until: {}, requires: {}, execution: {} }},",
            release(row.since),
            release(row.until),
            requirement(&row.capabilities, row.scope.as_deref()),
            execution(row),
        );
    }
    text + "_ => return None }) }\n"
}

/// All argument vectors, and of each syscall that has any its place among all names with those of
/// its vectors, in the order of the names.
pub(crate) fn arguments(rows: &[ArgumentsRow], known: &[SemanticsRow]) -> String {
    let mut groups: Vec<&[ArgumentsRow]> = rows.chunk_by(|a, b| a.name == b.name).collect();
    groups.sort_by_key(|group| &group[0].name);
    let mut text = "pub(super) static VECTORS: &[ArgumentVector] = &[\n".to_owned();
    let mut of = String::new();
    let mut first = 0;
    for group in groups {
        for row in group {
            let mut arguments = row.arguments.clone();
            arguments.resize(6, None);
            let _ = writeln!(
                text,
                "ArgumentVector {{ label: {:?}, requires: {}, meant: {:?}, reason: {:?} }},",
                row.label,
                requirement(&row.capabilities, row.scope.as_deref()),
                arguments,
                row.reason,
            );
        }
        let known = known.partition_point(|known| known.name < group[0].name);
        let end = first + group.len();
        let _ = writeln!(of, "({known}, {first}..{end}),");
        first = end;
    }
    text + "];\npub(super) static VECTORS_OF: &[(u16, Range<u16>)] = &[\n" + &of + "];\n"
}

/// The release that the tables are of.
pub(crate) fn kernel((release, date): &(String, String)) -> String {
    format!(
        "/// The kernel release that the tables are of.\n\
         pub const KERNEL_RELEASE: &str = {release:?};\n\
         /// When that release was made: month and year.\n\
         pub const KERNEL_DATE: &str = {date:?};\n"
    )
}

fn release(release: Option<Release>) -> String {
    match release {
        None => "None".into(),
        Some([major, minor, patch]) => format!("Some(Release::new({major}, {minor}, {patch}))"),
    }
}

fn requirement(names: &[String], scope: Option<&str>) -> String {
    let Some(scope) = scope else {
        return "None".into();
    };
    let always = !scope.ends_with('?');
    let scope = if scope.starts_with("initial") {
        "Initial"
    } else {
        "Owner"
    };
    let any_of: String = names
        .iter()
        .filter_map(|name| Some((CAPABILITIES.iter().position(|known| known == name)?, name)))
        .map(|(number, name)| format!("Capability {{ number: {number}, name: {name:?} }},"))
        .collect();
    format!("Some(Requirement {{ any_of: &[{any_of}], scope: Scope::{scope}, always: {always} }})")
}

fn execution(row: &SemanticsRow) -> String {
    let Some((recipe, arguments)) = &row.recipe else {
        return format!("Execution::Never {{ why: {:?} }}", row.why);
    };
    let variant: String = recipe.split('_').map(capitalised).collect();
    let mut arguments: Vec<String> = arguments.iter().map(argument).collect();
    arguments.resize(6, argument(&Argument::Value(0)));
    format!(
        "Execution::Safe {{ recipe: Recipe::{variant}, arguments: &[{}], why: {:?} }}",
        arguments.join(", "),
        row.why
    )
}

fn capitalised(word: &str) -> String {
    let (head, tail) = word.split_at(1);
    head.to_ascii_uppercase() + tail
}

fn argument(argument: &Argument) -> String {
    match argument {
        Argument::Value(value) => format!("Argument::Value({value:#x})"),
        Argument::MissingPath => "Argument::MissingPath".into(),
        Argument::RootPath => "Argument::RootPath".into(),
        Argument::Filled(byte) => format!("Argument::Filled({byte:#x})"),
    }
}
