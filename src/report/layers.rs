//! Which layers of confinement are on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::{
    AppArmorMode, CapabilitySet, Confinement, NamespaceKind, Reading, Sandbox, SeccompMode,
};

use super::show;

/// One layer of confinement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    /// Its name.
    pub layer: String,
    /// Whether it confines the process; `null` where that could not be observed.
    pub confines: Option<bool>,
    /// By what.
    pub detail: String,
}

fn layer(name: &str, confines: Option<bool>, detail: impl Into<String>) -> Layer {
    Layer {
        layer: name.to_owned(),
        confines,
        detail: detail.into(),
    }
}

/// A layer out of a reading: an absent thing does not confine, a denied one is unknown.
fn of<T>(name: &str, reading: &Reading<T>, known: impl FnOnce(&T) -> (bool, String)) -> Layer {
    match reading {
        Reading::Known(value) => {
            let (confines, detail) = known(value);
            layer(name, Some(confines), detail)
        }
        Reading::Absent { why } => layer(name, Some(false), format!("absent: {why}")),
        Reading::Denied(denial) => layer(name, None, show::denial(denial)),
    }
}

/// The layers, from the outermost to the innermost.
pub fn layers(c: &Confinement) -> Vec<Layer> {
    vec![
        sandbox(c),
        namespaces(c),
        of("user namespace", &own(c, NamespaceKind::User), |own| {
            let detail = if *own { "its own" } else { "the machine's own" };
            (*own, detail.to_owned())
        }),
        of("user", &c.identity.uid, |ids| {
            let named = if ids.effective == 0 { " (root)" } else { "" };
            (ids.effective != 0, format!("uid {}{named}", ids.effective))
        }),
        capabilities(c),
        of("no_new_privs", &c.identity.no_new_privs, |on| {
            (*on, if *on { "on" } else { "off" }.to_owned())
        }),
        seccomp(c),
        security_module(c),
        of("root file system", &c.filesystem.root, |root| {
            let read_only = root.read_only || root.super_read_only;
            (
                read_only,
                if read_only { "read-only" } else { "writable" }.to_owned(),
            )
        }),
    ]
}

fn sandbox(c: &Confinement) -> Layer {
    let claim = &c.runtime.sandbox;
    let (detail, _) = show::claim(claim, show::word);
    layer("sandbox", claim.value.map(|s| s != Sandbox::None), detail)
}

/// Whether the process has a namespace of its own of this kind.
pub(super) fn own(c: &Confinement, kind: NamespaceKind) -> Reading<bool> {
    c.namespaces.get(kind).map_or_else(
        || Reading::absent("not looked at"),
        |n| n.initial.as_ref().map(|initial| !initial.initial),
    )
}

fn namespaces(c: &Confinement) -> Layer {
    let mut groups: [(&str, Vec<&str>); 4] = [
        ("own", vec![]),
        ("the machine's", vec![]),
        ("not known", vec![]),
        ("absent", vec![]),
    ];
    for kind in NamespaceKind::ALL {
        let group = match own(c, kind) {
            Reading::Known(true) => 0,
            Reading::Known(false) => 1,
            Reading::Denied(_) => 2,
            Reading::Absent { .. } => 3,
        };
        if let Some((_, kinds)) = groups.get_mut(group) {
            kinds.push(kind.name());
        }
    }
    let confines = match (&groups[0].1, &groups[2].1) {
        (own, _) if !own.is_empty() => Some(true),
        (_, unknown) if !unknown.is_empty() => None,
        _ => Some(false),
    };
    let detail: Vec<String> = groups
        .iter()
        .filter(|(_, kinds)| !kinds.is_empty())
        .map(|(name, kinds)| format!("{name}: {}", kinds.join(" ")))
        .collect();
    layer("namespaces", confines, detail.join("; "))
}

fn capabilities(c: &Confinement) -> Layer {
    let last = c.capabilities.last.known().copied().unwrap_or(40);
    of("capabilities", &c.capabilities.effective, |effective| {
        let bounding = c.capabilities.bounding.known().map_or_else(
            || "bounding set not known".to_owned(),
            |b| format!("{} in the bounding set", b.len()),
        );
        (
            !CapabilitySet::up_to(last).minus(*effective).is_empty(),
            format!("{} effective, {bounding}", effective.len()),
        )
    })
}

fn seccomp(c: &Confinement) -> Layer {
    of("seccomp", &c.seccomp.mode, |mode| match mode {
        SeccompMode::Disabled => (false, "no filter".to_owned()),
        SeccompMode::Strict => (true, "strict".to_owned()),
        SeccompMode::Filter => {
            let filters = c.seccomp.filters.known().map_or_else(
                || "filtered".to_owned(),
                |n| format!("{n} filter{}", if *n == 1 { "" } else { "s" }),
            );
            let stopped = c.seccomp.abis.first().map_or_else(String::new, |abi| {
                let stopped = abi
                    .syscalls
                    .iter()
                    .filter(|s| s.verdict.stopped() == Some(true))
                    .count();
                format!(
                    "; {stopped} of {} named {} syscalls stopped",
                    abi.syscalls.len(),
                    abi.abi
                )
            });
            (true, format!("{filters}{stopped}"))
        }
    })
}

fn security_module(c: &Confinement) -> Layer {
    const NAME: &str = "security module";
    if let Reading::Known(apparmor) = &c.lsm.apparmor {
        let confines = apparmor
            .profiles
            .iter()
            .any(|p| matches!(p.mode, AppArmorMode::Enforce | AppArmorMode::Kill));
        return layer(NAME, Some(confines), format!("AppArmor {}", apparmor.label));
    }
    if let Reading::Known(selinux) = &c.lsm.selinux {
        let enforcing = c.lsm.selinux_enforcing.known().copied();
        let unconfined = selinux.kind.to_lossy().contains("unconfined");
        let mode = match enforcing {
            Some(true) => "enforcing",
            Some(false) => "permissive",
            None => "enforcing or not is not known",
        };
        return layer(
            NAME,
            enforcing.map(|enforcing| enforcing && !unconfined),
            format!("SELinux {} ({mode})", selinux.context),
        );
    }
    if let Reading::Known(smack) = &c.lsm.smack {
        return layer(NAME, Some(true), format!("Smack {smack}"));
    }
    match (&c.lsm.apparmor, &c.lsm.selinux) {
        (Reading::Denied(denial), _) | (_, Reading::Denied(denial)) => {
            layer(NAME, None, show::denial(denial))
        }
        _ => layer(NAME, Some(false), "neither AppArmor nor SELinux"),
    }
}
