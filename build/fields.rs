//! The columns of the tables, each text to its value, or what is wrong with it.

/// A kernel release; the parts that are not given are 0.
pub(crate) type Release = [u16; 3];

/// What a recipe passes in one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// This value.
    Value(u64),
    /// A pointer to the empty path, which names no file.
    MissingPath,
    /// A pointer to the path `/`.
    RootPath,
    /// A pointer to a page that can be read and written, all its bytes this one.
    Filled(u8),
}

/// The recipes that `semantics.tsv` may name.
pub(crate) const RECIPES: &[&str] = &[
    "bad_descriptor",
    "bad_flags",
    "bad_value",
    "missing_path",
    "no_process",
    "null_pointer",
    "no_body",
    "reads_only",
    "unchanged",
];

/// Capability names by number, from `include/uapi/linux/capability.h`.
pub(crate) const CAPABILITIES: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

/// A syscall's name: lower case, digits and underscores.
pub(crate) fn name(text: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.chars().all(good) {
        Ok(())
    } else {
        Err(format!(
            "expected a syscall name of a-z, 0-9 and _, found {text:?}"
        ))
    }
}

/// `2.6.16`, `5.3..5.5` (gone in 5.5) or `-` (no release had it).
pub(crate) fn lifetime(text: &str) -> Result<(Option<Release>, Option<Release>), String> {
    if text == "-" {
        return Ok((None, None));
    }
    match text.split_once("..") {
        None => Ok((Some(release(text)?), None)),
        Some((since, until)) => {
            let (since, until) = (release(since)?, release(until)?);
            if since < until {
                Ok((Some(since), Some(until)))
            } else {
                Err(format!(
                    "expected FIRST..GONE with FIRST the older, found {text:?}"
                ))
            }
        }
    }
}

fn release(text: &str) -> Result<Release, String> {
    let parts: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some(&[major, minor]) => Ok([major, minor, 0]),
        Some(&[major, minor, patch]) => Ok([major, minor, patch]),
        _ => Err(format!(
            "expected a kernel release such as 5.3 or 2.6.16, found {text:?}"
        )),
    }
}

/// `-`, or `CAP_A|CAP_B@initial` or `…@owner`: any one of them, held in that user namespace;
/// with a `?` at the end where only some uses ask for it.
pub(crate) fn capabilities(text: &str) -> Result<(Vec<String>, Option<String>), String> {
    if text == "-" {
        return Ok((Vec::new(), None));
    }
    let (names, scope) = text
        .split_once('@')
        .ok_or_else(|| format!("expected CAP_…@initial, CAP_…@owner or -, found {text:?}"))?;
    if !["initial", "owner"].contains(&scope.strip_suffix('?').unwrap_or(scope)) {
        return Err(format!("expected @initial or @owner, found {scope:?}"));
    }
    let names: Vec<String> = names.split('|').map(str::to_owned).collect();
    match names
        .iter()
        .find(|name| !CAPABILITIES.contains(&name.as_str()))
    {
        Some(unknown) => Err(format!("expected a capability's name, found {unknown:?}")),
        None => Ok((names, Some(scope.to_owned()))),
    }
}

/// `never`, or `RECIPE(ARGUMENT,…)` with up to six arguments.
pub(crate) fn recipe(text: &str) -> Result<Option<(String, Vec<Argument>)>, String> {
    if text == "never" {
        return Ok(None);
    }
    let (name, list) = text
        .strip_suffix(')')
        .and_then(|open| open.split_once('('))
        .ok_or_else(|| format!("expected never or RECIPE(ARGUMENT,…), found {text:?}"))?;
    if !RECIPES.contains(&name) {
        return Err(format!("expected a recipe of {RECIPES:?}, found {name:?}"));
    }
    let arguments = split(list)?;
    let arguments: Result<Vec<Argument>, String> = arguments.into_iter().map(argument).collect();
    Ok(Some((name.to_owned(), arguments?)))
}

fn argument(text: &str) -> Result<Argument, String> {
    match text.strip_prefix("fill:") {
        _ if text == "missing" => Ok(Argument::MissingPath),
        _ if text == "root" => Ok(Argument::RootPath),
        Some(byte) => value(byte)?
            .try_into()
            .map(Argument::Filled)
            .map_err(|_| format!("expected fill: with a byte, found {text:?}")),
        None => value(text).map(Argument::Value),
    }
}

/// The arguments of a vector: up to six of a value or `*` (not meant).
pub(crate) fn meant(text: &str) -> Result<Vec<Option<u64>>, String> {
    let parts = split(text)?;
    if parts.iter().all(|part| *part == "*") {
        return Err("no argument is meant: all are *".into());
    }
    parts
        .into_iter()
        .map(|part| {
            if part == "*" {
                Ok(None)
            } else {
                value(part).map(Some)
            }
        })
        .collect()
}

fn split(list: &str) -> Result<Vec<&str>, String> {
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<&str> = list.split(',').map(str::trim).collect();
    if parts.len() > 6 {
        return Err(format!(
            "expected at most 6 arguments, found {}",
            parts.len()
        ));
    }
    Ok(parts)
}

/// Decimal, hexadecimal with 0x, or negative (taken as a 64-bit two's complement).
fn value(text: &str) -> Result<u64, String> {
    let parsed = match (text.strip_prefix("0x"), text.strip_prefix('-')) {
        (Some(digits), _) => u64::from_str_radix(digits, 16),
        (None, Some(digits)) => digits.parse::<u64>().map(u64::wrapping_neg),
        (None, None) => text.parse(),
    };
    parsed.map_err(|_| format!("expected a number, found {text:?}"))
}
