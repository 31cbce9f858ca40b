//! The headings, order and spelling of amicontained v0.4.9 (its `main.go` and
//! `bpfd/proc`), so that what reads them goes on working; the content is ours.
//!
//! Where amicontained guesses and we know that we do not, the value says so in words.

use crate::confinement::{
    CapabilitySet, Confinement, Manager, NamespaceKind, Reading, Report, Sandbox, SeccompMode,
};

use super::layers::own;
use super::show;

/// The report in amicontained's form.
pub fn amicontained(report: &Report) -> String {
    let c = &report.confinement;
    let mut out = String::new();
    line(&mut out, &format!("Container Runtime: {}", runtime(c)));
    line(&mut out, "Has Namespaces:");
    for kind in [NamespaceKind::Pid, NamespaceKind::User] {
        let own = match own(c, kind) {
            Reading::Known(own) => own.to_string(),
            Reading::Absent { why } => format!("error -> absent: {why}"),
            Reading::Denied(denial) => format!("error -> {}", show::denial(&denial)),
        };
        line(&mut out, &format!("\t{kind}: {own}"));
    }
    if own(c, NamespaceKind::User).is(&true)
        && let Some(map) = c.identity.uid_map.known()
    {
        line(&mut out, "User Namespace Mappings:");
        for m in map {
            line(
                &mut out,
                &format!(
                    "\tContainer -> {}\tHost -> {}\tRange -> {}",
                    m.inside, m.outside, m.count
                ),
            );
        }
    }
    let apparmor = match &c.lsm.apparmor {
        Reading::Known(apparmor) => apparmor.label.to_string(),
        Reading::Absent { .. } => "unconfined".to_owned(),
        Reading::Denied(denial) => show::denial(denial),
    };
    line(&mut out, &format!("AppArmor Profile: {apparmor}"));
    capabilities(c, &mut out);
    let mode = match &c.seccomp.mode {
        Reading::Known(SeccompMode::Disabled) => "disabled".to_owned(),
        Reading::Known(SeccompMode::Strict) => "strict".to_owned(),
        Reading::Known(SeccompMode::Filter) => "filtering".to_owned(),
        other => show::reading(other, |_| String::new()).0,
    };
    line(&mut out, &format!("Seccomp: {mode}"));
    blocked(c, &mut out);
    line(&mut out, "Looking for Docker.sock");
    for socket in &c.filesystem.runtime_sockets {
        let connectable = socket.connectable.known().is_some_and(|w| w.writable);
        if socket.runtime == "docker" && connectable {
            line(&mut out, &format!("Valid Docker Socket: {}", socket.path));
        }
    }
    if let Some(denial) = &c.filesystem.runtime_sockets_denied {
        line(
            &mut out,
            &format!("Docker Socket: {}", show::denial(denial)),
        );
    }
    out
}

/// Adds one line; what could move a cursor is escaped, the tabs of the form are not.
fn line(out: &mut String, text: &str) {
    let parts: Vec<_> = text.split('\t').map(show::harmless).collect();
    out.push_str(&parts.join("\t"));
    out.push('\n');
}

/// One of amicontained's words where it has one for the case, else our own.
fn runtime(c: &Confinement) -> String {
    let runtime = &c.runtime;
    let word = match (runtime.sandbox.value, runtime.manager.value) {
        _ if runtime.kubernetes.value == Some(true) => "kube",
        (_, Some(Manager::Docker)) => "docker",
        (_, Some(Manager::Podman)) => "podman",
        (Some(Sandbox::Nspawn), _) | (_, Some(Manager::Systemd)) => "systemd-nspawn",
        (Some(Sandbox::Lxc), _) | (_, Some(Manager::Lxc)) => "lxc",
        (_, Some(manager)) => return show::word(&manager),
        (
            Some(
                sandbox @ (Sandbox::Gvisor
                | Sandbox::Kata
                | Sandbox::Firecracker
                | Sandbox::Bubblewrap
                | Sandbox::Firejail
                | Sandbox::Nsjail),
            ),
            None,
        ) => return show::word(&sandbox),
        _ => "not-found",
    };
    word.to_owned()
}

fn capabilities(c: &Confinement, out: &mut String) {
    const JOINT: &str = "EFFECTIVE | PERMITTED | INHERITABLE";
    let known = |set: &Reading<CapabilitySet>| set.known().copied().unwrap_or_default();
    let caps = &c.capabilities;
    let (effective, permitted, inheritable) = (
        known(&caps.effective),
        known(&caps.permitted),
        known(&caps.inheritable),
    );
    let joint = CapabilitySet(effective.0 & permitted.0 & inheritable.0);
    let mut sets = vec![(JOINT, joint)];
    // amicontained shows only what is in all three; they are told apart where they differ.
    if effective != joint || permitted != joint || inheritable != joint {
        sets.push(("EFFECTIVE", effective));
        sets.push(("PERMITTED", permitted));
        sets.push(("INHERITABLE", inheritable));
    }
    sets.push(("BOUNDING", known(&caps.bounding)));
    sets.push(("AMBIENT", known(&caps.ambient)));
    line(out, "Capabilities:");
    for (name, set) in sets {
        if !set.is_empty() {
            let names: Vec<String> = set
                .names()
                .iter()
                .map(|n| n.trim_start_matches("CAP_").to_ascii_lowercase())
                .collect();
            line(out, &format!("\t{name} -> {}", names.join(" ")));
        }
    }
    for (name, set) in caps.sets() {
        if let Reading::Denied(denial) = set {
            let name = name.to_ascii_uppercase();
            line(out, &format!("\t{name}: {}", show::denial(denial)));
        }
    }
}

fn blocked(c: &Confinement, out: &mut String) {
    let native = c.seccomp.abis.iter().find(|abi| abi.native);
    let Some(native) = native else {
        // Without a filter nothing is blocked, and amicontained prints no heading then.
        if !c.seccomp.mode.is(&SeccompMode::Disabled) {
            let why = super::sections::method(&c.seccomp.method);
            line(out, &format!("Blocked Syscalls (unknown): {why}"));
        }
        return;
    };
    let names: Vec<String> = native
        .syscalls
        .iter()
        .filter(|s| s.verdict.stopped() == Some(true))
        .map(|s| s.name.to_ascii_uppercase())
        .collect();
    if names.is_empty()
        && native
            .syscalls
            .iter()
            .any(|s| s.verdict.stopped().is_none())
    {
        let why = super::sections::method(&c.seccomp.method);
        line(out, &format!("Blocked Syscalls (unknown): {why}"));
    } else if !names.is_empty() {
        line(out, &format!("Blocked Syscalls ({}):", names.len()));
        line(out, &format!("\t{}", names.join(" ")));
    }
}
