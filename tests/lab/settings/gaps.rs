//! What is asked for and not enforced, though the runtime starts and says nothing.

use std::process::Command;

use serde_json::json;

use super::capabilities::mask;
use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    let mut rows = vec![not_inheritable()];
    // Docker 20.10 knows capabilities up to CAP_AUDIT_READ: the later ones stay out even of
    // what is called privileged. Known to be so by its own version.
    let known: Vec<&str> = super::machine()
        .into_iter()
        .filter(|n| !["CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"].contains(n))
        .collect();
    if docker_is("20.10") {
        rows.push(
            row("privileged_lacks_newest")
                .flags(Tongue::Docker, "--privileged")
                .wants("/capabilities/effective/known/raw", json!(mask(&known))),
        );
    }
    // The lab's machine has neither AppArmor nor SELinux; where one is there, a guest tells.
    let inactive = |noun: &str| !std::path::Path::new("/sys/fs").join(noun).exists();
    if inactive("selinux") {
        rows.push(
            row("label_ignored")
                .flags(Tongue::Podman, "--security-opt label=type:container_t")
                .wants(
                    "/lsm/selinux/absent/why",
                    json!("attr/current reads EINVAL: SELinux is not active"),
                ),
        );
    }
    if !std::path::Path::new("/sys/module/apparmor").exists() {
        rows.push(
            row("apparmor_ignored")
                .flags(Tongue::Docker, "--security-opt apparmor=docker-default")
                .wants(
                    "/lsm/apparmor/absent/why",
                    json!("attr/current reads EINVAL: AppArmor is not active"),
                ),
        );
    }
    rows
}

/// An ambient capability that is not inheritable: the kernel does not raise it.
fn not_inheritable() -> Setting {
    let kill = ["CAP_KILL"];
    let mut setting = row("ambient_not_inheritable").oci(
        "/process/capabilities",
        json!({"bounding": kill, "effective": kill, "permitted": kill, "ambient": kill}),
    );
    setting.drifts = vec!["capability-missing"];
    setting
}

fn docker_is(version: &str) -> bool {
    let output = Command::new("dockerd").arg("--version").output();
    output.is_ok_and(|o| {
        let text = String::from_utf8_lossy(&o.stdout).into_owned();
        text.starts_with(&format!("Docker version {version}"))
    })
}
