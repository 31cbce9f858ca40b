//! SELinux labels, where the kernel has SELinux.

use std::path::Path;

use serde_json::json;

use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    if !Path::new("/sys/fs/selinux/enforce").exists() {
        return Vec::new();
    }
    vec![
        labelled("selinux_container", "container_t", "s0:c1,c2"),
        labelled("selinux_level", "container_t", "s0:c17,c1023"),
        labelled("selinux_privileged", "spc_t", "s0"),
        // The engine tells the runtime nothing: the domain of who starts it goes on.
        row("selinux_disabled")
            .flags(Tongue::Docker, "--security-opt label=disable")
            .flags(Tongue::Podman, "--security-opt label=disable")
            .wants("/lsm/selinux/known/type", json!("kernel_t")),
    ]
}

fn labelled(name: &str, kind: &str, level: &str) -> Setting {
    let context = format!("system_u:system_r:{kind}:{level}");
    let files = format!("system_u:object_r:container_file_t:{level}");
    let options = format!("--security-opt label=type:{kind} --security-opt label=level:{level}");
    row(name)
        .oci("/process/selinuxLabel", json!(context))
        .oci("/linux/mountLabel", json!(files))
        .flags(Tongue::Docker, &options)
        .flags(Tongue::Podman, &options)
        .wants("/lsm/selinux/known/context", json!(context))
        .wants("/lsm/selinux/known/user", json!("system_u"))
        .wants("/lsm/selinux/known/role", json!("system_r"))
        .wants("/lsm/selinux/known/type", json!(kind))
        .wants("/lsm/selinux/known/level", json!(level))
}
