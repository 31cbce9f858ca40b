//! A filter's answer in words: `allowed`, `errno 1`, `killed process`.

use serde_json::Value;

/// Data of a trace that stands for `SECCOMP_RET_USER_NOTIF`; no profile here has it.
pub(super) const NOTIFIED: u16 = 0xfeed;

/// The actions by rank, the strongest first, `seccomp(2)`.
const RANKS: [&str; 8] = [
    "killed process",
    "killed thread",
    "trapped",
    "errno",
    "notified",
    "traced",
    "logged",
    "allowed",
];

/// What libseccomp's simulator prints.
pub(super) fn of_simulator(line: &str) -> String {
    let data = |text: &str| text.trim_matches(['(', ')']).to_owned();
    if let Some(errno) = line.strip_prefix("ERRNO") {
        return format!("errno {}", data(errno));
    }
    if let Some(trace) = line.strip_prefix("TRACE") {
        let data = data(trace);
        if data == NOTIFIED.to_string() {
            return "notified".to_owned();
        }
        return format!("traced {data}");
    }
    match line {
        "KILL_PROCESS" => "killed process",
        "KILL" => "killed thread",
        "TRAP" => "trapped",
        "LOG" => "logged",
        "ALLOW" => "allowed",
        other => panic!("the simulator says {other}"),
    }
    .to_owned()
}

/// A verdict of a report. What a trap carries the simulator does not tell.
pub(crate) fn of_report(verdict: &Value) -> String {
    if let Some(word) = verdict.as_str() {
        return word.to_owned();
    }
    let (key, value) = verdict.as_object().and_then(|o| o.iter().next()).unwrap();
    match key.as_str() {
        "errno" => format!("errno {}", value["number"]),
        "killed" => format!("killed {}", value.as_str().unwrap()),
        "traced" => format!("traced {value}"),
        "inconclusive" | "not_probed" => format!("{key}: {}", value.as_str().unwrap()),
        _ => key.clone(),
    }
}

/// The answer of a stack of filters, the oldest first: the strongest action, and of equal
/// ones the newest filter's, `seccomp(2)`.
pub(super) fn strongest<'a>(answers: impl DoubleEndedIterator<Item = &'a str>) -> &'a str {
    let rank = |answer: &&str| RANKS.iter().position(|name| answer.starts_with(name));
    // Of equal minima the first is taken.
    answers.rev().min_by_key(rank).unwrap_or("allowed")
}

/// What a probe can see of an answer: a log and a trace without a tracer rank below its own
/// question, and are let through like what is allowed.
pub(super) fn seen_by_probe(answer: &str) -> &str {
    let let_through = answer == "logged" || answer.starts_with("traced");
    if let_through { "allowed" } else { answer }
}
