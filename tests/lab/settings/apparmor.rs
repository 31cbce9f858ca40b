//! AppArmor profiles, where the kernel has AppArmor: in a guest, whose own are in
//! `tests/lab/guests/apparmor.profiles`.

use serde_json::json;

use super::{Setting, Tongue, row};

/// Whether this machine's kernel has it and it is on.
pub(crate) fn active() -> bool {
    let enabled = std::fs::read_to_string("/sys/module/apparmor/parameters/enabled");
    enabled.is_ok_and(|text| text.starts_with('Y'))
}

/// Where the report has the label.
const LABEL: &str = "/lsm/apparmor/known/label";

/// A row for one profile by its name, which OCI, Docker and Podman take alike.
fn profile(name: &str, profile: &str) -> Setting {
    row(name)
        .oci("/process/apparmorProfile", json!(profile))
        .flags(
            Tongue::Docker,
            &format!("--security-opt apparmor={profile}"),
        )
        .flags(
            Tongue::Podman,
            &format!("--security-opt apparmor={profile}"),
        )
}

pub(super) fn rows() -> Vec<Setting> {
    if !active() {
        return Vec::new();
    }
    let mut rows: Vec<Setting> = ["enforce", "complain", "kill"]
        .into_iter()
        .map(|mode| {
            let row = profile(&format!("apparmor_{mode}"), &format!("lab-{mode}"))
                .wants(LABEL, json!(format!("lab-{mode} ({mode})")));
            // What is violated is only logged.
            match mode {
                "complain" => row.drifts("apparmor").slow(),
                "kill" => row.slow(),
                _ => row,
            }
        })
        .collect();
    rows.extend([
        profile("apparmor_unconfined", "unconfined").wants(LABEL, json!("unconfined")),
        profile("apparmor_blind", "lab-blind").slow(),
        // Podman asks for a profile of that name and finds none.
        profile("apparmor_stacked", "lab-complain//&lab-enforce")
            .without(&[Tongue::Podman])
            // One mode is told of both, and it is neither's.
            .drifts("apparmor")
            .wants("/lsm/apparmor/known/profiles/0/name", json!("lab-complain"))
            .wants("/lsm/apparmor/known/profiles/1/name", json!("lab-enforce")),
        // The engines' own profiles, which nobody asks for.
        row("apparmor_docker_default")
            .flags(Tongue::Docker, "")
            .wants(LABEL, json!("docker-default (enforce)")),
        row("apparmor_containers_default")
            .flags(Tongue::Podman, "")
            .wants("/lsm/apparmor/known/profiles/0/mode", json!("enforce")),
        row("apparmor_privileged")
            .flags(Tongue::Docker, "--privileged")
            .flags(Tongue::Podman, "--privileged")
            .flags(Tongue::Cri, "privileged unmasked")
            .wants(LABEL, json!("unconfined")),
        // containerd looks for the program that loads profiles, and without it starts Pods
        // under none, which compare finds.
        if std::path::Path::new("/usr/sbin/apparmor_parser").exists() {
            row("apparmor_runtime_default")
                .flags(Tongue::Cri, "")
                .wants(LABEL, json!("cri-containerd.apparmor.d (enforce)"))
        } else {
            row("apparmor_runtime_default_ignored")
                .drifts("apparmor")
                .flags(Tongue::Cri, "")
                .wants(LABEL, json!("unconfined"))
        },
    ]);
    rows
}
