//! Seccomp profiles: OCI's `linux.seccomp`, Docker's JSON with `includes` and `excludes`, and
//! the `SeccompProfile` of the Security Profiles Operator.
//!
//! Compiled to BPF by libseccomp, as runc does, then evaluated by the evaluator that
//! dumped filters are evaluated by. libseccomp itself calls seccomp(2): where this very
//! process runs under a filter that it does not know, nothing is compiled.

use super::seccomp_compile::{compile, evaluate_abi, filtered_myself, unsure_from};
use super::seccomp_rule::{action, holds, rule};
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

/// The verdicts of a profile that is a document of its own: one entry for each architecture
/// that it names. Rules of Docker's form hold by these capabilities and by this kernel's
/// release; where that is not known each `minKernel` is met. Empty where
/// [`compile_profile`] gives nothing.
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
