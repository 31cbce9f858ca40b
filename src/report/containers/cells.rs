//! What a container's row says in each cell.

use crate::confinement::{
    AppArmorMode, CapabilitySet, Confinement, ContainerRecord, NamespaceKind, Reading, SeccompMode,
};

use super::super::layers::own;

/// A text that somebody else chose, or the sign for one that is not known.
pub(super) fn text<T: ToString>(reading: &Reading<T>) -> String {
    match reading {
        Reading::Known(value) => value.to_string(),
        Reading::Absent { .. } => "-".to_owned(),
        Reading::Denied(_) => "?".to_owned(),
    }
}

/// A short word for a reading; `?` where it was denied, `-` where there is no such thing.
pub(super) fn word<T>(reading: &Reading<T>, known: impl FnOnce(&T) -> String) -> String {
    text(&reading.as_ref().map(known))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what a reading gives")]
pub(super) fn yes(on: &bool) -> String {
    if *on { "yes" } else { "no" }.to_owned()
}

/// Its name in its Pod or to its manager; else its id.
pub(super) fn name(record: &ContainerRecord) -> String {
    record.identity.container_name.known().map_or_else(
        || short(&record.identity.id.to_string()),
        ToString::to_string,
    )
}

/// Long hexadecimal ids as the runtimes' own tools shorten them.
pub(super) fn short(id: &str) -> String {
    let hexadecimal = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal {
        id[..12].to_owned()
    } else {
        id.to_owned()
    }
}

pub(super) fn capabilities(set: CapabilitySet) -> String {
    let beyond = set.minus(CapabilitySet::DOCKER_DEFAULT);
    match (set.len(), beyond.len()) {
        (0, _) => "none".to_owned(),
        (all, 0) => all.to_string(),
        (all, beyond) => format!("{all}, {beyond} beyond default"),
    }
}

pub(super) fn seccomp(c: &Confinement) -> String {
    word(&c.seccomp.mode, |mode| match mode {
        SeccompMode::Disabled => "none".to_owned(),
        SeccompMode::Strict => "strict".to_owned(),
        SeccompMode::Filter => match c.seccomp.filters.known() {
            Some(1) | None => "filter".to_owned(),
            Some(filters) => format!("{filters} filters"),
        },
    })
}

pub(super) fn security_module(c: &Confinement) -> String {
    match (&c.lsm.apparmor, &c.lsm.selinux) {
        (Reading::Known(apparmor), _) => {
            let enforced = apparmor
                .profiles
                .iter()
                .any(|p| matches!(p.mode, AppArmorMode::Enforce | AppArmorMode::Kill));
            let label = apparmor.label.to_string();
            if enforced {
                label
            } else {
                format!("{label}, not enforced")
            }
        }
        (_, Reading::Known(selinux)) => selinux.context.to_string(),
        (Reading::Denied(_), _) | (_, Reading::Denied(_)) => "?".to_owned(),
        _ => "none".to_owned(),
    }
}

pub(super) fn host_namespaces(c: &Confinement) -> String {
    let mut shared = Vec::new();
    for kind in [
        NamespaceKind::Pid,
        NamespaceKind::Net,
        NamespaceKind::Ipc,
        NamespaceKind::Uts,
        NamespaceKind::Mnt,
        NamespaceKind::Cgroup,
    ] {
        match own(c, kind) {
            Reading::Known(false) => shared.push(kind.name().to_owned()),
            Reading::Denied(_) => shared.push(format!("{}?", kind.name())),
            Reading::Known(true) | Reading::Absent { .. } => {}
        }
    }
    if shared.is_empty() {
        "none".to_owned()
    } else {
        shared.join(" ")
    }
}
