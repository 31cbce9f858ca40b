//! Seccomp profiles: OCI's `linux.seccomp`, Docker's JSON with `includes` and `excludes`, and
//! the `SeccompProfile` of the Security Profiles Operator.
//!
//! Compiled to BPF by libseccomp, as runc does, then evaluated by the evaluator that
//! dumped filters are evaluated by. libseccomp itself calls seccomp(2): where this very
//! process runs under a filter that it does not know, nothing is compiled.

use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp};

use super::seccomp_compile::{Rule, compile, evaluate_abi, filtered_myself, unsure_from};
use super::{Document, Field, InputError};
use crate::bpf::Program;
use crate::confinement::{AbiVerdicts, CapabilitySet};
use crate::syscalls::{Abi, Release};

/// Whether a document looks like a seccomp profile by itself.
pub fn is_seccomp_profile(document: &Document) -> bool {
    let root = &document.root;
    root.get("defaultAction").is_some()
        || root.get("kind").and_then(|kind| kind.as_str()) == Some("SeccompProfile")
}

/// The verdicts of a profile that is a document of its own.
///
/// # Errors
///
/// [`InputError`] for a field of a wrong type or an action that is none, with its line.
pub fn profile_verdicts(
    document: &Document,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<Vec<AbiVerdicts>, InputError> {
    verdicts(&profile_of(document), capabilities, kernel)
}

/// The profile in a document: all of it, or its `spec`.
fn profile_of(document: &Document) -> Field<'_> {
    let root = Field::root(document);
    let spec = root.get("spec");
    if spec.is_set() { spec } else { root }
}

/// A profile as libseccomp compiles it.
#[derive(Debug, Clone)]
pub struct CompiledProfile {
    /// The program, without what a runtime adds to it.
    pub program: Program,
    /// The verdicts: one entry for each architecture that the profile names.
    pub abis: Vec<AbiVerdicts>,
    /// The numbers from which on the runtime that loads the profile decides.
    pub unsure: Vec<(Abi, u32)>,
}

/// Compiles a profile that is a document of its own; `None` where this process runs under
/// a filter, which libseccomp could run into.
///
/// # Errors
///
/// As [`profile_verdicts`].
pub fn compile_profile(
    document: &Document,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<Option<CompiledProfile>, InputError> {
    compiled(&profile_of(document), capabilities, kernel)
}

/// The verdicts of the profile in a field: one entry for each architecture that it names.
pub(super) fn verdicts(
    profile: &Field<'_>,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<Vec<AbiVerdicts>, InputError> {
    let compiled = compiled(profile, capabilities, kernel)?;
    Ok(compiled.map_or_else(Vec::new, |compiled| compiled.abis))
}

fn compiled(
    profile: &Field<'_>,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<Option<CompiledProfile>, InputError> {
    let default_field = profile.get("defaultAction");
    let default = action(&default_field, &profile.get("defaultErrnoRet"))?
        .ok_or_else(|| default_field.error("missing, expected an action as SCMP_ACT_ERRNO"))?;
    let mut rules = Vec::new();
    for item in profile.get("syscalls").items()? {
        if holds(&item, capabilities, kernel)? {
            rules.extend(rule(&item)?.filter(|rule| rule.action != default));
        }
    }
    let abis = abis(profile)?;
    if filtered_myself() {
        return Ok(None);
    }
    let problem = |error: &dyn std::fmt::Display| {
        profile.error(format!("libseccomp cannot compile it: {error}"))
    };
    let program = compile(default, &abis, &rules).map_err(|error| problem(&error))?;
    let each = |abi: &Abi| evaluate_abi(*abi, &program, &rules, default);
    let from = |abi: &Abi| Some((*abi, unsure_from(*abi, &rules, default)?));
    Ok(Some(CompiledProfile {
        abis: abis.iter().map(each).collect(),
        unsure: abis.iter().filter_map(from).collect(),
        program,
    }))
}

/// An action by its name; `None` where it is not written.
fn action(field: &Field<'_>, errno: &Field<'_>) -> Result<Option<ScmpAction>, InputError> {
    let Some(name) = field.text()? else {
        return Ok(None);
    };
    // Without a number runc answers EPERM, and for SCMP_ACT_TRACE the same.
    // The operator's resource once had it as a string.
    let written = match errno.text() {
        Ok(Some(text)) => text.parse().map(Some).or_else(|_| errno.number())?,
        _ => errno.number()?,
    };
    let value = match written {
        None => nix::libc::EPERM,
        Some(value) => i32::try_from(value)
            .ok()
            .filter(|value| (0..=i32::from(u16::MAX)).contains(value))
            .ok_or_else(|| errno.error("expected an error number from 0 to 65535"))?,
    };
    ScmpAction::from_str(name, Some(value))
        .map(Some)
        .map_err(|_| {
            field.error(format!(
                "action {name:?} is unknown, expected one as SCMP_ACT_ALLOW"
            ))
        })
}

/// Whether Docker's `includes` and `excludes` let a rule hold here.
fn holds(
    item: &Field<'_>,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<bool, InputError> {
    let has = |name: &str| {
        crate::confinement::capability_number(name).is_some_and(|n| capabilities.contains(n))
    };
    let here = |name: &str| name == go_arch();
    let newer = |field: &Field<'_>| -> Result<Option<bool>, InputError> {
        let Some(text) = field.get("minKernel").text()? else {
            return Ok(None);
        };
        let wanted = Release::from_uname(text).ok_or_else(|| {
            field
                .get("minKernel")
                .error("expected a kernel release as 4.8")
        })?;
        Ok(Some(kernel.is_none_or(|kernel| kernel >= wanted)))
    };
    let (includes, excludes) = (item.get("includes"), item.get("excludes"));
    let arches = includes.get("arches").texts()?;
    let included = includes
        .get("caps")
        .texts()?
        .iter()
        .all(|(name, _)| has(name))
        && (arches.is_empty() || arches.iter().any(|(name, _)| here(name)))
        && newer(&includes)?.unwrap_or(true);
    let excluded = excludes
        .get("caps")
        .texts()?
        .iter()
        .any(|(name, _)| has(name))
        || excludes
            .get("arches")
            .texts()?
            .iter()
            .any(|(name, _)| here(name))
        || newer(&excludes)?.unwrap_or(false);
    Ok(included && !excluded)
}

/// This machine's architecture as Go names it.
pub(super) fn go_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        other => other,
    }
}

fn rule<'a>(item: &Field<'a>) -> Result<Option<Rule<'a>>, InputError> {
    let mut names: Vec<&str> = item.get("names").texts()?.iter().map(|(n, _)| *n).collect();
    names.extend(item.get("name").text()?);
    let Some(action) = action(&item.get("action"), &item.get("errnoRet"))? else {
        return Err(item
            .get("action")
            .error("missing, expected an action as SCMP_ACT_ALLOW"));
    };
    let mut conditions = Vec::new();
    for argument in item.get("args").items()? {
        let index = argument.get("index").unsigned()?.unwrap_or(0);
        let index = u32::try_from(index)
            .ok()
            .filter(|index| *index < 6)
            .ok_or_else(|| argument.get("index").error("expected a number from 0 to 5"))?;
        let value = argument.get("value").unsigned()?.unwrap_or(0);
        let second = argument.get("valueTwo").unsigned()?.unwrap_or(0);
        let operation = match argument.get("op").text()?.unwrap_or_default() {
            "SCMP_CMP_NE" => ScmpCompareOp::NotEqual,
            "SCMP_CMP_LT" => ScmpCompareOp::Less,
            "SCMP_CMP_LE" => ScmpCompareOp::LessOrEqual,
            "SCMP_CMP_EQ" => ScmpCompareOp::Equal,
            "SCMP_CMP_GE" => ScmpCompareOp::GreaterEqual,
            "SCMP_CMP_GT" => ScmpCompareOp::Greater,
            "SCMP_CMP_MASKED_EQ" => ScmpCompareOp::MaskedEqual(value),
            _ => {
                return Err(argument
                    .get("op")
                    .error("expected an operator as SCMP_CMP_EQ"));
            }
        };
        let datum = if matches!(operation, ScmpCompareOp::MaskedEqual(_)) {
            second
        } else {
            value
        };
        conditions.push((index, ScmpArgCompare::new(index, operation, datum)));
    }
    Ok(Some(Rule {
        names,
        action,
        conditions,
    }))
}

/// The ABIs that a profile is for: those it names, or the native one.
fn abis(profile: &Field<'_>) -> Result<Vec<Abi>, InputError> {
    let mut abis = Vec::new();
    let mut add = |name: &str| abis.extend(Abi::from_name(name));
    for (name, _) in profile.get("architectures").texts()? {
        add(name);
    }
    for entry in profile.get("archMap").items()? {
        if entry.get("architecture").text()? != Some(Abi::native().oci_name()) {
            continue;
        }
        for (name, _) in entry.get("subArchitectures").texts()? {
            add(name);
        }
    }
    abis.retain(|abi| *abi == Abi::native() || Abi::native().foreign().contains(abi));
    abis.insert(0, Abi::native());
    let mut seen = Vec::new();
    abis.retain(|abi| {
        let new = !seen.contains(abi);
        seen.push(*abi);
        new
    });
    Ok(abis)
}
