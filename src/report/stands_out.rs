//! What stands out in a process's confinement, computed from the facts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::{
    AppArmorMode, CapabilitySet, Confinement, NamespaceKind, Reading, SeccompMode, Verdict,
};

use super::foreign::foreign;
use super::layers::own;
use super::show::some;
use super::stands_out_files::files;

/// How serious a fact is that stands out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// By itself, or with one more step, a way out.
    High,
    /// A layer that a container usually has is not there.
    Medium,
    /// Worth knowing.
    Low,
}

/// One fact that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandsOut {
    /// A stable name, such as `capabilities_beyond_default`.
    pub id: String,
    /// How serious it is.
    pub level: Level,
    /// The fact.
    pub what: String,
    /// Why it matters.
    pub why: String,
}

/// Collects what stands out.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<StandsOut>);

impl Found {
    pub(super) fn add(&mut self, id: &str, level: Level, what: impl Into<String>, why: &str) {
        self.0.push(StandsOut {
            id: id.to_owned(),
            level,
            what: what.into(),
            why: why.to_owned(),
        });
    }
}

/// What stands out, most serious first.
pub fn stands_out(c: &Confinement) -> Vec<StandsOut> {
    let mut found = Found::default();
    privilege(c, &mut found);
    namespaces(c, &mut found);
    filters(c, &mut found);
    foreign(c, &mut found);
    files(c, &mut found);
    found.0.sort_by_key(|fact| fact.level);
    found.0
}

fn privilege(c: &Confinement, found: &mut Found) {
    let host_user = own(c, NamespaceKind::User).is(&false);
    for (name, set) in c.capabilities.sets() {
        let Some(set) = set.known() else { continue };
        let beyond = set.minus(CapabilitySet::DOCKER_DEFAULT);
        let names = some(&beyond.names());
        match name {
            "effective" if !beyond.is_empty() => {
                let level = if host_user { Level::High } else { Level::Low };
                let whose = if host_user {
                    ", over the whole machine"
                } else {
                    ""
                };
                found.add(
                    "capabilities_beyond_default",
                    level,
                    format!("effective capabilities beyond Docker's fourteen{whose}: {names}"),
                    "each of them opens a part of the kernel that default containers cannot reach",
                );
            }
            "bounding" if !beyond.is_empty() && !c.capabilities.effective.is(set) => found.add(
                "bounding_beyond_default",
                Level::Low,
                format!("the bounding set has capabilities beyond Docker's fourteen: {names}"),
                "an execve of a set-uid or file-capability program can still gain them",
            ),
            "inheritable" | "ambient" if !set.is_empty() => found.add(
                &format!("{name}_capabilities"),
                Level::Low,
                format!("{name} capabilities: {}", some(&set.names())),
                "they pass over execve to programs that were started without privileges",
            ),
            _ => {}
        }
    }
    if c.identity.uid.known().is_some_and(|ids| ids.effective == 0) && host_user {
        found.add(
            "root",
            Level::Medium,
            "uid 0 of the machine's own user namespace",
            "files and checks that go by uid take this process for the machine's root",
        );
    }
    if c.identity.no_new_privs.is(&false) {
        found.add(
            "no_new_privs_off",
            Level::Low,
            "no_new_privs is off",
            "a set-uid or file-capability program in the file tree can raise privileges",
        );
    }
    if let Some(tracer) = c.process.tracer.known().filter(|tracer| **tracer != 0) {
        found.add(
            "traced",
            Level::Low,
            format!("process {tracer} traces it"),
            "a tracer can change what it does and what it is told",
        );
    }
}

fn namespaces(c: &Confinement, found: &mut Found) {
    let shared: Vec<&str> = NamespaceKind::ALL
        .into_iter()
        // Containers usually have the machine's user and time namespaces.
        .filter(|kind| !matches!(kind, NamespaceKind::User | NamespaceKind::Time))
        .filter(|kind| own(c, *kind).is(&false))
        .map(NamespaceKind::name)
        .collect();
    if !shared.is_empty() {
        let grave = shared.iter().any(|k| matches!(*k, "pid" | "mnt" | "net"));
        found.add(
            "host_namespaces",
            if grave { Level::High } else { Level::Medium },
            format!("shares the machine's namespaces: {}", shared.join(" ")),
            "what they hold of the machine is seen, and may be changed, from here",
        );
    }
}

fn filters(c: &Confinement, found: &mut Found) {
    if c.seccomp.mode.is(&SeccompMode::Disabled) {
        found.add(
            "no_seccomp",
            Level::Medium,
            "no seccomp filter",
            "every syscall reaches the kernel, the rarely used and often broken ones included",
        );
    }
    for abi in &c.seccomp.abis {
        let of = |wanted: fn(&Verdict) -> bool| -> Vec<&str> {
            let hits = abi.syscalls.iter().filter(|s| wanted(&s.verdict));
            hits.map(|s| &*s.name).collect()
        };
        let fakes = of(|v| matches!(v, Verdict::Errno(errno) if errno.0 == 0));
        if !fakes.is_empty() {
            found.add(
                "fakes_success",
                Level::Low,
                format!(
                    "{}: the filter fakes success of {}",
                    abi.abi,
                    fakes.join(" ")
                ),
                "programs believe that the call was done",
            );
        }
        let unfiltered = of(|v| *v == Verdict::NeverFiltered);
        if !unfiltered.is_empty() {
            found.add(
                "never_filtered",
                Level::Low,
                format!("{}: no filter sees {}", abi.abi, unfiltered.join(" ")),
                "this kernel answers these itself, whatever the profile says",
            );
        }
    }
    let lsm = &c.lsm;
    let unconfined = match (&lsm.apparmor, &lsm.selinux, &lsm.smack) {
        (Reading::Known(apparmor), _, _) => !apparmor
            .profiles
            .iter()
            .any(|p| matches!(p.mode, AppArmorMode::Enforce | AppArmorMode::Kill)),
        (_, Reading::Known(selinux), _) => {
            lsm.selinux_enforcing.is(&false) || selinux.kind.to_lossy().contains("unconfined")
        }
        (Reading::Absent { .. }, Reading::Absent { .. }, Reading::Known(_)) => false,
        (Reading::Absent { .. }, Reading::Absent { .. }, _) => true,
        _ => false,
    };
    if unconfined {
        found.add(
            "no_security_module",
            Level::Low,
            "no AppArmor profile or SELinux domain confines it",
            "nothing stands behind the capabilities when a mount or a file mode is wrong",
        );
    }
}
