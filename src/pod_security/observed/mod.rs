//! The standard, held against what the kernel enforces.
//!
//! A declaration says what was asked for; this says what of it holds. Each control
//! is judged by one file's rule from [`Confinement`]; what could not be read is
//! [`Verdict::Unknown`], and what leaves nothing in a process that could be seen
//! is [`Verdict::NotObservable`]. The rules are those of the newest version.

mod app_armor_profile;
mod capabilities;
mod host_namespaces;
mod host_path_volumes;
mod no_new_privs;
mod privileged;
mod proc_mount;
mod run_as_non_root;
mod se_linux_options;
mod seccomp_profile;

use serde::Serialize;

use super::Level;
use crate::confinement::{Confinement, IdMapping, Reading};

/// What is known of one control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The kernel enforces it.
    Keeps,
    /// The kernel does not enforce it.
    Fails,
    /// What it would take to know could not be read.
    Unknown,
    /// It is about something outside the process: nothing in it could show it.
    NotObservable,
}

/// One control of the standard, judged on a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedControl {
    /// The id of the check that asks for it in a declaration.
    pub control: &'static str,
    /// The lowest level that asks for it.
    pub level: Level,
    /// What is known.
    pub verdict: Verdict,
    /// What shows it, escaped where a container chose it.
    pub evidence: String,
}

/// A process judged by the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedJudgement {
    /// The strictest level that it is known to keep.
    pub keeps: Level,
    /// The strictest level that nothing known speaks against; above [`Self::keeps`] where
    /// something could not be read.
    pub may_keep: Level,
    /// Every control, baseline first.
    pub controls: Vec<ObservedControl>,
}

impl ObservedJudgement {
    /// Controls up to `level` that the process fails.
    pub fn failed(&self, level: Level) -> impl Iterator<Item = &ObservedControl> {
        self.with(level, Verdict::Fails)
    }

    /// Controls up to `level` that could not be judged for want of a reading.
    pub fn unknown(&self, level: Level) -> impl Iterator<Item = &ObservedControl> {
        self.with(level, Verdict::Unknown)
    }

    fn with(&self, level: Level, verdict: Verdict) -> impl Iterator<Item = &ObservedControl> {
        self.controls
            .iter()
            .filter(move |c| c.level <= level && c.verdict == verdict)
    }
}

/// A control's verdict with what shows it.
type Found = (Verdict, String);

/// How a control is judged.
enum Rule {
    /// By what is known of the process.
    Seen(fn(&Confinement) -> Found),
    /// Not at all: it is about something outside, and this says what.
    Outside(&'static str),
}

/// Every control by the id of its check, with the lowest level that asks for it.
#[rustfmt::skip]
const CONTROLS: [(&str, Level, Rule); 18] = {
    use Level::{Baseline, Restricted};
    use Rule::{Outside, Seen};
    [
        ("appArmorProfile", Baseline, Seen(app_armor_profile::judge)),
        ("capabilities_baseline", Baseline, Seen(capabilities::baseline)),
        ("hostNamespaces", Baseline, Seen(host_namespaces::judge)),
        ("hostPathVolumes", Baseline, Seen(host_path_volumes::judge)),
        ("hostPorts", Baseline, Outside("host ports are rules of the node's network")),
        ("hostProbesAndHostLifecycle", Baseline, Outside("probes are sent by the kubelet")),
        ("privileged", Baseline, Seen(privileged::judge)),
        ("procMount", Baseline, Seen(proc_mount::baseline)),
        ("seLinuxOptions", Baseline, Seen(se_linux_options::judge)),
        ("seccompProfile_baseline", Baseline, Seen(seccomp_profile::baseline)),
        ("sysctls", Baseline, Outside("a sysctl's value does not say who set it")),
        ("windowsHostProcess", Baseline, Outside("there are none on Linux")),
        ("allowPrivilegeEscalation", Restricted, Seen(no_new_privs::judge)),
        ("capabilities_restricted", Restricted, Seen(capabilities::restricted)),
        ("procMount_restricted", Restricted, Seen(proc_mount::restricted)),
        ("restrictedVolumes", Restricted, Seen(host_path_volumes::judge)),
        ("runAsNonRoot", Restricted, Seen(run_as_non_root::judge)),
        ("seccompProfile_restricted", Restricted, Seen(seccomp_profile::restricted)),
    ]
};

/// Judges a process by what is known of it.
pub fn judge_observed(confinement: &Confinement) -> ObservedJudgement {
    let controls = CONTROLS.map(|(control, level, rule)| {
        let (verdict, evidence) = match rule {
            Rule::Seen(judge) => judge(confinement),
            Rule::Outside(what) => (Verdict::NotObservable, what.to_owned()),
        };
        ObservedControl {
            control,
            level,
            verdict,
            evidence,
        }
    });
    ObservedJudgement {
        keeps: strictest(&controls, &[Verdict::Fails, Verdict::Unknown]),
        may_keep: strictest(&controls, &[Verdict::Fails]),
        controls: controls.into(),
    }
}

/// The strictest level none of whose controls has one of these verdicts.
fn strictest(controls: &[ObservedControl], against: &[Verdict]) -> Level {
    let lowest = controls
        .iter()
        .filter(|control| against.contains(&control.verdict))
        .map(|control| control.level)
        .min();
    match lowest {
        None => Level::Restricted,
        Some(Level::Restricted) => Level::Baseline,
        Some(Level::Baseline | Level::Privileged) => Level::Privileged,
    }
}

/// Why a reading is not known, as an unknown verdict's evidence.
fn unknown<T>(what: &str, reading: &Reading<T>) -> Found {
    let why = match reading {
        Reading::Known(_) => "known".to_owned(),
        Reading::Absent { why } => format!("absent: {why}"),
        Reading::Denied(denial) => {
            let errno = denial.errno.map_or_else(String::new, |e| format!(": {e}"));
            format!("{} {}{errno}", denial.syscall, denial.path)
        }
    };
    (Verdict::Unknown, format!("{what} could not be read: {why}"))
}

/// Whether the process is in a user namespace other than the initial one.
fn user_namespace(confinement: &Confinement) -> Reading<bool> {
    let by_map = confinement
        .identity
        .uid_map
        .as_ref()
        .map(|map| *map != [IdMapping::IDENTITY]);
    match confinement.namespaces.user_depth {
        Reading::Known(depth) if depth > 0 => Reading::Known(true),
        // From inside, the parent cannot be asked for: the id map tells.
        _ => by_map,
    }
}
