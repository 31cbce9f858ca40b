//! The settings: one row each, as edits of an OCI runtime configuration.

use serde_json::{Value, json};

/// One way to start a container.
pub(crate) struct Setting {
    /// Its name in the table and in `SETTING=`.
    pub(crate) name: &'static str,
    /// JSON pointers into config.json and the JSON text that is put there.
    edits: &'static [(&'static str, &'static str)],
    /// A namespace type that is left to the host's.
    shares: Option<&'static str>,
}

const fn row(name: &'static str, edits: &'static [(&'static str, &'static str)]) -> Setting {
    Setting {
        name,
        edits,
        shares: None,
    }
}

const fn sharing(name: &'static str, kind: &'static str) -> Setting {
    Setting {
        name,
        edits: &[],
        shares: Some(kind),
    }
}

/// All rows; the first is the one that every runtime knows.
pub(crate) const ALL: &[Setting] = &[
    row("defaults", &[]),
    row("writable_root", &[("/root/readonly", "false")]),
    row("no_new_privs_off", &[("/process/noNewPrivileges", "false")]),
    row("user", &[("/process/user", r#"{"uid":1000,"gid":1000}"#)]),
    row(
        "no_capabilities",
        &[(
            "/process/capabilities",
            r#"{"bounding":[],"effective":[],"permitted":[]}"#,
        )],
    ),
    row(
        "ambient",
        &[
            ("/process/user", r#"{"uid":1000,"gid":1000}"#),
            (
                "/process/capabilities",
                r#"{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"],"inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}"#,
            ),
        ],
    ),
    row(
        "unmasked",
        &[("/linux/maskedPaths", "[]"), ("/linux/readonlyPaths", "[]")],
    ),
    row(
        "seccomp_enosys",
        &[(
            "/linux/seccomp",
            r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["reboot"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}"#,
        )],
    ),
    row(
        "seccomp_kill",
        &[(
            "/linux/seccomp",
            r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["reboot"],"action":"SCMP_ACT_KILL_PROCESS"}]}"#,
        )],
    ),
    row(
        "seccomp_trap",
        &[(
            "/linux/seccomp",
            r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["reboot"],"action":"SCMP_ACT_TRAP"}]}"#,
        )],
    ),
    sharing("host_pid", "pid"),
    sharing("host_ipc", "ipc"),
    sharing("host_uts", "uts"),
    sharing("host_net", "network"),
];

impl Setting {
    /// Puts this setting into a `config.json`.
    pub(crate) fn apply(&self, config: &mut Value) {
        for (pointer, text) in self.edits {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            config.pointer_mut(parent).unwrap()[key] = serde_json::from_str(text).unwrap();
        }
        if let Some(kind) = self.shares {
            let spaces = config["linux"]["namespaces"].as_array_mut().unwrap();
            spaces.retain(|n| n["type"] != json!(kind));
        }
        if self.shares == Some("uts") {
            config.as_object_mut().unwrap().remove("hostname");
        }
    }

    /// What is declared of `process` and `linux`: nothing where the row leaves it.
    pub(crate) fn declared(&self, pointer: &str) -> Option<Value> {
        let text = self.edits.iter().find(|(p, _)| *p == pointer)?.1;
        Some(serde_json::from_str(text).unwrap())
    }
}
