//! What is asked for and not enforced, though the runtime starts and says nothing.

use std::process::Command;

use serde_json::json;

use super::capabilities::{NEWEST, mask};
use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    let mut rows = vec![not_inheritable(), lacks_facts()];
    rows.extend([hidden_filter(), other_errno()]);
    rows.push(by_libseccomp());
    rows.push(
        row("cgroup_mounts_writable")
            .oci("/root/readonly", json!(true))
            .only("youki")
            .wants("/cgroup/writable/known/writable", json!(true)),
    );
    // Docker 20.10 knows capabilities up to CAP_AUDIT_READ: the later ones stay out even of
    // what is called privileged. Known to be so by its own version.
    let known: Vec<&str> = super::machine()
        .into_iter()
        .filter(|n| !NEWEST.contains(n))
        .collect();
    if docker_is("20.10") {
        rows.push(
            row("privileged_lacks_newest")
                .flags(Tongue::Docker, "--privileged")
                .says(
                    "privileged",
                    "CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE, which this",
                )
                .wants("/capabilities/effective/known/raw", json!(mask(&known))),
        );
    }
    // A user may not write to control groups of version 1: podman warns and goes on.
    if std::path::Path::new("/sys/fs/cgroup/memory").exists() {
        rows.push(
            row("limits_ignored")
                .flags(Tongue::Rootless, "--memory 64m --pids-limit 64 --cpus 0.5")
                .wants("/cgroup/memory_max", json!({"known": null}))
                .wants("/cgroup/pids_max", json!({"known": null}))
                .wants("/cgroup/cpu_max", json!({"known": null})),
        );
    }
    // The lab's machine has neither AppArmor nor SELinux; where one is there, a guest tells.
    let inactive = |noun: &str| !std::path::Path::new("/sys/fs").join(noun).exists();
    if inactive("selinux") {
        let label = json!("system_u:system_r:container_t:s0");
        let labelled = [
            row("label_ignored").flags(Tongue::Podman, "--security-opt label=type:container_t"),
            row("process_label_ignored")
                .oci("/process/selinuxLabel", label)
                .only("youki"),
        ];
        let why = "attr/current reads EINVAL: SELinux is not active";
        rows.extend(labelled.map(|row| {
            row.wants("/lsm/selinux/absent/why", json!(why))
                .drifts("selinux")
        }));
    }
    if !super::apparmor_active() {
        rows.push(
            row("apparmor_ignored")
                .flags(Tongue::Docker, "--security-opt apparmor=docker-default")
                .wants(
                    "/lsm/apparmor/absent/why",
                    json!("attr/current reads EINVAL: AppArmor is not active"),
                )
                .drifts("apparmor"),
        );
    }
    rows
}

/// gVisor's own kernel says of itself that it is of 2016, and has no word of much else.
fn lacks_facts() -> Setting {
    row("lacks_facts")
        .gvisor()
        .wants("/kernel/release/known", json!("4.4.0"))
        .wants(
            "/seccomp/filters/absent/why",
            json!(
                "this kernel's /proc/self/status has no Seccomp_filters line \
                (since Linux 5.9, with CONFIG_SECCOMP_FILTER)"
            ),
        )
        .wants(
            "/capabilities/ambient/absent/why",
            json!("this kernel's /proc/self/status has no CapAmb line (since Linux 4.3)"),
        )
        .wants(
            "/lsm/apparmor/absent/why",
            json!("this kernel has no security module with process labels"),
        )
}

/// gVisor answers EPERM whatever errno a profile tells.
fn other_errno() -> Setting {
    let mut setting = row("errno_ignored")
        .flags(Tongue::Gvisor, "--oci-seccomp")
        .verdict("reboot", "errno 1")
        .drifts("seccomp-verdicts");
    setting.profile = Some(super::seccomp::profile("SCMP_ACT_ERRNO", Some(13)));
    setting
}

/// Docker's profile says nothing of either: EPERM is its default, and ENOSYS is runc's own
/// to what is newer than the newest syscall that the libseccomp of runc knows a rule for.
fn by_libseccomp() -> Setting {
    row("blocked_by_libseccomp")
        .flags(Tongue::Docker, "")
        .verdict("bpf", "errno 1")
        .verdict("listmount", "errno 38")
}

/// An ambient capability that is not inheritable: the kernel does not raise it.
fn not_inheritable() -> Setting {
    let kill = ["CAP_KILL"];
    let sets = json!({"bounding": kill, "effective": kill, "permitted": kill, "ambient": kill});
    row("ambient_not_inheritable")
        .oci("/process/capabilities", sets)
        .drifts("unobservable")
}

/// gVisor reads a profile, and without `--oci-seccomp` does nothing with it.
fn hidden_filter() -> Setting {
    let mut setting = row("profile_ignored")
        .gvisor()
        .wants("/seccomp/mode/known", json!("disabled"))
        .drifts("seccomp-mode");
    setting.profile = Some(super::seccomp::profile("SCMP_ACT_ERRNO", Some(1)));
    setting
}

pub(super) fn docker_is(version: &str) -> bool {
    let output = Command::new("dockerd").arg("--version").output();
    output.is_ok_and(|o| {
        let text = String::from_utf8_lossy(&o.stdout).into_owned();
        text.starts_with(&format!("Docker version {version}"))
    })
}
