//! What is executed on request, as full root of a machine that may be broken: the state
//! before is the state after, and only what the tables clear has run, by the kernel's own
//! trace of syscalls.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::archive::Archive;
use super::trace::{self, Call};

/// Prints the guest's state; its file's time tells files that are written later.
const STATE: &str = "/state.sh";

/// Who makes the calls: all capabilities, none, and all of a user namespace.
const CALLERS: [(&str, &str); 3] = [
    ("all capabilities", ""),
    (
        "no capability",
        "/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all --bounding-set=-all",
    ),
    (
        "a user namespace",
        "/usr/bin/unshare --user --map-root-user",
    ),
];

/// Calls that make up the child before it starts, in their order.
const PREPARATION: [&str; 4] = ["prctl", "prctl", "setpgid", "close_range"];

/// Packs what prints the state.
pub(super) fn files(archive: &mut Archive) -> Result<(), String> {
    archive.write(STATE, include_bytes!("state.sh"))
}

/// Executes as each of [`CALLERS`].
pub(super) fn prepare() -> Result<(), String> {
    let recipes = recipes();
    trace::ready()?;
    // What prints the state loads a module of the firewall at its first time.
    state()?;
    for (name, start) in CALLERS {
        let (before, clock) = (state()?, clock()?);
        let words = start.split_whitespace();
        let words: Vec<&str> = words
            .chain([env!("CARGO_BIN_EXE_amiconfined")])
            .chain(["syscalls", "--execute", "--format", "json"])
            .collect();
        let (output, calls) = trace::of(&words)?;
        let report: Value = serde_json::from_slice(&output).map_err(|e| format!("{name}: {e}"))?;
        let executed = executed(&report, &recipes).map_err(|why| format!("{name}: {why}"))?;
        let ran = disposable(&calls).ok_or_else(|| format!("{name}: no such child"))?;
        let names: Vec<&str> = ran.iter().map(|call| named(call.number)).collect();
        if names != executed {
            return Err(format!(
                "{name}: {names:?} ran, and {executed:?} is reported"
            ));
        }
        for call in ran {
            let recipe = recipes[named(call.number)];
            if !made_by(recipe, call) {
                return Err(format!("{name}: {call:x?} is not {recipe}"));
            }
        }
        let after = state()?;
        let changed = difference(&before, &after);
        if !changed.is_empty() {
            return Err(format!("{name} changed\n{}", changed.join("\n")));
        }
        // The clock of the day runs beside the one that nobody sets.
        if (self::clock()? - clock).abs() > 0.2 {
            return Err(format!("{name} set the clock"));
        }
        let lines = before.lines().count();
        println!(
            "{name}: {} calls ran, {lines} lines of state are as before",
            ran.len()
        );
    }
    Ok(())
}

fn state() -> Result<String, String> {
    let output = Command::new("sh").arg(STATE).output();
    let output = output.map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn difference(before: &str, after: &str) -> Vec<String> {
    let only = |these: &str, those: &str, sign: &str| {
        let those: std::collections::BTreeSet<&str> = those.lines().collect();
        let lines = these.lines().filter(|l| !those.contains(l));
        lines.map(|l| format!("{sign} {l}")).collect::<Vec<_>>()
    };
    [only(before, after, "-"), only(after, before, "+")].concat()
}

/// Seconds between the clock of the day and the one that counts from the start.
fn clock() -> Result<f64, String> {
    use nix::time::{ClockId, clock_gettime};
    let read = |id| clock_gettime(id).map_err(|e| e.to_string());
    let seconds = |t: nix::sys::time::TimeSpec| std::time::Duration::from(t).as_secs_f64();
    Ok(seconds(read(ClockId::CLOCK_REALTIME)?) - seconds(read(ClockId::CLOCK_MONOTONIC)?))
}

/// The execution column of the tables, read by the lab.
fn recipes() -> BTreeMap<&'static str, &'static str> {
    include_str!("../../../syscall-tables/semantics.tsv")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
        .map(|l| {
            let mut columns = l.split('\t');
            let name = columns.next().unwrap();
            (name, columns.nth(2).unwrap())
        })
        .collect()
}

/// The names that the report says were executed, in their order; each must be cleared.
fn executed(report: &Value, recipes: &BTreeMap<&str, &str>) -> Result<Vec<String>, String> {
    let rows = report["syscalls"].as_array().ok_or("no matrix")?;
    let mut found = Vec::new();
    for row in rows {
        let cells = row["abis"].as_array().into_iter().flatten();
        for cell in cells {
            let done = &cell["executed"];
            if done.is_null() || done.get("not_executed").is_some() {
                continue;
            }
            let name = row["name"].as_str().unwrap_or_default();
            if cell["abi"] != "x86_64" || recipes.get(name).is_none_or(|r| *r == "never") {
                return Err(format!("{name} was executed"));
            }
            let number = cell["number"].as_u64().unwrap_or_default();
            found.push((number, name.to_owned()));
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// What the disposable child did after it was made ready.
fn disposable(calls: &BTreeMap<u32, Vec<Call>>) -> Option<&[Call]> {
    calls.values().find_map(|calls| {
        let (first, rest) = calls.split_at_checked(PREPARATION.len())?;
        let names = first.iter().map(|call| named(call.number));
        names.eq(PREPARATION).then_some(rest)
    })
}

fn named(number: u64) -> &'static str {
    static NAMES: OnceLock<BTreeMap<u64, &'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(trace::names);
    names
        .get(&number)
        .copied()
        .unwrap_or("(a number without a name)")
}

/// Whether the arguments are the recipe's; where it says what a pointer points to, any are.
fn made_by(recipe: &str, call: &Call) -> bool {
    let inside = recipe
        .split_once('(')
        .map(|(_, rest)| rest.trim_end_matches(')'));
    let words = inside.unwrap_or_default().split(',').chain(["0"; 6]);
    let number = |word: &str| match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if word.is_empty() => Some(0),
        None => word.parse::<i64>().ok().map(i64::cast_unsigned),
    };
    let mut arguments = words.zip(call.arguments);
    arguments.all(|(word, argument)| number(word).is_none_or(|number| number == argument))
}
