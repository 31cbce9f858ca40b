//! `amiconfined seccomp diff`: two filters, profiles or reports against each other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::SeccompFormat;
use super::source::{of_file, of_process, of_self};
use crate::cli::compare_input::documents;
use crate::cli::error::{Error, FINDINGS, NOT_OBSERVED, SUCCESS, escaped};
use crate::cli::{input, output};
use crate::compare::{FilterSide, Unsure, filter_changes};
use crate::confinement::{
    CapabilitySet, Report, SCHEMA, Seccomp, SeccompMethod, capability_number,
};
use crate::declared::{compile_profile, is_seccomp_profile};
use crate::observe::{Observe, ProcRoot, Target, observe};
use crate::probe::verdicts_of;
use crate::report;
use crate::syscalls::Release;

/// A larger file is no report of one process.
const MAX_REPORT: usize = 64 << 20;

/// Arguments of `seccomp diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Before: `pid:PID`, `self`, or a file: a profile (OCI, Docker or SeccompProfile), a
    /// report as `--format json` writes it, or a filter as `seccomp dump` writes it.
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// After: the same.
    #[arg(value_name = "B")]
    pub after: PathBuf,
    /// The capabilities by which a Docker profile's rules hold, with commas [default: the
    /// bounding set of the process on the other side, else none].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub capabilities: Option<Vec<String>>,
    /// The form.
    #[arg(long, value_enum, default_value_t = SeccompFormat::Text)]
    pub format: SeccompFormat,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &DiffArgs) -> Result<u8, Error> {
    let granted = granted(args)?;
    let before = side(&args.before, granted)?;
    let after = side(&args.after, granted)?;
    let found = filter_changes(&before, &after);
    let text = match args.format {
        SeccompFormat::Json => report::filter_changes_json(&found)?,
        SeccompFormat::Text => {
            report::filter_changes_text(&found, &output::options(args.output.is_some()))
        }
    };
    output::write(&text, args.output.as_deref())?;
    let asked = before.abis.iter().any(|table| !table.syscalls.is_empty());
    let compared = asked && found.not_compared.is_empty();
    Ok(match (found.changes.is_empty(), compared) {
        (false, _) => FINDINGS,
        (true, true) => SUCCESS,
        (true, false) => NOT_OBSERVED,
    })
}

/// The process that is meant by `pid:PID` or `self`.
fn process(text: &Path) -> Result<Option<u32>, Error> {
    let Some(text) = text.to_str() else {
        return Ok(None);
    };
    if text == "self" {
        return Ok(Some(std::process::id()));
    }
    let Some(pid) = text.strip_prefix("pid:") else {
        return Ok(None);
    };
    pid.parse()
        .ok()
        .filter(|pid| (1..=0x7fff_ffff).contains(pid))
        .map(Some)
        .ok_or_else(|| Error::Usage(format!("{text}: expected pid: and a process id")))
}

/// The capabilities by which a profile's rules hold.
fn granted(args: &DiffArgs) -> Result<CapabilitySet, Error> {
    if let Some(names) = &args.capabilities {
        let mut set = CapabilitySet::EMPTY;
        for name in names.iter().filter(|name| !name.is_empty()) {
            let number = capability_number(name).ok_or_else(|| {
                Error::Usage(format!(
                    "--capabilities {name}: expected names as CAP_CHOWN"
                ))
            })?;
            set = set.with(number);
        }
        return Ok(set);
    }
    for text in [&args.before, &args.after] {
        if let Some(pid) = process(text)? {
            let options = Observe {
                target: Target::other(pid),
                root: Arc::new(ProcRoot::open("/")),
                live: true,
            };
            let seen = observe(&ProcRoot::open("/proc"), &options)
                .map_err(|error| Error::Input(error.to_string()))?;
            if let Some(set) = seen.capabilities.bounding.known() {
                return Ok(*set);
            }
        }
    }
    Ok(CapabilitySet::EMPTY)
}

/// One of the two.
fn side(text: &Path, granted: CapabilitySet) -> Result<FilterSide, Error> {
    if text == Path::new("self") {
        let seen = of_self()?;
        return of_verdicts(format!("process {}", seen.process.pid), seen.seccomp);
    }
    let name = escaped(text).to_string();
    let exact = |name, programs: Vec<_>| FilterSide {
        abis: verdicts_of(&programs),
        name,
        programs: Some(programs),
        unsure: Vec::new(),
    };
    if let Some(pid) = process(text)? {
        return Ok(exact(format!("process {pid}"), of_process(pid)?.programs));
    }
    let bytes = input::file(text, MAX_REPORT)?;
    if bytes.contains(&0) {
        return Ok(exact(name, vec![of_file(text)?]));
    }
    if let Some(report) = as_report(&name, &bytes)? {
        return of_verdicts(name, report.confinement.seccomp);
    }
    let documents = documents(text)?;
    let Some(profile) = documents
        .iter()
        .find(|document| is_seccomp_profile(document))
    else {
        return Err(Error::Input(format!(
            "{name}: expected a seccomp profile with defaultAction, a report of {SCHEMA}, or a filter"
        )));
    };
    let release = nix::sys::utsname::uname()
        .ok()
        .and_then(|uname| Release::from_uname(&uname.release().to_string_lossy()));
    let compiled = compile_profile(profile, granted, release)
        .map_err(|error| Error::Input(error.to_string()))?
        .ok_or_else(|| {
            Error::NotObserved(format!(
                "{name}: not compiled, since this process runs under a filter that libseccomp could run into; lifted by running where there is none"
            ))
        })?;
    Ok(FilterSide {
        unsure: compiled
            .unsure
            .into_iter()
            .map(|(abi, from)| Unsure { abi, from })
            .collect(),
        ..exact(name, vec![compiled.program])
    })
}

/// What was asked of filters, or what an earlier report says of them.
fn of_verdicts(name: String, seccomp: Seccomp) -> Result<FilterSide, Error> {
    if let SeccompMethod::NotProbed { why } = &seccomp.method {
        return Err(Error::NotObserved(format!("{name}: not probed: {why}")));
    }
    let none = seccomp.method == SeccompMethod::NoFilter;
    Ok(FilterSide {
        name,
        programs: none.then(Vec::new),
        abis: seccomp.abis,
        unsure: Vec::new(),
    })
}

/// The report that these bytes are, if they say that they are one.
fn as_report(name: &str, bytes: &[u8]) -> Result<Option<Report>, Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        schema: String,
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(None);
    };
    match serde_json::from_str::<Head>(text) {
        Ok(head) if head.schema == SCHEMA => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| Error::Input(format!("{name}: {error}"))),
        _ => Ok(None),
    }
}
