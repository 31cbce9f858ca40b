//! The shapes that expectations take where a plain value does not say enough.

use std::sync::Arc;

use super::{AbiVerdicts, CapabilitySet, Manager, Text};

/// What is expected of the supplementary groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// Groups that have to be among them.
    pub includes: Vec<u32>,
    /// Whether there may be no others (`supplementalGroupsPolicy: Strict`, OCI `additionalGids`).
    pub exactly: bool,
}

/// What is expected of one capability set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetRule {
    /// This set, no more, no less.
    Exactly(CapabilitySet),
    /// All that the runtime itself holds but these.
    AllBut(CapabilitySet),
    /// Anything.
    Any,
}

/// What is expected of the effective and permitted sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectiveRule {
    /// What an execve leaves, `capabilities(7)`: for user 0 the bounding and
    /// inheritable sets, for any other the ambient set.
    AfterExec,
    /// The same under no_new_privs, where an execve as user 0 gives no capability beyond
    /// those that were permitted before: these.
    AfterExecWithin(CapabilitySet),
    /// Anything.
    Any,
}

/// What is expected of the capability sets, and what was written of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityRule {
    /// The bounding set.
    pub bounding: SetRule,
    /// The inheritable set.
    pub inheritable: SetRule,
    /// The ambient set.
    pub ambient: SetRule,
    /// The effective and permitted sets.
    pub effective: EffectiveRule,
    /// The names that were written, one by one.
    pub written: Vec<WrittenCapability>,
}

/// One capability as a declaration spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCapability {
    /// As it is spelled.
    pub spelling: Text,
    /// What it means: its bits, `None` for a name that no kernel has.
    pub meant: Option<CapabilitySet>,
    /// Whether it is to be taken away (else given).
    pub drop: bool,
    /// Where it stands.
    pub source: super::Source,
    /// Why the runtime does not do as it says, where it does not, and what would have worked.
    pub ignored: Option<Ignored>,
}

/// Why a runtime does not heed a written capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The reason.
    pub why: String,
    /// The spelling, or the change, that would have worked.
    pub mend: String,
}

/// What is expected of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamespaceRule {
    /// The node's own.
    Host,
    /// Not the node's own.
    Own,
}

/// What is expected of seccomp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeccompRule {
    /// No filter.
    Unconfined,
    /// The kubelet decides: no filter, or the runtime's default (`seccompDefault`).
    Unset,
    /// The default profile of a runtime: of this one, where the declaration names it.
    RuntimeDefault(Option<Manager>),
    /// A profile on the node, whose file was not given.
    Localhost(Text),
    /// This profile: its verdicts, ABI by ABI.
    Profile {
        /// What it is called.
        name: Text,
        /// What it makes of each syscall.
        verdicts: Arc<[AbiVerdicts]>,
    },
}

/// What the default profile of some releases of a runtime decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultVerdicts {
    /// The releases, each by the first that decides so.
    pub releases: Vec<String>,
    /// What they make of each syscall.
    pub verdicts: Vec<AbiVerdicts>,
}

/// What is expected of AppArmor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppArmorRule {
    /// No profile.
    Unconfined,
    /// The runtime's default, by the name the runtime gives it; any where that is `None`.
    RuntimeDefault(Option<&'static str>),
    /// Nothing is said: the same wherever the kernel has AppArmor.
    Unset(Option<&'static str>),
    /// This profile.
    Profile(Text),
}

/// What is expected of the SELinux context; a part that is `None` is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeLinuxRule {
    /// User.
    pub user: Option<Text>,
    /// Role.
    pub role: Option<Text>,
    /// Type (domain).
    pub kind: Option<Text>,
    /// Level.
    pub level: Option<Text>,
}

/// What is expected of the paths that runtimes protect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRule {
    /// Paths that have to be masked.
    pub masked: Vec<String>,
    /// Paths that have to be read-only (masked will do as well).
    pub read_only: Vec<String>,
}

/// What is expected of mounts that bring the host's own files in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountRule {
    /// The mounts that are declared.
    pub declared: Vec<ExpectedMount>,
    /// Mount points that the manager of containers adds by itself.
    pub by_manager: Vec<&'static str>,
}

/// What is expected of device nodes beyond those that every container has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRule {
    /// Paths of the nodes that are declared, or of directories that hold them.
    pub declared: Vec<Text>,
}

/// One mount of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedMount {
    /// Where it is mounted.
    pub mount_point: Text,
    /// The path of the host, where the declaration names one.
    pub host_path: Option<Text>,
    /// Whether it is read-only.
    pub read_only: Option<bool>,
    /// Where it stands.
    pub source: super::Source,
}
