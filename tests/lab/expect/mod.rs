//! The reports against the truths: each fact counted, each difference said.

mod compare;
mod config;
mod coverage;
mod files;
mod filters;
mod foreign;
mod inspect;
mod itself;
mod lsm;
mod maps;
mod sandbox;
mod selinux;
mod status;
mod tools;

use std::collections::HashSet;

use serde_json::{Value, json};

pub(crate) use coverage::Coverage;
pub(crate) use tools::Tools;

use super::cell::{Seen, View};
use super::guests;
use super::runtimes::Runtime;
use super::seccomp::{self, Comparison};
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
    /// Where in the reports the values are that were held.
    held: HashSet<usize>,
    /// Which facts that were.
    pub(crate) coverage: Coverage,
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
        self.hold(reported);
        if reported != wanted {
            self.wrong(&format!("{what}: {reported} is not {wanted}"));
        }
    }

    /// Notes that a value was held, where what was compared is made of it.
    fn hold(&mut self, reported: &Value) {
        self.held.insert(coverage::place(reported));
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
            tools.held(&mut tally, &view.report["confinement"], &view.truth);
        }
        let confinement = &view.report["confinement"];
        for (pointer, wanted) in &setting.wants {
            // Without a cgroupfs it is said that nothing can be known.
            if place == "inside" && pointer.starts_with("/cgroup") && !view.truth.cgroupfs() {
                let noun = pointer.split("/known").next().unwrap();
                let denied = &confinement.pointer(noun).unwrap()["denied"];
                tally.same(pointer, &denied["path"], &json!("cgroupfs"));
                continue;
            }
            // The host has other ids for a container with a user namespace.
            if place == "outside" && pointer.starts_with("/identity/uid") {
                continue;
            }
            let reported = confinement.pointer(pointer).unwrap_or(&Value::Null);
            tally.same(pointer, reported, wanted);
        }
        let listed = confinement["filesystem"]["host_paths"]["known"].as_array();
        if let (Some(list), "host_path") = (listed, setting.name.as_str()) {
            let there = list.iter().any(|mount| mount["mount_point"] == "/tmp");
            tally.same("host_path", &json!(there), &json!(true));
        }
        for (pointer, wanted) in guests::here().map_or(&[][..], |guest| guest.wants) {
            let reported = confinement.pointer(pointer).unwrap_or(&Value::Null);
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            tally.same(pointer, reported, &wanted);
        }
        if let Some(config) = &seen.config {
            config::process(&mut tally, confinement, config);
            if !runtime.own_kernel() {
                let cgroupfs = place == "outside" || view.truth.cgroupfs();
                config::kernel(&mut tally, confinement, config, cgroupfs);
            }
        }
        if let Some(inspected) = &seen.inspected {
            inspect::held(&mut tally, setting, confinement, inspected);
        }
        sandbox::held(&mut tally, runtime, setting, confinement);
        sandbox::named(&mut tally, &confinement["runtime"], seen);
    }
    if let Some(view) = &seen.swept {
        tally.place = "sweep";
        kernel(&mut tally, view);
    }
    tally.place = "filters";
    filters::held(&mut tally, runtime, setting, seen, tools);
    tally.place = "compare";
    compare::held(&mut tally, setting, &seen.compared);
    compare::manifest(&mut tally, setting, &seen.manifest);
    compare::changed(&mut tally, setting, &seen.changed);
    compare::checked(&mut tally, setting, seen.checked.as_ref());
    for view in views.into_iter().filter_map(|(_, view)| view) {
        tally.coverage.add(&view.report, &tally.held);
    }
    tally
}

/// The kernel's own words of the same process.
fn kernel(tally: &mut Tally, view: &View) {
    let confinement = &view.report["confinement"];
    status::held(tally, confinement, &view.truth);
    maps::held(tally, confinement, &view.truth);
    files::held(tally, &view.report, &view.truth);
    selinux::held(tally, confinement, &view.truth);
    if tally.strict {
        lsm::held(tally, confinement, &view.truth);
    }
    itself::held(tally, view);
}
