//! What `compare` and `check` say of the container.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Tally;
use crate::settings::Setting;

/// What `compare` says of each declaration and the process: all is as it was told, but for
/// what the row says is without effect.
pub(super) fn held(tally: &mut Tally, setting: &Setting, compared: &[Value]) {
    let lists = compared.iter().filter_map(|c| c["findings"].as_array());
    let findings: Vec<&Value> = lists.flatten().collect();
    let expected = |f: &Value| setting.drifts.iter().any(|id| f["id"] == *id);
    tally.facts += findings.len();
    for finding in &findings {
        if tally.strict && finding["kind"] == "drift" && !expected(finding) {
            let (declared, actual) = (&finding["declared"]["value"], &finding["actual"]["value"]);
            tally.wrong(&format!(
                "{}: {declared} is told, {actual} is",
                finding["id"]
            ));
        }
    }
    for id in &setting.drifts {
        let said = |f: &&Value| f["kind"] != "agreement" && f["id"] == *id;
        if !findings.iter().any(said) {
            tally.wrong(&format!("no finding {id}"));
        }
    }
    for (id, words) in &setting.says {
        tally.facts += 1;
        let mut told = findings.iter().filter(|f| f["id"] == *id);
        let said = |f: &&Value| {
            f["actual"]["value"]
                .as_str()
                .is_some_and(|v| v.contains(words))
        };
        if !told.any(said) {
            tally.wrong(&format!("no finding {id} says {words}"));
        }
    }
}

/// What `compare` says of the Pod that it was made of: of all of it either place knows that it
/// is as declared, but for what the row says is without effect.
pub(super) fn manifest(tally: &mut Tally, setting: &Setting, places: &[Value]) {
    let open = |compared: &Value| -> BTreeSet<String> {
        let findings = compared["findings"].as_array().into_iter().flatten();
        let open = findings.filter(|f| {
            // A Localhost profile's file is not given here.
            let of_file = setting.profile.is_some() && f["id"] == "seccomp-verdicts";
            let gap = f["kind"] == "unobserved" && f["id"] != "unobservable" && !of_file;
            gap || f["kind"] == "drift"
        });
        let names = open.filter_map(|f| f["id"].as_str());
        names.map(str::to_owned).collect()
    };
    if let [from_outside, inside] = places {
        let both = &open(from_outside) & &open(inside);
        tally.same("manifest", &json!(both), &json!(setting.drifts));
    }
}

/// What `compare` says of the Pod with one field changed: that one, and what the row says
/// is without effect.
pub(super) fn changed(tally: &mut Tally, setting: &Setting, all: &[(Value, Vec<&'static str>)]) {
    for (compared, ids) in all {
        let findings = compared["findings"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<&str> = findings
            .iter()
            .filter(|f| f["kind"] == "drift")
            .filter_map(|f| f["id"].as_str())
            .filter(|id| ids.contains(id) || !setting.drifts.contains(id))
            .collect();
        found.sort_unstable();
        found.dedup();
        tally.same("changed", &json!(found), &json!(ids));
    }
}

/// The level that `check` says it keeps in fact, whatever is declared.
pub(super) fn checked(tally: &mut Tally, setting: &Setting, checked: Option<&Value>) {
    if let (Some(level), Some(checked)) = (setting.keeps, checked) {
        let judgement = &checked["observed"][0]["judgement"];
        tally.same("keeps", &judgement["keeps"], &json!(level));
        tally.same("may_keep", &judgement["may_keep"], &json!(level));
    }
}
