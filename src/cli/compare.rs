//! `amiconfined compare`: what is declared held against what is enforced.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::args::ProbeArgs;
use super::compare_args::{CompareArgs, CompareFormat, Show};
use super::compare_input::{Input, Observed, declarations, of_process, reports, text};
use super::compare_profiles::Profiles;
use super::error::{Error, FINDINGS, NOT_OBSERVED, SUCCESS};
use super::inspect;
use super::output;
use crate::compare::{Accepted, COMPARISON_SCHEMA, Comparison, Partnerless};
use crate::compare::{compare_stages, join, settle_shared_pids, share_pids};
use crate::confinement::{Expected, Source, Subject};
use crate::declared::{
    InputError, RuntimeName, expect_inspect, expect_oci_config, expect_workload,
};
use crate::report::{Dashboard, Form, findings_text, junit, policy_report, sarif, to_json};
use crate::syscalls::Release;

/// Runs it.
pub(super) fn run(args: &CompareArgs) -> Result<u8, Error> {
    let inputs = declarations(&args.declared)?;
    let profiles = Profiles::new(args, &inputs)?;
    let accepted = accepted(args)?;
    let mut observed = if args.actual.is_empty() {
        vec![of_process(
            inspect::look(args.pid, &args.tree, Some(ProbeArgs::default()))?,
            "observed now",
        )]
    } else {
        reports(&args.actual)?
    };
    if let Some(container) = &args.container {
        for one in &mut observed {
            one.subject
                .container
                .get_or_insert_with(|| container.clone());
        }
    }
    let mut comparison = compare(args, &inputs, &profiles, &observed)?;
    accepted.mark(&mut comparison.findings, &today());
    output::write(&render(args, &comparison)?, args.output.as_deref())?;
    Ok(if comparison.fails(args.fail_on) {
        FINDINGS
    } else if comparison.half_seen() {
        NOT_OBSERVED
    } else {
        SUCCESS
    })
}

fn compare(
    args: &CompareArgs,
    inputs: &[Input],
    profiles: &Profiles,
    observed: &[Observed],
) -> Result<Comparison, Error> {
    let mut declared = expect(inputs, args.runtime, None)?;
    if declared.is_empty() {
        declared.extend(profiles.alone(None)?);
    }
    let subjects: Vec<Subject> = observed.iter().map(|one| one.subject.clone()).collect();
    let joined = join(&declared, &subjects);
    let mut findings = Vec::new();
    // What the inputs expect, by the runtime and the kernel that fill in what they leave open.
    let mut by_runtime: HashMap<_, Vec<Expected>> = HashMap::new();
    for pair in &joined.pairs {
        let Some(one) = observed.get(pair.actual) else {
            continue;
        };
        let actual = &one.confinement;
        let runtime = args
            .runtime
            .or_else(|| RuntimeName::observed(actual.runtime.manager.value));
        let kernel = actual.kernel.number();
        // Once more, now with the defaults of the runtime that was observed: the order of
        // declarations does not depend on it.
        let all = match by_runtime.entry((runtime, kernel)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let mut all = expect(inputs, runtime, kernel)?;
                if all.is_empty() {
                    all.extend(profiles.alone(kernel)?);
                }
                new.insert(all)
            }
        };
        let chosen = pair.declared.iter().filter_map(|at| all.get(*at));
        let mut resolved: Vec<Expected> = chosen.cloned().collect();
        for expected in &mut resolved {
            profiles.resolve(expected, actual, kernel)?;
        }
        let stages: Vec<&Expected> = resolved.iter().collect();
        let mut of_one = compare_stages(&stages, actual);
        let others: Vec<&Subject> = observed
            .iter()
            .filter(|other| of_one_pod(&one.subject, &other.subject))
            .filter(|other| share_pids(actual, &other.confinement))
            .map(|other| &other.subject)
            .collect();
        if let Some(last) = stages.iter().rfind(|s| s.shared_pids.is_some()) {
            settle_shared_pids(&mut of_one, last, &others);
        }
        findings.extend(of_one);
    }
    Ok(Comparison {
        schema: COMPARISON_SCHEMA,
        tool_version: env!("CARGO_PKG_VERSION"),
        compared: joined.pairs.len(),
        findings,
        not_observed: joined
            .unobserved
            .iter()
            .filter_map(|at| declared.get(*at))
            .map(|expected| Partnerless {
                subject: expected.subject.clone(),
                source: expected.source.clone(),
                why: String::from("no report is about it"),
            })
            .collect(),
        not_declared: joined
            .undeclared
            .iter()
            .filter_map(|(at, why)| Some((observed.get(*at)?, why)))
            .map(|(one, why)| Partnerless {
                subject: one.subject.clone(),
                source: Source {
                    file: one.file.clone(),
                    ..Source::default()
                },
                why: why.clone(),
            })
            .collect(),
    })
}

/// Whether two are different containers of one Pod, and so on one node.
fn of_one_pod(one: &Subject, other: &Subject) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    one.uid.is_some()
        && one.uid == other.uid
        && (differ(&one.id, &other.id) || differ(&one.container, &other.container))
}

/// What each input expects, with a runtime's defaults filled in where it is known.
pub(super) fn expect(
    inputs: &[Input],
    runtime: Option<RuntimeName>,
    kernel: Option<Release>,
) -> Result<Vec<Expected>, Error> {
    let mut all = Vec::new();
    let bad = |error: InputError| Error::Input(error.to_string());
    for input in inputs {
        match input {
            Input::Workload(workload) => {
                all.extend(expect_workload(workload, runtime).map_err(bad)?);
            }
            Input::Oci(document) => all.push(expect_oci_config(document, kernel).map_err(bad)?),
            Input::Inspect(document) => all.extend(expect_inspect(document).map_err(bad)?),
            Input::Profile(_) => {}
        }
    }
    Ok(all)
}

fn accepted(args: &CompareArgs) -> Result<Accepted, Error> {
    let mut accepted = Accepted::default();
    let bad = |error: crate::compare::AcceptedError| Error::Input(error.to_string());
    for option in &args.ignore {
        accepted.ignore(option).map_err(bad)?;
    }
    if let Some(path) = &args.baseline {
        let name = super::error::escaped(path).to_string();
        accepted.baseline(&name, &text(path)?).map_err(bad)?;
    }
    Ok(accepted)
}

/// Today in UTC, `YYYY-MM-DD`.
fn today() -> String {
    let now = jiff::Timestamp::now().to_string();
    now.get(..10).unwrap_or(&now).to_owned()
}

fn render(args: &CompareArgs, comparison: &Comparison) -> Result<String, Error> {
    let seconds = jiff::Timestamp::now().as_second();
    Ok(match args.format {
        CompareFormat::Text => findings_text(comparison, args.show == Show::All),
        CompareFormat::Json => to_json(comparison, Form::Indented)? + "\n",
        CompareFormat::Sarif => sarif(comparison)?,
        CompareFormat::Junit => {
            junit(comparison).map_err(|error| Error::Input(format!("JUnit: {error}")))?
        }
        CompareFormat::PolicyReport => policy_report(comparison, Dashboard::PolicyReport, seconds)?,
        CompareFormat::Openreports => policy_report(comparison, Dashboard::OpenReports, seconds)?,
    })
}
