//! Seccomp: each action on `reboot`, none at all, and filters upon filters.

use serde_json::{Value, json};

use super::capabilities::SPEC;
use super::{Setting, Tongue, row};
use crate::seccomp::{ABIS, default_profile};

/// The syscall that every profile here is about; nothing in a container calls it.
pub(crate) const ASKED: &str = "reboot";

/// A profile that does one thing to [`ASKED`] and allows the rest.
pub(super) fn profile(action: &str, errno: Option<u32>) -> Value {
    let mut rule = json!({"names": [ASKED], "action": action});
    if let Some(errno) = errno {
        rule["errnoRet"] = json!(errno);
    }
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ABIS.map(|abi| abi.oci),
        "syscalls": [rule],
    })
}

/// A row with a profile, which each of these is given in its own way.
fn filtered(name: &str, profile: Value) -> Setting {
    let mut setting = row(name)
        .engines("")
        .flags(Tongue::Cri, "")
        .flags(Tongue::Bubblewrap, "")
        .wants("/seccomp/mode/known", json!("filter"));
    setting.edits = Some(Vec::new());
    setting.profile = Some(profile);
    setting
}

pub(super) fn rows() -> Vec<Setting> {
    let mut rows: Vec<Setting> = [
        ("eperm", "SCMP_ACT_ERRNO", Some(1)),
        ("enosys", "SCMP_ACT_ERRNO", Some(38)),
        ("eacces", "SCMP_ACT_ERRNO", Some(13)),
        ("kill_process", "SCMP_ACT_KILL_PROCESS", None),
        ("kill_thread", "SCMP_ACT_KILL_THREAD", None),
        ("trap", "SCMP_ACT_TRAP", None),
        ("log", "SCMP_ACT_LOG", None),
        ("trace", "SCMP_ACT_TRACE", Some(7)),
    ]
    .into_iter()
    .map(|(name, action, errno)| {
        let setting = filtered(&format!("seccomp_{name}"), profile(action, errno));
        match name {
            // LXC's language has no word for the others, and nsjail's none for the last.
            "eperm" | "enosys" | "eacces" | "kill_thread" | "trap" => {
                setting.flags(Tongue::Lxc, "").flags(Tongue::Nsjail, "")
            }
            "trace" => setting,
            _ => setting.flags(Tongue::Nsjail, ""),
        }
    })
    .collect();
    for (name, stacked) in [("two", 2), ("five", 5)] {
        let mut setting = row(&format!("seccomp_{name}_filters"))
            .flags(Tongue::Bubblewrap, "")
            .wants("/seccomp/filters/known", json!(stacked));
        setting.profile = Some(profile("SCMP_ACT_ERRNO", Some(1)));
        setting.stacked = stacked;
        rows.push(setting);
    }
    let mut docker = row("seccomp_docker").wants("/seccomp/mode/known", json!("filter"));
    docker.edits = Some(Vec::new());
    docker.profile = Some(default_profile(&SPEC));
    rows.push(docker);
    let mut notify = row("seccomp_notify").wants("/seccomp/mode/known", json!("filter"));
    let mut profile = profile("SCMP_ACT_NOTIFY", None);
    profile["listenerPath"] = json!(crate::agent::SOCKET);
    notify.edits = Some(Vec::new());
    notify.profile = Some(profile);
    rows.push(notify);
    rows.push(
        row("seccomp_unconfined")
            .engines("--security-opt seccomp=unconfined")
            .flags(Tongue::Remapped, "--security-opt seccomp=unconfined")
            .flags(Tongue::Cri, "seccomp=unconfined")
            .wants("/seccomp/mode/known", json!("disabled")),
    );
    rows.push(
        row("seccomp_default")
            .flags(Tongue::Cri, "seccomp=default")
            .flags(Tongue::Firejail, "--seccomp")
            .wants("/seccomp/mode/known", json!("filter")),
    );
    rows
}
