//! Which runtimes and settings run: words of the environment, or else of the guest.

use super::guests;
use super::runtimes::{self, Runtime};
use super::settings::Setting;

/// A variable that is set to something.
pub(crate) fn wanted(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|v| !v.is_empty())
}

/// The words that choose cells by their names, as they were given; none where none were.
pub(crate) fn words() -> Option<String> {
    let given = |name: &str| wanted(name).map(|words| format!("{name}={words}"));
    let given: Vec<String> = ["RUNTIME", "SETTING"]
        .into_iter()
        .filter_map(given)
        .collect();
    (!given.is_empty()).then(|| given.join(" "))
}

/// Whether a name is one of these words; one that ends with `*` is the beginning of names.
pub(crate) fn among(words: &str, name: &str) -> bool {
    words
        .split_whitespace()
        .any(|word| match word.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => word == name,
        })
}

/// Whether a runtime's cells are run.
pub(crate) fn runtime(runtime: &dyn Runtime) -> bool {
    let words = wanted("RUNTIME").or(guests::here().map(|g| g.runtimes.to_owned()));
    let named = words.is_none_or(|words| among(&words, runtime.name()));
    named && runtimes::tree::has(runtime.name())
}

/// Whether one cell is run: by its name where names are given, else by its share.
pub(crate) fn cell(runtime: &dyn Runtime, setting: &Setting) -> bool {
    if let Some(words) = wanted("SETTING") {
        return among(&words, &setting.name);
    }
    let known = guests::here().is_none_or(|guest| among(guest.settings, &setting.name));
    known && (setting.quick || runtime.name() == "runc" || wanted("LAB").is_some())
}
