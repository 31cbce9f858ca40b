//! The filters of the container's process, three ways.

use serde_json::{Value, json};

use super::{Tally, status};
use crate::cell::Seen;
use crate::runtimes::Runtime;
use crate::seccomp::{self, Declared, Told};
use crate::settings::{self, Setting};
use crate::truth::Truth;

/// Holds the filters of the container's process.
pub(super) fn held(
    tally: &mut Tally,
    runtime: &dyn Runtime,
    setting: &Setting,
    seen: &Seen,
    tools: &seccomp::Tools,
) {
    let inside = &seen.inside.report["confinement"]["seccomp"];
    for (name, answer) in &setting.verdicts {
        let rows = inside["abis"][0]["syscalls"].as_array();
        let mut rows = rows.into_iter().flatten();
        let told = rows.find(|row| row["name"] == *name).map(|r| &r["verdict"]);
        let told = told.map(seccomp::told);
        tally.same(name, &json!(told), &json!(answer));
    }
    let Some(filters) = &seen.filters else {
        let declared = undumped(tally, runtime, setting, seen);
        tally.filters =
            declared.and_then(|(d, why)| seccomp::held_to_profile(tools, &d, inside, why));
        differences(tally);
        return;
    };
    // Strict mode has no filter, and none is installed here.
    let count = json!(filters.programs.len());
    tally.same("dumped", &inside["filters"]["known"], &count);
    if filters.programs.is_empty() {
        tally.same("mode", &inside["mode"]["known"], &json!("disabled"));
        let mode = (seen.inside.truth).status("Seccomp");
        tally.same("Seccomp", &json!(mode), &json!("0"));
        for abi in inside["abis"].as_array().into_iter().flatten() {
            for list in ["syscalls", "unnamed"] {
                for row in abi[list].as_array().into_iter().flatten() {
                    let passes = ["allowed", "never_filtered"].map(|word| json!(word));
                    if !passes.contains(&row["verdict"]) {
                        tally.wrong(&format!("without a filter: {row}"));
                    }
                }
            }
        }
        verdicts(tally, inside, &seen.inside.truth);
        return;
    }
    let declared = declared(runtime, setting, seen).map(|mut declared| {
        let entry = (0..setting.entry).map(|_| Told::plain(settings::entry()));
        declared.filters.extend(entry);
        declared
    });
    let asked = inside["method"]["method"] == "notify";
    let why = inside["method"]["why"].as_str();
    tally.same("method", &json!(asked), &json!(why.is_none()));
    if let Some(why) = why {
        // Only where another listener is there is nothing asked.
        let listens = |told: &Told| told.profile["listenerPath"].is_string();
        let notifies = |d: &Declared| d.filters.iter().any(listens);
        let listener = declared.as_ref().is_some_and(notifies);
        tally.same("a listener", &json!(listener), &json!(true));
        let present = "a seccomp listener is present (seccomp: EBUSY)";
        tally.same("why", &json!(why), &json!(present));
    }
    tally.filters = seccomp::held(
        tools,
        &filters.programs,
        declared.as_ref(),
        inside,
        &filters.shown,
    );
    super::foreign::held(tally, setting, &seen.inside.report);
    if tally.filters.is_some() {
        verdicts(tally, inside, &seen.inside.truth);
    }
    differences(tally);
}

/// The profile that the container was told: its config.json's, or what the runtime has of it.
fn declared(runtime: &dyn Runtime, setting: &Setting, seen: &Seen) -> Option<Declared> {
    let told = seen.config.as_ref().map(|c| &c["linux"]["seccomp"]);
    match told {
        Some(profile) if profile.is_object() => Some(Declared {
            filters: vec![Told {
                stub: runtime.stub(),
                ..Told::plain(profile.clone())
            }],
            by: "config.json",
        }),
        _ => runtime.declared(setting, seen),
    }
}

/// The profile of a container whose filters are in a kernel of its own, if it has any, and why
/// they cannot be dumped.
fn undumped(
    tally: &mut Tally,
    runtime: &dyn Runtime,
    setting: &Setting,
    seen: &Seen,
) -> Option<(Declared, &'static str)> {
    let inside = &seen.inside.report["confinement"]["seccomp"];
    let ignored = !setting.drifts.is_empty();
    if !runtime.own_kernel() || inside["mode"]["known"] != "filter" || ignored {
        return None;
    }
    let method = &inside["method"]["method"];
    tally.same("method", method, &json!("trace_without_tracer"));
    let abis = inside["abis"].as_array().into_iter().flatten();
    for abi in abis.filter(|abi| abi["abi"] == "i386") {
        taken_for_native(tally, abi);
    }
    let why = "its filters are in a kernel of its own, which hands none out; for x86_64 alone";
    Some((declared(runtime, setting, seen)?, why))
}

/// gVisor's kernel takes `int 0x80` for a native call: of i386 nothing can be told.
fn taken_for_native(tally: &mut Tally, abi: &Value) {
    let why = json!("this kernel takes i386 calls for those of x86_64");
    tally.same("offered", &abi["offered"], &json!(false));
    for key in ["syscalls", "unnamed"] {
        for row in abi[key].as_array().into_iter().flatten() {
            let asked = row["arguments"].as_array().into_iter().flatten();
            for row in std::iter::once(row).chain(asked) {
                tally.same("not probed", &row["verdict"]["not_probed"], &why);
            }
        }
    }
}

/// What of the filters differs is what of the cell does.
fn differences(tally: &mut Tally) {
    let differences = tally.filters.iter().flat_map(|c| &c.differences);
    for difference in differences.map(ToString::to_string).collect::<Vec<_>>() {
        tally.wrong(&difference);
    }
}

/// What the three-way comparison looked at, and the names that libseccomp has for it.
fn verdicts(tally: &mut Tally, reported: &Value, truth: &Truth) {
    let effective = truth.status("CapEff").map(status::names);
    tally.hold(&reported["method"]);
    for abi in reported["abis"].as_array().into_iter().flatten() {
        tally.hold(&abi["abi"]);
        for key in ["syscalls", "unnamed"] {
            for row in abi[key].as_array().into_iter().flatten() {
                for field in ["number", "first", "last", "verdict", "arguments"] {
                    tally.hold(&row[field]);
                }
                if row["cause"]["layer"] == "seccomp" {
                    let stopped = row["verdict"].is_object();
                    tally.same("stopped", &json!(stopped), &json!(true));
                    tally.hold(&row["cause"]);
                }
                if let Some(name) = row["cause"]["name"].as_str() {
                    let lacks = effective.as_ref().map(|names| !has(names, name));
                    tally.same("capability", &json!(lacks), &json!(true));
                    tally.hold(&row["cause"]);
                }
                if let Some(name) = row["cause"]["capability"].as_str() {
                    let holds = effective.as_ref().map(|names| has(names, name));
                    tally.same("capability", &json!(holds), &json!(true));
                    tally.hold(&row["cause"]);
                }
                if let Some(number) = seccomp::number(abi, row) {
                    tally.same("number", &row["number"], &json!(number));
                    tally.hold(&row["name"]);
                }
            }
        }
    }
}

fn has(names: &Value, name: &str) -> bool {
    names
        .as_array()
        .is_some_and(|names| names.contains(&json!(name)))
}
