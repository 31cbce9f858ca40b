//! `amiconfined seccomp export`: filters as a profile.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::source::{SourceArgs, of_self};
use crate::bpf::{Program, merge};
use crate::cli::error::{Error, SUCCESS, say};
use crate::cli::output;
use crate::confinement::SeccompMethod;
use crate::declared::{ExportError, ExportSource, Exported, ExportedProfile, export};
use crate::report::{Form, to_json};

/// What a profile of the operator answers where it gives no number.
const EPERM: u16 = 1;

/// Arguments of `seccomp export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Whose filters.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The form.
    #[arg(long, value_enum, default_value_t = ExportFormat::Oci)]
    pub format: ExportFormat,
    /// The name of the SeccompProfile.
    #[arg(long, value_name = "NAME", default_value = "exported")]
    pub name: String,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The forms of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The seccomp section of an OCI configuration, as `localhostProfile` and Docker take it.
    Oci,
    /// A SeccompProfile of the Security Profiles Operator.
    Spo,
    /// One filter program that answers as all of them do, as bubblewrap takes it.
    Bpf,
}

/// Runs it.
pub(super) fn run(args: &ExportArgs) -> Result<u8, Error> {
    let programs = args.source.programs()?;
    let bytes = match (&programs, args.format) {
        (Some(programs), ExportFormat::Bpf) if !programs.is_empty() => merged(programs)?,
        (Some(programs), format) => written(&made(ExportSource::Filters(programs))?, format, args)?,
        (None, format) => {
            let seccomp = of_self()?.seccomp;
            match &seccomp.method {
                SeccompMethod::NotProbed { why } => {
                    return Err(Error::NotObserved(format!("not probed: {why}")));
                }
                SeccompMethod::NoFilter => {
                    written(&made(ExportSource::Filters(&[]))?, format, args)?
                }
                _ => written(&made(ExportSource::Probed(&seccomp.abis))?, format, args)?,
            }
        }
    };
    output::write_by(args.output.as_deref(), &mut |out| out.write_all(&bytes))?;
    Ok(SUCCESS)
}

fn merged(programs: &[Program]) -> Result<Vec<u8>, Error> {
    let merged =
        merge(programs).map_err(|error| Error::NotObserved(format!("not exported: {error}")))?;
    Ok(merged.to_ne_bytes())
}

/// The profile; what its user should know goes to standard error.
fn made(source: ExportSource<'_>) -> Result<Exported, Error> {
    let exported = export(source).map_err(|error| {
        let lift = match error {
            ExportError::Filtered => "; lifted by running where there is no filter, with --pid",
            _ => "",
        };
        Error::NotObserved(format!("not exported: {error}{lift}"))
    })?;
    for note in &exported.notes {
        say(note);
    }
    Ok(exported)
}

fn written(exported: &Exported, format: ExportFormat, args: &ExportArgs) -> Result<Vec<u8>, Error> {
    let mut text = match format {
        ExportFormat::Bpf => return Ok(exported.program.to_ne_bytes()),
        ExportFormat::Oci => to_json(&exported.profile, Form::Indented)?,
        ExportFormat::Spo => to_json(&resource(&exported.profile, &args.name)?, Form::Indented)?,
    };
    text.push('\n');
    Ok(text.into_bytes())
}

/// The profile as a resource, in JSON, which every reader of manifests takes.
fn resource(profile: &ExportedProfile, name: &str) -> Result<serde_json::Value, Error> {
    let mut spec = serde_json::to_value(profile)?;
    if let Some(fields) = spec.as_object_mut() {
        // The resource has no such field: it would be dropped, and EPERM answered.
        if fields.remove("defaultErrnoRet").is_some_and(|n| n != EPERM) {
            return Err(Error::NotObserved(String::from(
                "not exported: a SeccompProfile has no error number for its default action, and \
                 these filters answer another than EPERM; --format oci has one",
            )));
        }
    }
    Ok(json!({
        "apiVersion": "security-profiles-operator.x-k8s.io/v1beta1",
        "kind": "SeccompProfile",
        "metadata": { "name": name },
        "spec": spec,
    }))
}
