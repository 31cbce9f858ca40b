//! One rule of a seccomp profile: its action, its conditions, and whether it holds here.

use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp};

use super::seccomp_compile::Rule;
use super::{Field, InputError};
use crate::confinement::CapabilitySet;
use crate::syscalls::Release;

/// An action by its name; `None` where it is not written.
pub(super) fn action(
    field: &Field<'_>,
    errno: &Field<'_>,
) -> Result<Option<ScmpAction>, InputError> {
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
pub(super) fn holds(
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

/// What a rule says, of all its names.
pub(super) fn rule<'a>(item: &Field<'a>) -> Result<Option<Rule<'a>>, InputError> {
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
