//! The labels by which a namespace says which level holds in it.

use std::collections::BTreeMap;
use std::fmt;

use super::{Level, LevelVersion, wording};

const PREFIX: &str = "pod-security.kubernetes.io/";

/// What comes of a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A Pod is refused; a workload that would make one is not.
    Enforce,
    /// It is noted in the audit log.
    Audit,
    /// The client is warned.
    Warn,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
            Self::Warn => "warn",
        })
    }
}

/// What a namespace's labels ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespacePolicy {
    /// What Pods are refused by.
    pub enforce: LevelVersion,
    /// What is noted.
    pub audit: LevelVersion,
    /// What is warned of.
    pub warn: LevelVersion,
}

/// A label whose value is no level or no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("metadata.labels[{label}]: Invalid value: {}: {problem}", wording::go_quoted(.value))]
pub struct LabelError {
    /// The label.
    pub label: String,
    /// Its value.
    pub value: String,
    /// What it must be.
    pub problem: String,
}

impl NamespacePolicy {
    /// What holds without any label.
    pub const DEFAULT: Self = Self {
        enforce: LevelVersion::DEFAULT,
        audit: LevelVersion::DEFAULT,
        warn: LevelVersion::DEFAULT,
    };

    /// Reads a namespace's labels as the API server does, with what is wrong in them.
    ///
    /// A level that cannot be read enforces `restricted`, and warns of and notes nothing; a
    /// version that cannot be read is `latest`. Where `warn` is not set, it is as strict as
    /// a stricter `enforce`.
    pub fn from_labels(labels: &BTreeMap<String, String>) -> (Self, Vec<LabelError>) {
        let mut policy = Self::DEFAULT;
        let mut errors = Vec::new();
        let enforce_is_level = read(labels, Mode::Enforce, &mut policy.enforce, &mut errors);
        read(labels, Mode::Audit, &mut policy.audit, &mut errors);
        read(labels, Mode::Warn, &mut policy.warn, &mut errors);

        let has = |suffix: &str| labels.contains_key(&format!("{PREFIX}{suffix}"));
        if !has("warn") && enforce_is_level && policy.enforce.level > policy.warn.level {
            policy.warn.level = policy.enforce.level;
            if !has("warn-version") {
                policy.warn.version = policy.enforce.version;
            }
        }
        (policy, errors)
    }

    /// What a mode asks for.
    pub fn of(&self, mode: Mode) -> LevelVersion {
        match mode {
            Mode::Enforce => self.enforce,
            Mode::Audit => self.audit,
            Mode::Warn => self.warn,
        }
    }
}

/// Reads a mode's two labels into `asked`; whether its level was there and could be read.
fn read(
    labels: &BTreeMap<String, String>,
    mode: Mode,
    asked: &mut LevelVersion,
    errors: &mut Vec<LabelError>,
) -> bool {
    let mut error = |label: String, value: &str, problem: String| {
        errors.push(LabelError {
            label,
            value: value.to_owned(),
            problem,
        });
    };
    let mut is_level = false;
    let label = format!("{PREFIX}{mode}");
    if let Some(value) = labels.get(&label) {
        match value.parse() {
            Ok(level) => {
                asked.level = level;
                is_level = true;
            }
            Err(problem) => {
                asked.level = match mode {
                    Mode::Enforce => Level::Restricted,
                    Mode::Audit | Mode::Warn => Level::Privileged,
                };
                error(label, value, super::LevelError::to_string(&problem));
            }
        }
    }
    let label = format!("{PREFIX}{mode}-version");
    if let Some(value) = labels.get(&label) {
        match value.parse() {
            Ok(version) => asked.version = version,
            Err(problem) => {
                asked.version = super::Version::Latest;
                error(label, value, super::VersionError::to_string(&problem));
            }
        }
    }
    is_level
}
