//! Imports go down the floors only; modules of one floor do not import each other.

use std::fs;
use std::path::{Path, PathBuf};

/// Module and floor. A module that is not here fails the test.
const FLOORS: &[(&str, u8)] = &[
    ("syscalls", 0),
    ("bpf", 1),
    ("confinement", 1),
    ("observe", 2),
    ("probe", 2),
    ("declared", 2),
    ("compare", 2),
    ("pod_security", 2),
    ("sweep", 3),
    ("report", 3),
    ("cli", 4),
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("source folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn floor_of(module: &str) -> u8 {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .unwrap_or_else(|| panic!("module {module} is on no floor"))
        .1
}

/// The modules named after `crate::` in a line: `crate::a::B` and `crate::{a, b::C}`.
fn named_modules(line: &str) -> Vec<String> {
    let word = |s: &str| -> String {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    line.match_indices("crate::")
        .flat_map(|(at, found)| {
            let rest = &line[at + found.len()..];
            match rest.strip_prefix('{') {
                Some(list) => list.split(',').map(|part| word(part.trim())).collect(),
                None => vec![word(rest)],
            }
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn imports_go_down_the_floors() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for file in files {
        let relative = file.strip_prefix(&src).expect("below src");
        if relative.components().count() < 2 {
            continue; // lib.rs and main.rs hold everything together
        }
        let own = relative
            .components()
            .next()
            .expect("module")
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&file).expect("source");
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for name in named_modules(line) {
                checked += 1;
                if name != own && floor_of(&name) >= floor_of(&own) {
                    wrong.push(format!(
                        "{}:{}: {own} imports {name}",
                        relative.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports that do not go down:\n{}",
        wrong.join("\n")
    );
    println!("checked {checked} imports");
}
