//! What two processes of one container are compared by.

use sha2::{Digest, Sha256};

use crate::confinement::{Difference, NamespaceKind, Text};

use super::view::View;

/// Lines of `/proc/PID/status`, and the fact that each stands for.
const COMPARED: [(&[u8], &str); 11] = [
    (b"Uid", "identity.uid"),
    (b"Gid", "identity.gid"),
    (b"Groups", "identity.groups"),
    (b"NoNewPrivs", "identity.no_new_privs"),
    (b"CapEff", "capabilities.effective"),
    (b"CapPrm", "capabilities.permitted"),
    (b"CapInh", "capabilities.inheritable"),
    (b"CapBnd", "capabilities.bounding"),
    (b"CapAmb", "capabilities.ambient"),
    (b"Seccomp", "seccomp.mode"),
    (b"Seccomp_filters", "seccomp.filters"),
];

/// The values of the compared lines, and the security module's label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Traits {
    lines: [Option<Box<[u8]>>; COMPARED.len()],
    label: Option<Box<[u8]>>,
}

/// The compared lines of a status file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compared<'a>([Option<&'a [u8]>; COMPARED.len()]);

impl<'a> Compared<'a> {
    /// Takes a line's value, if it is one that is compared.
    pub(super) fn take(&mut self, key: &[u8], value: &'a [u8]) {
        let at = COMPARED.iter().position(|(name, _)| *name == key);
        if let Some(line) = at.and_then(|at| self.0.get_mut(at)) {
            *line = Some(value);
        }
    }
}

impl Traits {
    /// Takes them from a status file's lines.
    pub(super) fn of(Compared(lines): &Compared<'_>) -> Self {
        Self {
            lines: lines.map(|line| line.map(bounded)),
            label: None,
        }
    }

    /// Whether they are what [`Self::of`] makes of these lines.
    pub(super) fn is_of(&self, Compared(lines): &Compared<'_>) -> bool {
        let own = self.lines.iter().map(Option::as_deref);
        self.label.is_none() && own.eq(lines.iter().copied())
    }

    /// The same with the label of `attr/current` beside them.
    pub(super) fn labelled(&self, label: &[u8]) -> Self {
        let label = label.strip_suffix(b"\0").unwrap_or(label);
        Self {
            label: Some(Box::from(label.trim_ascii_end())),
            ..self.clone()
        }
    }

    /// The value of one compared line.
    pub(super) fn line(&self, name: &str) -> Option<&[u8]> {
        let at = COMPARED
            .iter()
            .position(|(line, _)| *line == name.as_bytes())?;
        self.lines.get(at)?.as_deref()
    }

    /// Whether it is confined beyond what `host`, the node's first process, is.
    pub(super) fn more_confined_than(&self, host: &Self) -> bool {
        let bounding = |t: &Self| {
            let text = std::str::from_utf8(t.line("CapBnd")?).ok()?;
            u64::from_str_radix(text, 16).ok()
        };
        let fewer = match (bounding(self), bounding(host)) {
            (Some(own), Some(host)) => own & host != host,
            _ => false,
        };
        let filters = |t: &Self| {
            let count = std::str::from_utf8(t.line("Seccomp_filters")?).ok()?;
            count.parse::<u32>().ok()
        };
        let more_filters = match (filters(self), filters(host)) {
            (Some(own), Some(host)) => own > host,
            _ => false,
        };
        let set = |t: &Self, name, off: &[u8]| t.line(name).is_some_and(|v| v != off);
        let newly = |name, off| set(self, name, off) && !set(host, name, off);
        fewer || more_filters || newly("Seccomp", b"0") || newly("NoNewPrivs", b"0")
    }
}

/// A value as it is kept: a process may choose 65536 groups, and start thousands that each
/// have others. What is too long to keep is told apart by its hash.
fn bounded(value: &[u8]) -> Box<[u8]> {
    const LONGEST: usize = 1024;
    if value.len() <= LONGEST {
        return Box::from(value);
    }
    let hash: String = Sha256::digest(value)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let told = format!("{} bytes, sha256 {hash}", value.len());
    told.into_bytes().into_boxed_slice()
}

/// Everything in which the confinement of `here` differs from that of `first`.
pub(super) fn differences(first: &View, here: &View) -> Vec<Difference> {
    let mut found = Vec::new();
    if first.traits != here.traits {
        let values = first.traits.lines.iter().zip(&here.traits.lines);
        for ((_, what), (first, here)) in COMPARED.iter().zip(values) {
            push(&mut found, what, first.as_deref(), here.as_deref());
        }
        let labels = (&first.traits.label, &here.traits.label);
        if labels.0.is_some() && labels.1.is_some() {
            push(
                &mut found,
                "lsm.label",
                labels.0.as_deref(),
                labels.1.as_deref(),
            );
        }
    }
    if first.namespaces != here.namespaces {
        for kind in NamespaceKind::ALL {
            let (Some(first), Some(here)) = (first.inode(kind), here.inode(kind)) else {
                continue; // what could not be read is no difference
            };
            if first != here {
                found.push(Difference {
                    what: format!("namespaces.{kind}"),
                    first: first.to_string(),
                    here: here.to_string(),
                });
            }
        }
    }
    found
}

fn push(into: &mut Vec<Difference>, what: &str, first: Option<&[u8]>, here: Option<&[u8]>) {
    if first != here {
        // The kernel parts numbers by tabs.
        let shown = |value: Option<&[u8]>| {
            let spaced = |v: &[u8]| -> Vec<u8> {
                v.iter()
                    .map(|b| if *b == b'\t' { b' ' } else { *b })
                    .collect()
            };
            value.map_or_else(
                || "not told".to_owned(),
                |v| Text::from(spaced(v)).escaped(),
            )
        };
        into.push(Difference {
            what: what.to_owned(),
            first: shown(first),
            here: shown(here),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_kept_short_and_told_apart() {
        let long = |last: &str| [b"7 ".repeat(60_000), last.as_bytes().to_vec()].concat();
        let of = |groups: &[u8]| {
            let mut lines = Compared::default();
            lines.take(b"Groups", groups);
            Traits::of(&lines)
        };
        assert_eq!(of(&long("8")), of(&long("8")));
        assert_ne!(of(&long("8")), of(&long("9")));
        assert!(of(&long("8")).line("Groups").unwrap().len() < 200);
        assert_eq!(of(b"7 8").line("Groups"), Some(&b"7 8"[..]));
    }
}
