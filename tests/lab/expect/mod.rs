//! The reports against the truths: each fact counted, each difference said.

mod config;
mod files;
mod lsm;
mod maps;
mod sandbox;
mod selinux;
mod status;
mod tools;

use serde_json::{Value, json};

pub(crate) use tools::Tools;

use super::cell::{Seen, View};
use super::guests;
use super::runtimes::Runtime;
use super::seccomp::{self, Comparison, Declared};
use super::settings::Setting;

/// What was held against what.
#[derive(Default)]
pub(crate) struct Tally {
    /// From where the report was made.
    place: &'static str,
    /// Whether the container's host ids and user namespace are those of a user's runtime.
    rootless: bool,
    /// Whether `compare` has to find nothing.
    strict: bool,
    /// How many facts were held.
    pub(crate) facts: usize,
    /// Its filters three ways, where it has any.
    pub(crate) filters: Option<Comparison>,
    /// Those that differ.
    pub(crate) differences: Vec<String>,
}

impl Tally {
    /// Of a container that gave no report.
    pub(crate) fn failed(output: String) -> Self {
        Self {
            differences: vec![format!("no report: {output}")],
            ..Self::default()
        }
    }

    fn same(&mut self, what: &str, reported: &Value, wanted: &Value) {
        self.facts += 1;
        if reported != wanted {
            self.wrong(&format!("{what}: {reported} is not {wanted}"));
        }
    }

    fn wrong(&mut self, difference: &str) {
        let place = self.place;
        self.differences.push(format!("{place}: {difference}"));
    }
}

/// Holds everything of one container.
pub(crate) fn held(
    runtime: &dyn Runtime,
    setting: &Setting,
    seen: &Seen,
    tools: &seccomp::Tools,
) -> Tally {
    let mut tally = Tally {
        rootless: runtime.rootless(),
        strict: !runtime.own_kernel(),
        ..Tally::default()
    };
    let views = [
        ("inside", Some(&seen.inside)),
        ("outside", seen.outside.as_ref()),
    ];
    for (place, view) in views {
        let Some(view) = view else { continue };
        tally.place = place;
        kernel(&mut tally, view);
        if let (Some(tools), "outside") = (&seen.tools, place) {
            tools.held(&mut tally, &view.report["confinement"]);
        }
        let confinement = &view.report["confinement"];
        for (pointer, wanted) in &setting.wants {
            // LXC mounts no cgroupfs: what limits it is seen from the host.
            if place == "inside" && runtime.name() == "lxc" && pointer.starts_with("/cgroup") {
                continue;
            }
            // The host has other ids for a container with a user namespace.
            if place == "outside" && pointer.starts_with("/identity/uid") {
                continue;
            }
            let reported = confinement.pointer(pointer).unwrap_or(&Value::Null);
            tally.same(pointer, reported, wanted);
        }
        for (pointer, wanted) in guests::here().map_or(&[][..], |guest| guest.wants) {
            let reported = confinement.pointer(pointer).unwrap_or(&Value::Null);
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            tally.same(pointer, reported, &wanted);
        }
        if let Some(config) = &seen.config {
            config::process(&mut tally, confinement, config);
            if !runtime.own_kernel() {
                config::kernel(&mut tally, confinement, config);
            }
        }
        sandbox::held(&mut tally, runtime, setting, confinement);
    }
    if let Some(view) = &seen.swept {
        tally.place = "sweep";
        kernel(&mut tally, view);
    }
    tally.place = "filters";
    filters(&mut tally, runtime, setting, seen, tools);
    tally.place = "compare";
    drift(&mut tally, setting, &seen.compared);
    changed(&mut tally, setting, &seen.changed);
    tally
}

/// The filters of the container's process, three ways.
fn filters(
    tally: &mut Tally,
    runtime: &dyn Runtime,
    setting: &Setting,
    seen: &Seen,
    tools: &seccomp::Tools,
) {
    let inside = &seen.inside.report["confinement"]["seccomp"];
    let Some(filters) = &seen.filters else { return };
    // Strict mode has no filter, and none is installed here.
    let count = json!(filters.programs.len());
    tally.same("dumped", &inside["filters"]["known"], &count);
    if filters.programs.is_empty() {
        tally.same("mode", &inside["mode"]["known"], &json!("disabled"));
        return;
    }
    let told = seen.config.as_ref().map(|c| &c["linux"]["seccomp"]);
    let declared = match told {
        Some(profile) if profile.is_object() => Some(Declared {
            profiles: vec![profile.clone()],
            stub: runtime.stub(),
            elsewhere: Default::default(),
            by: "config.json",
        }),
        _ => runtime.declared(setting),
    };
    if let Some(why) = inside["method"]["why"].as_str() {
        // Only where another listener is there is nothing asked.
        let notifies = |d: &Declared| d.profiles.iter().any(|p| p["listenerPath"].is_string());
        let listener = declared.as_ref().is_some_and(notifies);
        tally.same("a listener", &json!(listener), &json!(true));
        tally.same("why", &json!(why.contains("listener")), &json!(true));
    }
    tally.filters = seccomp::held(
        tools,
        &filters.programs,
        declared.as_ref(),
        inside,
        &filters.shown,
    );
    let differences = tally.filters.iter().flat_map(|c| &c.differences);
    for difference in differences.map(ToString::to_string).collect::<Vec<_>>() {
        tally.wrong(&difference);
    }
}

/// What `compare` says of each declaration and the process: all is as it was told, but for
/// what the row says is without effect.
fn drift(tally: &mut Tally, setting: &Setting, compared: &[Value]) {
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
}

/// What `compare` says of the Pod with one field changed: that one, and what the row says
/// is without effect.
fn changed(tally: &mut Tally, setting: &Setting, all: &[(Value, Vec<&'static str>)]) {
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

/// The kernel's own words of the same process.
fn kernel(tally: &mut Tally, view: &View) {
    let confinement = &view.report["confinement"];
    status::held(tally, confinement, &view.truth);
    maps::held(tally, confinement, &view.truth);
    files::held(tally, confinement, &view.truth);
    selinux::held(tally, confinement, &view.truth);
    if tally.strict {
        lsm::held(tally, confinement, &view.truth);
    }
}
