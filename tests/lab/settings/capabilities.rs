//! Capabilities: all, none, ambient, and each by itself.

#[path = "../../integration/live_runc/fourteen.rs"]
mod fourteen;

use serde_json::{Value, json};

use super::{Setting, Tongue, row};
use fourteen::FOURTEEN;

/// What `runc spec` gives.
pub(super) const SPEC: [&str; 3] = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

/// Bounding, effective and permitted alike.
pub(super) fn three(names: &[&str]) -> Value {
    json!({"bounding": names, "effective": names, "permitted": names})
}

/// Every capability that this machine has to give.
pub(crate) fn machine() -> Vec<&'static str> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|l| l.strip_prefix("CapBnd:\t"));
    let bounding = u64::from_str_radix(mask.unwrap(), 16).unwrap();
    NAMES
        .iter()
        .enumerate()
        .filter(|(bit, _)| bounding >> bit & 1 == 1)
        .map(|(_, name)| *name)
        .collect()
}

pub(super) fn rows() -> Vec<Setting> {
    let all = machine();
    let mut rows = vec![
        row("no_capabilities")
            .oci("/process/capabilities", three(&[]))
            .gvisor()
            .engines("--cap-drop=ALL")
            .flags(Tongue::Cri, "drop=ALL")
            .flags(Tongue::Bubblewrap, "--cap-drop ALL")
            .flags(Tongue::Nspawn, "--drop-capability=all")
            .flags(Tongue::Firejail, "--caps.drop=all")
            .flags(Tongue::Lxc, "lxc.cap.keep = none")
            .flags(Tongue::Ctr, &ctr("drop", &FOURTEEN))
            .plain(&[Tongue::Nsjail])
            .wants("/capabilities/effective/known/raw", json!(mask(&[]))),
        row("all_capabilities")
            .oci("/process/capabilities", three(&all))
            .gvisor()
            .engines("--cap-add=ALL")
            .flags(Tongue::Cri, "add=ALL")
            .flags(Tongue::Nspawn, "--capability=all")
            .flags(Tongue::Nsjail, "--keep_caps")
            .flags(Tongue::Bubblewrap, "--cap-add ALL")
            .flags(Tongue::Ctr, &ctr("add", &all))
            .plain(&[Tongue::Firejail, Tongue::Lxc]),
        row("ambient")
            .oci("/process/user", json!({"uid": 1000, "gid": 1000}))
            .oci(
                "/process/capabilities",
                json!({
                    "bounding": ["CAP_KILL"], "effective": ["CAP_KILL"],
                    "permitted": ["CAP_KILL"], "inheritable": ["CAP_KILL"],
                    "ambient": ["CAP_KILL"],
                }),
            )
            .flags(
                Tongue::Podman,
                "--user 1000:1000 --cap-drop=ALL --cap-add=KILL",
            )
            .flags(
                Tongue::Rootless,
                "--user 1000:1000 --cap-drop=ALL --cap-add=KILL",
            )
            .flags(Tongue::Nsjail, "--cap CAP_KILL")
            .flags(
                Tongue::Bubblewrap,
                "--unshare-user --uid 1000 --gid 1000 --cap-drop ALL --cap-add CAP_KILL",
            )
            .flags(
                Tongue::Nspawn,
                "--ambient-capability=CAP_KILL --capability=CAP_KILL",
            )
            .wants(
                "/capabilities/ambient/known/raw",
                json!(mask(&["CAP_KILL"])),
            ),
    ];
    let old = super::gaps::docker_is("20.10");
    for name in all {
        // The releases of Debian 12 refuse names that they do not know.
        let refused: &[Tongue] = match NEWEST.contains(&name) {
            true if old => &[Tongue::Docker, Tongue::Remapped, Tongue::Gvisor],
            _ => &[],
        };
        let short = &name["CAP_".len()..];
        let mut added: Vec<&str> = SPEC.to_vec();
        if !added.contains(&name) {
            added.push(name);
        }
        rows.push(
            row(&format!("add_{}", short.to_lowercase()))
                .oci("/process/capabilities", three(&added))
                .gvisor()
                .engines(&format!("--cap-add={short}"))
                .flags(Tongue::Cri, &format!("add={short}"))
                .flags(Tongue::Nspawn, &format!("--capability={name}"))
                .flags(
                    Tongue::Bubblewrap,
                    &format!("--cap-drop ALL --cap-add {name}"),
                )
                .flags(Tongue::Nsjail, &format!("--cap {name}"))
                .flags(Tongue::Ctr, &ctr("add", &[name]))
                .flags(
                    Tongue::Firejail,
                    &format!("--caps.keep={}", short.to_lowercase()),
                )
                .flags(
                    Tongue::Lxc,
                    &format!("lxc.cap.keep = {}", short.to_lowercase()),
                )
                .without(refused)
                .slow(),
        );
        let left: Vec<&str> = machine().into_iter().filter(|n| *n != name).collect();
        rows.push(
            row(&format!("drop_{}", short.to_lowercase()))
                .oci("/process/capabilities", three(&left))
                .gvisor()
                .engines(&format!("--cap-drop={short}"))
                .flags(Tongue::Cri, &format!("drop={short}"))
                .flags(Tongue::Nspawn, &format!("--drop-capability={name}"))
                .flags(Tongue::Bubblewrap, &format!("--cap-drop {name}"))
                .flags(Tongue::Ctr, &ctr("drop", &[name]))
                .flags(
                    Tongue::Firejail,
                    &format!("--caps.drop={}", short.to_lowercase()),
                )
                .flags(
                    Tongue::Lxc,
                    &format!("lxc.cap.drop = {}", short.to_lowercase()),
                )
                .without(refused)
                .slow(),
        );
    }
    rows
}

/// Options of `ctr`, which takes one capability each.
fn ctr(verb: &str, names: &[&str]) -> String {
    let options = names.iter().map(|name| format!("--cap-{verb} {name}"));
    options.collect::<Vec<_>>().join(" ")
}

/// Docker's fourteen, as the report writes a mask.
pub(crate) fn usual() -> String {
    mask(&FOURTEEN)
}

/// A set's mask as the report writes it.
pub(super) fn mask(names: &[&str]) -> String {
    let bit = |name: &&str| NAMES.iter().position(|n| n == name).unwrap();
    let raw = names.iter().fold(0_u64, |raw, n| raw | 1 << bit(n));
    format!("{raw:016x}")
}

/// Since Linux 5.8 and 5.9.
pub(crate) const NEWEST: [&str; 3] = ["CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"];

/// By number, as `include/uapi/linux/capability.h` gives them.
const NAMES: [&str; 41] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];
