//! The report's warnings of what a foreign ABI lets through that the native one stops.

use serde_json::{Value, json};

use super::Tally;
use crate::seccomp::ABIS;
use crate::settings::Setting;

/// Holds the warnings against the names that the filters themselves let through so. Beside
/// those a warning may be of arguments, and of names that libseccomp does not know.
pub(super) fn held(tally: &mut Tally, setting: &Setting, report: &Value) {
    let warnings: Vec<&Value> = report["summary"]["stands_out"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|fact| fact["id"] == "foreign_abi")
        .collect();
    if let Some(words) = setting.warns {
        let mut whats = warnings.iter().map(|fact| fact["what"].as_str().unwrap());
        let said = whats.any(|what| what.ends_with(words));
        tally.same(words, &json!(said), &json!(true));
    }
    let Some(passes) = tally.filters.as_ref().map(|c| c.passes.clone()) else {
        return;
    };
    for (abi, names) in ABIS.iter().zip(passes) {
        let what = |fact: &&&Value| fact["what"].as_str().unwrap().starts_with(abi.name);
        let warning = warnings.iter().find(what);
        let warned = warning.map(|fact| fact["what"].as_str().unwrap());
        let Some((count, shown)) = warned.and_then(counted) else {
            if !names.is_empty() {
                tally.wrong(&format!("no warning of {}: {names:?}", abi.name));
            }
            continue;
        };
        for fact in &warnings {
            tally.hold(&fact["what"]);
        }
        tally.same("warned of", &json!(count >= names.len()), &json!(true));
        let all = !shown.contains(" more");
        let missing: Vec<&String> = names
            .iter()
            .filter(|name| all && !shown.split(' ').any(|word| word == *name))
            .collect();
        if !missing.is_empty() {
            tally.wrong(&format!("not warned of in {}: {missing:?}", abi.name));
        }
    }
}

/// How many calls a warning counts, and those that it shows.
fn counted(warning: &str) -> Option<(usize, &str)> {
    let (_, rest) = warning.split_once("allows ")?;
    let (count, rest) = rest.split_once(" syscall")?;
    let (_, shown) = rest.split_once(": ")?;
    Some((count.parse().ok()?, shown))
}
