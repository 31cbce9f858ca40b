//! Security modules.

use crate::confinement::Lsm;
use crate::report::page::Section;
use crate::report::show;

pub(super) fn section(lsm: &Lsm) -> Section {
    let mut s = Section::new("Security modules");
    s.add(
        "lsm",
        "active",
        show::reading(&lsm.active, |modules| show::list(modules, " ")),
    );
    s.add(
        "lsm",
        "AppArmor",
        show::reading(&lsm.apparmor, |a| {
            let profiles: Vec<String> = a
                .profiles
                .iter()
                .map(|p| format!("{} {}", p.name, show::word(&p.mode)))
                .collect();
            let profiles = match profiles.is_empty() {
                true => "no profile".to_owned(),
                false => profiles.join(", "),
            };
            format!("{} ({profiles}; read from {})", a.label, a.read_from)
        }),
    );
    s.add(
        "lsm",
        "SELinux",
        show::reading(&lsm.selinux, |context| {
            format!(
                "{} (user {}, role {}, type {}, level {})",
                context.context,
                context.user,
                context.role,
                context.kind,
                if context.level.as_bytes().is_empty() {
                    "none".to_owned()
                } else {
                    context.level.to_string()
                }
            )
        }),
    );
    s.add(
        "lsm",
        "SELinux enforces",
        show::reading(&lsm.selinux_enforcing, |on| {
            if *on { "yes" } else { "no" }.to_owned()
        }),
    );
    s.add(
        "lsm",
        "Smack",
        show::reading(&lsm.smack, ToString::to_string),
    );
    s.add(
        "lsm.landlock",
        "Landlock ABI",
        show::reading(&lsm.landlock_abi, ToString::to_string),
    );
    s.add(
        "lsm.yama",
        "Yama ptrace_scope",
        show::reading(&lsm.yama_ptrace_scope, |scope| {
            let word = match scope {
                0 => "classic",
                1 => "descendants only",
                2 => "administrators only",
                3 => "nobody",
                _ => "unknown to this tool",
            };
            format!("{scope} ({word})")
        }),
    );
    s.add(
        "lsm.lockdown",
        "lockdown",
        show::reading(&lsm.lockdown, ToString::to_string),
    );
    s
}
