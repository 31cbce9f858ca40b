//! The same under gVisor, whose own kernel keeps less of a `config.json` and shows less of it.

use super::missing;
use super::oci::Runtime;

/// Every container of this release has these two, declared or not.
const DEVICES: &str = r#"[{"path":"/dev/fuse","type":"c","major":10,"minor":229,"fileMode":438},{"path":"/dev/net/tun","type":"c","major":10,"minor":200,"fileMode":438}]"#;

#[test]
fn gvisor_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["runsc", "runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let runsc = Runtime {
        name: "runsc",
        // Without the last two it takes CAP_NET_RAW from every container, and heeds no profile.
        run: &[
            "runsc",
            "--root",
            state,
            "--platform=ptrace",
            "--network=none",
            "--ignore-cgroups",
            "--net-raw",
            "--oci-seccomp",
            "run",
        ],
        // It masks no path and makes none read-only.
        base: &[
            ("/linux/maskedPaths", "[]"),
            ("/linux/readonlyPaths", "[]"),
            ("/linux/devices", DEVICES),
            // It leaves them to a user that is not root.
            ("/process/capabilities", "{}"),
        ],
        // It masks nothing, always has no_new_privs, and keeps the node's namespaces, sysctls
        // and control groups to itself.
        without: &[
            "unmasked",
            "one-unmasked",
            "writable-proc-sys",
            "host-pid",
            "host-net",
            "host-ipc",
            "host-uts",
            "host-cgroup",
            "host-user",
            "everything-off",
            "memory",
            "pids",
            "cpu",
            "rlimit",
            "sysctl",
            "sysctl-gone",
            "oom",
            "device-more",
            "device-declared",
            "cap-ambient",
            "nnp-off",
            "nnp-on",
            // This release answers EPERM, whichever errno its profile names.
            "seccomp-errno",
        ],
        unobserved: &[
            "namespace-cgroup",
            "namespace-ipc",
            "namespace-mnt",
            "namespace-net",
            "namespace-pid",
            "namespace-user",
            "namespace-uts",
            "rlimit",
        ],
        half_told: true,
    };
    let wrong = runsc.rows();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
