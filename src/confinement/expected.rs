//! What a declaration says a process's confinement should be.
//!
//! The mirror of [`super::Confinement`]: a field is `None` where the declaration
//! leaves it open, and then nothing is compared.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::NamespaceKind;
use super::expected_rules::{
    AppArmorRule, CapabilityRule, DefaultVerdicts, DeviceRule, GroupRule, MountRule, NamespaceRule,
    PathRule, SeLinuxRule, SeccompRule,
};

/// Where in a declaration something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
pub struct Source {
    /// The file as it was named, `<stdin>` for standard input.
    pub file: String,
    /// Line, from 1; 0 where it is not known.
    pub line: u64,
    /// Column, from 1, in characters; 0 where it is not known.
    pub column: u64,
    /// The field's path, such as `spec.containers[0].securityContext.privileged`.
    pub field: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if self.field.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.field)
    }
}

/// One thing that a declaration expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation<T> {
    /// What is expected.
    pub value: T,
    /// Where it is written, or where it would be.
    pub source: Source,
    /// Why it is expected: the field's words, or the default that fills them in.
    pub because: String,
}

impl<T> Expectation<T> {
    /// An expectation with its place and reason.
    pub fn new(value: T, source: Source, because: impl Into<String>) -> Self {
        Self {
            value,
            source,
            because: because.into(),
        }
    }
}

/// The places that a declaration passes on its way to the kernel, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// As its author wrote it.
    Declared,
    /// As the API server keeps it: defaulted, fields that it does not know dropped.
    Admitted,
    /// As the low-level runtime was told: the OCI `config.json`.
    Told,
    /// As the kernel enforces it.
    Enforced,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declared => "declared",
            Self::Admitted => "admitted",
            Self::Told => "told",
            Self::Enforced => "enforced",
        })
    }
}

/// Which container a declaration, a report or a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
pub struct Subject {
    /// The Pod's namespace.
    pub namespace: Option<String>,
    /// The Pod's name, or the name of the workload that makes Pods of it.
    pub pod: Option<String>,
    /// Whether `pod` is a workload's name, of which Pods' names are made (`web` of `web-7d4b9-x2x5k`).
    pub pod_is_prefix: bool,
    /// The Pod's uid.
    pub uid: Option<String>,
    /// The container's name.
    pub container: Option<String>,
    /// The container's id.
    pub id: Option<String>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = [&self.namespace, &self.pod, &self.container]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        match (&self.id, parts.is_empty()) {
            (Some(id), true) => f.write_str(id),
            (None, true) => f.write_str("(unnamed)"),
            _ => f.write_str(&parts.join("/")),
        }
    }
}

/// Something in a declaration that cannot be held against the kernel's answer as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The finding's id.
    pub id: &'static str,
    /// The field that it is about.
    pub control: &'static str,
    /// What is written.
    pub value: String,
    /// Where.
    pub source: Source,
    /// Whether it can have no effect here (else its effect cannot be seen from the process).
    pub not_applicable: bool,
    /// Why.
    pub why: String,
}

/// What one declaration says of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// How far on its way the declaration is.
    pub stage: Stage,
    /// Which container.
    pub subject: Subject,
    /// The place of the container as a whole.
    pub source: Source,
    /// Effective user id, as the container's own user namespace counts.
    pub uid: Option<Expectation<u32>>,
    /// Effective group id, as the container's own user namespace counts.
    pub gid: Option<Expectation<u32>>,
    /// That the user is not 0.
    pub non_root: Option<Expectation<bool>>,
    /// Supplementary groups.
    pub groups: Option<Expectation<GroupRule>>,
    /// `no_new_privs`.
    pub no_new_privs: Option<Expectation<bool>>,
    /// Capability sets.
    pub capabilities: Option<Expectation<CapabilityRule>>,
    /// That every protection is off.
    pub privileged: Option<Expectation<bool>>,
    /// Namespaces.
    pub namespaces: Vec<(NamespaceKind, Expectation<NamespaceRule>)>,
    /// Whether the pid namespace is shared with the Pod's other containers.
    pub shared_pids: Option<Expectation<bool>>,
    /// Seccomp.
    pub seccomp: Option<Expectation<SeccompRule>>,
    /// What the runtime's default profile may decide, where it is left to that: each answer
    /// is that of some releases.
    pub seccomp_defaults: Vec<DefaultVerdicts>,
    /// AppArmor.
    pub apparmor: Option<Expectation<AppArmorRule>>,
    /// SELinux.
    pub selinux: Option<Expectation<SeLinuxRule>>,
    /// Whether the mount at `/` is read-only.
    pub root_read_only: Option<Expectation<bool>>,
    /// Masked and read-only paths.
    pub paths: Option<Expectation<PathRule>>,
    /// Mounts of the host's own files.
    pub mounts: Option<Expectation<MountRule>>,
    /// Device nodes; `None` where any may be there.
    pub devices: Option<Expectation<DeviceRule>>,
    /// Kernel settings of the container's namespaces: name and value.
    pub sysctls: Vec<Expectation<(String, String)>>,
    /// Memory limit in bytes; `None` inside for none.
    pub memory_max: Option<Expectation<Option<u64>>>,
    /// CPU limit in thousandths of a CPU.
    pub cpu_milli: Option<Expectation<u64>>,
    /// Limit of processes.
    pub pids_max: Option<Expectation<u64>>,
    /// Standing with the OOM killer.
    pub oom_score_adj: Option<Expectation<i32>>,
    /// Resource limits: the kernel's words, soft, hard.
    pub rlimits: Vec<Expectation<super::Rlimit>>,
    /// Whether a service-account token is mounted.
    pub service_account_token: Option<Expectation<bool>>,
    /// What cannot be compared.
    pub remarks: Vec<Remark>,
}

impl Expected {
    /// A declaration of a container that leaves everything open.
    pub fn new(stage: Stage, subject: Subject, source: Source) -> Self {
        Self {
            stage,
            subject,
            source,
            uid: None,
            gid: None,
            non_root: None,
            groups: None,
            no_new_privs: None,
            capabilities: None,
            privileged: None,
            namespaces: Vec::new(),
            shared_pids: None,
            seccomp: None,
            seccomp_defaults: Vec::new(),
            apparmor: None,
            selinux: None,
            root_read_only: None,
            paths: None,
            mounts: None,
            devices: None,
            sysctls: Vec::new(),
            memory_max: None,
            cpu_milli: None,
            pids_max: None,
            oom_score_adj: None,
            rlimits: Vec::new(),
            service_account_token: None,
            remarks: Vec::new(),
        }
    }
}
