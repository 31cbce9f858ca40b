//! Root, masked paths, devices, sockets and paths of the host.

use serde_json::json;

use super::{Setting, Tongue, row};

/// Where the lab listens, so that there is a socket to mount.
pub(crate) const SOCKET: &str = "/run/amiconfined-lab.sock";

fn bind(source: &str, target: &str, options: &[&str]) -> serde_json::Value {
    json!({"destination": target, "source": source, "type": "bind", "options": options})
}

pub(super) fn rows() -> Vec<Setting> {
    let none = || json!([]);
    vec![
        row("read_only_root")
            .oci("/root/readonly", json!(true))
            .gvisor()
            .engines("--read-only")
            .flags(Tongue::Remapped, "--read-only")
            .flags(Tongue::Cri, "read_only")
            .flags(Tongue::Nspawn, "--read-only")
            .flags(Tongue::Bubblewrap, "--remount-ro /")
            .wants("/filesystem/root/known/read_only", json!(true)),
        row("writable_root")
            .oci("/root/readonly", json!(false))
            .gvisor()
            .flags(Tongue::Nsjail, "--rw")
            .wants("/filesystem/root/known/read_only", json!(false)),
        row("unmasked")
            .oci("/linux/maskedPaths", none())
            .oci("/linux/readonlyPaths", none())
            .flags(Tongue::Docker, "--security-opt systempaths=unconfined")
            .flags(Tongue::Podman, "--security-opt unmask=ALL")
            .flags(Tongue::Cri, "unmasked"),
        row("mask_more")
            .oci("/linux/maskedPaths", json!(["/proc/interrupts", "/proc/keys"]))
            .flags(Tongue::Podman, "--security-opt mask=/proc/interrupts"),
        row("device")
            .oci(
                "/linux/devices",
                json!([{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 438}]),
            )
            .engines("--device /dev/kmsg")
            .flags(Tongue::Cri, "device=/dev/kmsg")
            .flags(Tongue::Bubblewrap, "--dev-bind /dev/kmsg /dev/kmsg"),
        row("socket")
            .oci("/mounts/-", bind(SOCKET, "/run/docker.sock", &["rbind", "rw"]))
            .engines("--volume /run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Cri, "mount=/run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Bubblewrap, "--bind /run/amiconfined-lab.sock /run/docker.sock")
            .flags(Tongue::Nspawn, "--bind=/run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Nsjail, "--bindmount /run/amiconfined-lab.sock:/run/docker.sock")
            .wants("/filesystem/runtime_sockets/0/path", json!("/run/docker.sock")),
        row("host_path")
            .oci("/mounts/-", bind("/usr/share", "/tmp", &["rbind", "ro"]))
            .engines("--volume /usr/share:/tmp:ro")
            .flags(Tongue::Cri, "mount=/usr/share:/tmp")
            .flags(Tongue::Bubblewrap, "--ro-bind /usr/share /tmp")
            .flags(Tongue::Nspawn, "--bind-ro=/usr/share:/tmp")
            .flags(Tongue::Nsjail, "--bindmount_ro /usr/share:/tmp")
            .flags(
                Tongue::Lxc,
                "lxc.mount.entry = /usr/share tmp none bind,ro 0 0",
            ),
        row("privileged")
            .oci("/linux/maskedPaths", none())
            .oci("/linux/readonlyPaths", none())
            .oci("/root/readonly", json!(false))
            .oci("/process/noNewPrivileges", json!(false))
            .oci("/process/capabilities", {
                let all = super::capabilities::machine();
                json!({"bounding": all, "effective": all, "permitted": all})
            })
            .oci("/linux/resources/devices", json!([{"allow": true, "access": "rwm"}]))
            .engines("--privileged")
            .flags(Tongue::Cri, "privileged unmasked")
            .wants("/seccomp/mode/known", json!("disabled")),
    ]
}
