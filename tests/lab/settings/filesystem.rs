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
            .flags(Tongue::Cri, "read_only")
            .flags(Tongue::Nspawn, "--read-only")
            .flags(Tongue::Bubblewrap, "--remount-ro /")
            .flags(Tongue::Ctr, "--read-only")
            .flags(Tongue::Firejail, "--read-only=/")
            .flags(Tongue::Lxc, "lxc.rootfs.options = ro")
            .plain(&[Tongue::Nsjail])
            .wants("/filesystem/root/known/read_only", json!(true)),
        row("writable_root")
            .oci("/root/readonly", json!(false))
            .gvisor()
            .flags(Tongue::Nsjail, "--rw")
            .engines("")
            .plain(&[Tongue::Cri, Tongue::Ctr, Tongue::Lxc, Tongue::Bubblewrap])
            .plain(&[Tongue::Nspawn, Tongue::Firejail])
            .wants("/filesystem/root/known/read_only", json!(false)),
        row("unmasked")
            .oci("/linux/maskedPaths", none())
            .oci("/linux/readonlyPaths", none())
            .flags(Tongue::Docker, "--security-opt systempaths=unconfined")
            .flags(Tongue::Remapped, "--security-opt systempaths=unconfined")
            .flags(Tongue::Podman, "--security-opt unmask=ALL")
            .flags(Tongue::Rootless, "--security-opt unmask=ALL")
            .flags(Tongue::Cri, "unmasked")
            .flags(Tongue::Nspawn, "SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes")
            .flags(Tongue::Lxc, "lxc.mount.auto =;lxc.mount.auto = proc:rw sys:rw"),
        row("mask_more")
            .oci("/linux/maskedPaths", json!(["/proc/interrupts", "/proc/keys"]))
            .flags(Tongue::Podman, "--security-opt mask=/proc/interrupts")
            .flags(Tongue::Rootless, "--security-opt mask=/proc/interrupts")
            .flags(Tongue::Firejail, "--blacklist=/proc/interrupts")
            .flags(Tongue::Cri, "mask=/proc/interrupts")
            .flags(
                Tongue::Lxc,
                "lxc.mount.entry = /dev/null proc/interrupts none bind 0 0",
            )
            .flags(Tongue::Bubblewrap, "--ro-bind /dev/null /proc/interrupts"),
        row("device")
            .oci(
                "/linux/devices",
                json!([{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 438}]),
            )
            .engines("--device /dev/kmsg")
            .flags(Tongue::Cri, "device=/dev/kmsg")
            .flags(Tongue::Bubblewrap, "--dev-bind /dev/kmsg /dev/kmsg")
            .flags(Tongue::Ctr, "--device /dev/kmsg")
            .flags(Tongue::Nspawn, "--bind=/dev/kmsg")
            .flags(Tongue::Nsjail, "--bindmount /dev/kmsg:/dev/kmsg")
            .flags(
                Tongue::Lxc,
                "lxc.mount.entry = /dev/kmsg dev/kmsg none bind,create=file 0 0",
            ),
        row("socket")
            .oci("/mounts/-", bind(SOCKET, "/run/docker.sock", &["rbind", "rw"]))
            .engines("--volume /run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Cri, "mount=/run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Bubblewrap, "--bind /run/amiconfined-lab.sock /run/docker.sock")
            .flags(Tongue::Nspawn, "--bind=/run/amiconfined-lab.sock:/run/docker.sock")
            .flags(Tongue::Nsjail, "--bindmount /run/amiconfined-lab.sock:/run/docker.sock")
            .flags(
                Tongue::Ctr,
                "--mount type=bind,src=/run/amiconfined-lab.sock,dst=/run/docker.sock,options=rbind:rw",
            )
            .flags(
                Tongue::Lxc,
                "lxc.mount.entry = /run/amiconfined-lab.sock run/docker.sock none bind,create=file 0 0",
            )
            .wants("/filesystem/runtime_sockets/0/path", json!("/run/docker.sock")),
        row("host_path")
            .oci("/mounts/-", bind("/usr/share", "/tmp", &["rbind", "ro"]))
            .engines("--volume /usr/share:/tmp:ro")
            .flags(Tongue::Cri, "mount=/usr/share:/tmp")
            .flags(Tongue::Bubblewrap, "--ro-bind /usr/share /tmp")
            .flags(Tongue::Nspawn, "--bind-ro=/usr/share:/tmp")
            .flags(Tongue::Nsjail, "--bindmount_ro /usr/share:/tmp")
            .flags(
                Tongue::Ctr,
                "--mount type=bind,src=/usr/share,dst=/tmp,options=rbind:ro",
            )
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
            .flags(Tongue::Remapped, "--privileged --userns=host")
            .flags(Tongue::Cri, "privileged unmasked")
            .flags(Tongue::Ctr, "--privileged")
            .flags(Tongue::Nspawn, "--capability=all SYSTEMD_SECCOMP=0")
            .wants("/seccomp/mode/known", json!("disabled")),
    ]
}
