//! Verdicts against a profile, read rule by rule as its documentation has it.

use libseccomp::ScmpSyscall;
use serde_json::{Value, json};

use super::Tally;

/// Holds every syscall that the profile decides without looking at arguments.
///
/// With `stub` the runtime is runc: it answers ENOSYS to what is newer than the newest
/// syscall of a profile that denies by default, whatever the profile says
/// (runc `libcontainer/seccomp/patchbpf`, since 1.0.0-rc93).
pub(super) fn held(tally: &mut Tally, c: &Value, profile: &Value, stub: bool) {
    let Some(default) = profile.get("defaultAction") else {
        return;
    };
    let newest = newest(profile).filter(|_| stub && default != "SCMP_ACT_ALLOW");
    let abis = c["seccomp"]["abis"].as_array();
    let native = abis.into_iter().flatten().find(|a| a["native"] == true);
    let rows = native.and_then(|a| a["syscalls"].as_array());
    if tally.place == "inside" && rows.is_none_or(Vec::is_empty) {
        unasked(tally, &c["seccomp"]["method"], profile);
    }
    for row in rows.into_iter().flatten() {
        let name = row["name"].as_str().unwrap();
        // A name that this libseccomp lacks is the runtime's to decide.
        if ScmpSyscall::from_name(name).is_err() || row["verdict"] == "never_filtered" {
            continue;
        }
        let rules = profile["syscalls"].as_array().into_iter().flatten();
        let names = |r: &&Value| {
            r["names"]
                .as_array()
                .is_some_and(|n| n.contains(&json!(name)))
        };
        let rules: Vec<&Value> = rules.filter(names).collect();
        if rules.iter().any(|rule| has_arguments(rule)) {
            continue;
        }
        let wanted = match rules.first() {
            Some(rule) => verdict(&rule["action"], &rule["errnoRet"]),
            None if newest.is_some_and(|newest| row["number"].as_i64() > Some(newest)) => {
                verdict(&json!("SCMP_ACT_ERRNO"), &json!(nix::libc::ENOSYS))
            }
            None => verdict(default, &profile["defaultErrnoRet"]),
        };
        let told = shown(&row["verdict"]);
        // By pid nothing is asked; only a dump would tell.
        if told == "not_probed" && tally.place == "outside" {
            continue;
        }
        let Some(wanted) = wanted else { continue };
        tally.verdicts += 1;
        if !wanted.contains(&told) {
            tally.wrong(&format!("{name}: {told} is not {wanted:?}"));
        }
    }
}

/// Nothing could be asked: right where another listener is there, and then it is said.
fn unasked(tally: &mut Tally, method: &Value, profile: &Value) {
    let listener = profile["listenerPath"].is_string();
    let said = method["why"]
        .as_str()
        .is_some_and(|w| w.contains("listener"));
    tally.same("asked, or why not", &json!(said), &json!(true));
    tally.same("a listener", &json!(listener), &json!(true));
}

/// The highest number that a profile names.
fn newest(profile: &Value) -> Option<i64> {
    let rules = profile["syscalls"].as_array().into_iter().flatten();
    let names = rules.flat_map(|r| r["names"].as_array().into_iter().flatten());
    let number = |name: &Value| Some(ScmpSyscall::from_name(name.as_str()?).ok()?.into());
    names.filter_map(number).max().map(|n: i32| n.into())
}

fn has_arguments(rule: &Value) -> bool {
    rule["args"].as_array().is_some_and(|a| !a.is_empty())
}

/// The report's words for an action; more than one where a probe cannot tell them apart.
fn verdict(action: &Value, errno: &Value) -> Option<Vec<String>> {
    let errno = errno.as_u64().unwrap_or(1);
    let one = |word: &str| vec![word.to_owned()];
    Some(match action.as_str()? {
        "SCMP_ACT_ALLOW" => one("allowed"),
        "SCMP_ACT_ERRNO" => one(&format!("errno {errno}")),
        "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => one("killed thread"),
        "SCMP_ACT_KILL_PROCESS" => one("killed process"),
        "SCMP_ACT_TRAP" => one("trapped"),
        "SCMP_ACT_NOTIFY" => one("notified"),
        // Weaker than the probe's own action: let through, as far as it can be seen.
        "SCMP_ACT_LOG" => vec!["allowed".to_owned(), "logged".to_owned()],
        _ => return None,
    })
}

/// A verdict in those words.
fn shown(verdict: &Value) -> String {
    if let Some(word) = verdict.as_str() {
        return word.to_owned();
    }
    if let Some(errno) = verdict.pointer("/errno/number") {
        return format!("errno {errno}");
    }
    match verdict.pointer("/killed") {
        Some(killed) => format!("killed {}", killed.as_str().unwrap_or_default()),
        None => verdict
            .as_object()
            .and_then(|o| o.keys().next())
            .cloned()
            .unwrap_or_default(),
    }
}
