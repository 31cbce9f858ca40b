//! What the process knows of itself and of the kernel: the lab's `ask`, `uname` and the shell
//! inside; `stat` and `status` from outside.

use serde_json::{Value, json};

use super::Tally;
use crate::cell::View;
use crate::seccomp::ABIS;
use crate::settings;

pub(super) fn held(tally: &mut Tally, view: &View) {
    let (c, truth) = (&view.report["confinement"], &view.truth);
    if tally.place == "sweep" {
        return;
    }
    head(tally, &view.report);
    if tally.place == "outside" {
        process(tally, c, view);
        return;
    }
    for (at, part) in ["release", "version", "machine"].iter().enumerate() {
        if let Some(line) = truth.lines("uname").nth(at) {
            tally.same(part, &c["kernel"][part]["known"], &json!(line));
        }
    }
    if let Some(name) = truth.lines("uname").nth(3) {
        tally.same("node", &view.report["node"]["known"], &json!(name));
    }
    if let Some(last) = truth.lines("last").next() {
        let last: u32 = last.parse().unwrap();
        tally.same("last", &c["capabilities"]["last"]["known"], &json!(last));
    }
    for entry in c["sysctls"].as_array().into_iter().flatten() {
        let name = entry["name"].as_str().unwrap();
        if let Some(value) = truth.of("sysctls", name) {
            // The report writes a tab as an escape, and the shell as a blank.
            let told = entry["value"]["known"].as_str().unwrap_or_default();
            let told = told.replace("\\t", " ");
            tally.same(name, &json!(told), &json!(value));
            tally.hold(&entry["name"]);
            tally.hold(&entry["value"]);
        }
    }
    let number = |word: &str| truth.of("ask", word)?.parse::<i64>().ok();
    if let Some(bits) = number("securebits").filter(|n| *n >= 0) {
        let raw = &c["identity"]["securebits"]["known"]["raw"];
        tally.same("securebits", raw, &json!(bits));
    }
    if let Some(dumpable) = number("dumpable").filter(|n| (0..3).contains(n)) {
        let word = ["no", "yes", "readable_by_root"][usize::try_from(dumpable).unwrap()];
        let told = &c["identity"]["dumpable"]["known"];
        tally.same("dumpable", told, &json!(word));
    }
    modules(tally, &c["lsm"], view);
    match number("landlock") {
        Some(version) if version > 0 => {
            let told = &c["lsm"]["landlock_abi"];
            let right = unasked(c, told) || told["known"] == version;
            tally.same("landlock", &json!(right), &json!(true));
            tally.hold(told);
        }
        _ => tally.same("landlock", &c["lsm"]["landlock_abi"]["known"], &Value::Null),
    }
    for abi in c["seccomp"]["abis"].as_array().into_iter().flatten() {
        let name = abi["abi"].as_str().unwrap();
        tally.same("native", &abi["native"], &json!(name == ABIS[0].name));
        // Null where the probe had no time left to try the gate.
        let offered = number(name).filter(|n| *n >= 0 && !abi["offered"].is_null());
        if let Some(offered) = offered {
            tally.same("offered", &abi["offered"], &json!(offered == 1));
        }
    }
}

/// Where it is not known what a filter does with a question, it is not put.
fn unasked(c: &Value, told: &Value) -> bool {
    let rows = c["seccomp"]["abis"][0]["syscalls"].as_array();
    // Or not known yet, where the probe had no time for it.
    let late = rows.into_iter().flatten().any(|row| {
        row["name"] == "landlock_create_ruleset" && row["verdict"]["inconclusive"].is_string()
    });
    let unknown = c["seccomp"]["method"]["method"] == "not_probed" || late;
    unknown && told["denied"].is_object()
}

/// Security modules: what the shell cannot read the tool does not know either.
fn modules(tally: &mut Tally, lsm: &Value, view: &View) {
    // The file, or else the kernel's own list of them.
    let list = view.truth.of("modules", "/sys/kernel/security/lsm");
    let list = list.or(view.truth.of("ask", "modules")).unwrap_or_default();
    let names: Vec<&str> = list.split(',').filter(|name| !name.is_empty()).collect();
    let wanted = if names.is_empty() {
        Value::Null
    } else {
        json!(names)
    };
    if !unasked(&view.report["confinement"], &lsm["active"]) {
        tally.same("active", &lsm["active"]["known"], &wanted);
    }
    tally.hold(&lsm["active"]);
    for (noun, file) in [
        ("lockdown", "/sys/kernel/security/lockdown"),
        ("yama_ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope"),
        ("selinux_enforcing", "/sys/fs/selinux/enforce"),
    ] {
        let read = view.truth.of("modules", file).is_some();
        tally.same(noun, &json!(!lsm[noun]["known"].is_null()), &json!(read));
        tally.hold(&lsm[noun]);
    }
    // Without a label there is no module that gives one.
    if view.truth.lines("attr/current").next().is_none() {
        for noun in ["apparmor", "selinux", "smack"] {
            tally.same(noun, &json!(!lsm[noun]["known"].is_null()), &json!(false));
            tally.hold(&lsm[noun]);
        }
    }
}

/// What stands above the confinement.
fn head(tally: &mut Tally, report: &Value) {
    tally.same("schema", &report["schema"], &json!("amiconfined/v1"));
    let version = json!(env!("CARGO_PKG_VERSION"));
    tally.same("tool_version", &report["tool_version"], &version);
    let time: jiff::Timestamp = report["time"].as_str().unwrap().parse().unwrap();
    let age = jiff::Timestamp::now().duration_since(time).as_secs();
    tally.same("time", &json!((0..600).contains(&age)), &json!(true));
    tally.hold(&report["time"]);
    summary(tally, report);
}

/// What the report counts of itself.
fn summary(tally: &mut Tally, report: &Value) {
    let (summary, c) = (&report["summary"], &report["confinement"]);
    let raw = |text: &Value| u64::from_str_radix(text.as_str().unwrap(), 16).unwrap();
    if let Some(bounding) = c["capabilities"]["bounding"]["known"]["raw"].as_str() {
        let bounding = u64::from_str_radix(bounding, 16).unwrap();
        let usual = raw(&json!(settings::usual()));
        for (key, wanted) in [("adds", bounding & !usual), ("lacks", usual & !bounding)] {
            let told = &summary["bounding"]["known"];
            let told = if told.is_null() {
                &summary["bounding"]
            } else {
                told
            };
            tally.same(key, &json!(raw(&told[key]["raw"])), &json!(wanted));
            tally.hold(&told[key]);
        }
    }
    for abi in c["seccomp"]["abis"].as_array().into_iter().flatten() {
        let lines = summary["verdicts"].as_array().into_iter().flatten();
        let lines: Vec<&Value> = lines.filter(|line| line["abi"] == abi["abi"]).collect();
        let rows = abi["syscalls"].as_array().map_or(&[][..], Vec::as_slice);
        let count = |verdict: &Value| rows.iter().filter(|r| r["verdict"] == *verdict).count();
        let all: u64 = lines.iter().filter_map(|line| line["count"].as_u64()).sum();
        tally.same("counts", &json!(all), &json!(rows.len()));
        for line in lines {
            if line["verdict"] == "allowed" {
                tally.same("allowed", &line["count"], &json!(count(&line["verdict"])));
            }
            tally.hold(line);
        }
    }
}

/// `/proc/PID/stat`, by its fields' numbers in `proc_pid_stat(5)`.
fn process(tally: &mut Tally, c: &Value, view: &View) {
    let process = &c["process"];
    let Some((head, tail)) = view
        .truth
        .lines("stat")
        .next()
        .and_then(|l| l.rsplit_once(") "))
    else {
        return;
    };
    let (pid, comm) = head.split_once(" (").unwrap();
    let number = |text: &str| json!(text.parse::<u64>().unwrap());
    let field = |at: usize| number(tail.split(' ').nth(at - 3).unwrap());
    tally.same("pid", &process["pid"], &number(pid));
    tally.same("comm", &process["comm"]["known"], &json!(comm));
    tally.same("parent", &process["parent"]["known"], &field(4));
    tally.same("start", &process["start_ticks"]["known"], &field(22));
    tally.same("is_self", &process["is_self"], &json!(false));
    let status = |name: &str| view.truth.status(name).unwrap_or_default();
    tally.same(
        "tracer",
        &process["tracer"]["known"],
        &number(status("TracerPid")),
    );
    let told = &c["seccomp"]["method"]["method"];
    tally.same("method", told, &json!("not_probed"));
    tally.hold(&c["seccomp"]["method"]);
    let pids: Vec<Value> = status("NSpid").split_whitespace().map(number).collect();
    tally.same("pids", &c["namespaces"]["pids"]["known"], &json!(pids));
}
