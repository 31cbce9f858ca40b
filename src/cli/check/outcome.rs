//! What a check came to, and how it is shown.

use serde_json::{Value, json};

use super::{CheckArgs, CheckFormat};
use crate::cli::error::{Error, harmless};
use crate::declared::Location;
use crate::pod_security::{Judgement, Level, Mode, ObservedJudgement, Verdict};
use crate::report::{Form, to_json};

/// The version of the JSON document. Within one version fields are added, never renamed.
const SCHEMA: &str = "amiconfined/check/v1";

/// Everything that was judged.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Inputs that could not be judged.
    pub(super) errors: Vec<Error>,
    /// What a dry run of namespaces' labels would warn of.
    pub(super) label_warnings: Vec<String>,
    /// Declarations.
    pub(super) declared: Vec<Declared>,
    /// Processes and containers.
    pub(super) observed: Vec<Observed>,
}

/// One declaration, judged.
#[derive(Debug)]
pub(super) struct Declared {
    /// The input.
    pub(super) source: String,
    /// Where in it.
    pub(super) location: Location,
    /// `Deployment`.
    pub(super) kind: &'static str,
    /// The namespace, as far as it is known.
    pub(super) namespace: Option<String>,
    /// Its name.
    pub(super) name: String,
    /// The namespace's mode that asked; `None` where the command line did.
    pub(super) mode: Option<Mode>,
    /// The judgement.
    pub(super) judgement: Judgement,
}

/// One process or container, judged.
#[derive(Debug)]
pub(super) struct Observed {
    /// Which.
    pub(super) title: String,
    /// The judgement.
    pub(super) judgement: ObservedJudgement,
}

impl Outcome {
    /// Whether anything is not allowed.
    pub(super) fn has_findings(&self, args: &CheckArgs) -> bool {
        let fails = |o: &Observed| args.level.is_some_and(|l| o.judgement.may_keep < l);
        self.declared.iter().any(|d| !d.judgement.allowed()) || self.observed.iter().any(fails)
    }

    /// Whether a level that was asked for might be kept, but could not be shown to be.
    pub(super) fn has_unknowns(&self, args: &CheckArgs) -> bool {
        let unsure = |o: &Observed| args.level.is_some_and(|l| o.judgement.keeps < l);
        self.observed.iter().any(unsure)
    }

    /// The output.
    pub(super) fn render(&self, args: &CheckArgs) -> Result<String, Error> {
        let lines: Vec<String> = match args.format {
            CheckFormat::Json => return self.json(),
            CheckFormat::Kubectl => self.kubectl(),
            CheckFormat::Text => {
                let warnings = self.label_warnings.iter().cloned();
                let declared = self.declared.iter().map(Declared::line);
                let observed = self.observed.iter().flat_map(|o| o.lines(args.level));
                warnings.chain(declared).chain(observed).collect()
            }
        };
        Ok(lines.iter().map(|line| harmless(line) + "\n").collect())
    }

    fn kubectl(&self) -> Vec<String> {
        let warnings = self.label_warnings.iter().map(|w| format!("Warning: {w}"));
        let declared = self.declared.iter().filter(|d| !d.judgement.allowed());
        let declared = declared.filter_map(|d| match d.mode {
            None | Some(Mode::Warn) => Some(format!("Warning: {}", d.judgement.warning())),
            Some(Mode::Enforce) => Some(format!(
                "Error from server (Forbidden): {}",
                d.judgement.forbidden(&d.name)
            )),
            Some(Mode::Audit) => None,
        });
        let observed = self.observed.iter().flat_map(|o| o.lines(None));
        warnings.chain(declared).chain(observed).collect()
    }

    fn json(&self) -> Result<String, Error> {
        let document = json!({
            "schema": SCHEMA,
            "tool_version": env!("CARGO_PKG_VERSION"),
            "label_warnings": self.label_warnings,
            "declared": self.declared.iter().map(Declared::json).collect::<Vec<_>>(),
            "observed": self.observed.iter().map(|o| json!({
                "title": o.title,
                "judgement": o.judgement,
            })).collect::<Vec<_>>(),
        });
        Ok(to_json(&document, Form::Indented)? + "\n")
    }
}

impl Declared {
    fn line(&self) -> String {
        let asked = self.judgement.level_version;
        let name = match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        };
        let mode = self
            .mode
            .map_or_else(String::new, |mode| format!("{mode}: "));
        let said = match self.mode {
            _ if self.judgement.allowed() => format!("allowed by {asked}"),
            Some(Mode::Enforce) => self.judgement.forbidden(&self.name),
            _ => self.judgement.warning(),
        };
        let (source, location, kind) = (&self.source, self.location, self.kind);
        format!("{source}:{location}: {kind} {name}: {mode}{said}")
    }

    fn json(&self) -> Value {
        let asked = self.judgement.level_version;
        json!({
            "source": self.source,
            "line": self.location.line,
            "column": self.location.column,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "mode": self.mode.map(|mode| mode.to_string()),
            "level": asked.level,
            "version": asked.version.to_string(),
            "allowed": self.judgement.allowed(),
            "violations": self.judgement.violations,
            "message": self.judgement.message(),
        })
    }
}

impl Observed {
    /// The verdict, then what each control that is not kept rests on.
    fn lines(&self, declared: Option<Level>) -> Vec<String> {
        let judgement = &self.judgement;
        let mut head = format!("{}: ", self.title);
        if let Some(level) = declared {
            head += &format!("declared {level}, ");
        }
        head += &format!("in fact {}", judgement.keeps);
        if judgement.may_keep > judgement.keeps {
            head += &format!(
                ", perhaps {}: not everything could be read",
                judgement.may_keep
            );
        }
        let failed: Vec<&str> = judgement
            .failed(declared.unwrap_or(Level::Restricted))
            .map(|c| c.evidence.as_str())
            .collect();
        if let (Some(level), [first, ..]) = (declared, failed.as_slice())
            && judgement.may_keep < level
        {
            head += &format!(": {first}");
        }
        let mut lines = vec![head];
        for control in &judgement.controls {
            let verdict = match control.verdict {
                Verdict::Fails => "fails",
                Verdict::Unknown => "unknown",
                Verdict::Keeps | Verdict::NotObservable => continue,
            };
            let (level, name, evidence) = (control.level, control.control, &control.evidence);
            lines.push(format!("  {verdict} {level} {name}: {evidence}"));
        }
        lines
    }
}
