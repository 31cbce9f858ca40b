//! Floor 1: the nouns of confinement, without I/O.
//!
//! Used for what is observed, read back from a report, or compared. Every fact
//! is a [`Reading`]; bytes that something else chose are [`Text`].

mod capabilities;
mod cgroup;
mod container;
mod container_gone;
mod container_path;
mod credentials;
mod errno;
mod executed;
mod expected;
mod expected_rules;
mod filesystem;
mod filter_stack;
mod identity;
mod kernel;
mod limits;
mod lsm;
mod namespaces;
mod node;
mod process;
mod reading;
mod reading_form;
mod report;
mod runtime;
mod seccomp;
mod sysctls;
mod text;
mod verdict;

pub use capabilities::{
    CAP_SYS_ADMIN, CAP_SYS_RAWIO, Capabilities, CapabilitySet, capability_name, capability_number,
};
pub use cgroup::{Cgroup, CgroupPath, CgroupVersion, CpuQuota};
pub use container::{
    CONTAINER_SCHEMA, ContainerIdentity, ContainerKind, ContainerRecord, Control, Deviation,
    Difference, Guest,
};
pub use container_gone::{ContainerGone, GONE_SCHEMA};
pub use container_path::ContainerPath;
pub use credentials::{Credentials, ServiceAccountToken};
pub use errno::Errno;
pub use executed::Executed;
pub use expected::{Expectation, Expected, Remark, Source, Stage, Subject};
pub use expected_rules::{
    AppArmorRule, CapabilityRule, DefaultVerdicts, DeviceRule, EffectiveRule, ExpectedMount,
    GroupRule, Ignored, MountRule, NamespaceRule, PathRule, SeLinuxRule, SeccompRule, SetRule,
    WrittenCapability,
};
pub use filesystem::{
    DeviceNode, Filesystem, Mount, ProtectedPath, Protection, RuntimeSocket, SensitivePath,
    Writable,
};
pub use filter_stack::{FILTERS_SCHEMA, FilterLine, FilterStack};
pub use identity::{Dumpable, IdMapping, Identity, Ids, Securebits};
pub use kernel::Kernel;
pub use limits::{Limits, Rlimit};
pub use lsm::{AppArmor, AppArmorMode, AppArmorProfile, Lsm, SeLinux};
pub use namespaces::{Initial, Namespace, NamespaceKind, Namespaces};
pub use node::{NODE_SCHEMA, Node, NodeReport, Sysctl};
pub use process::Process;
pub use reading::{Denial, Reading};
pub use report::{Confinement, Report, SCHEMA};
pub use runtime::{Claim, Manager, Runtime, Sandbox};
pub use seccomp::{
    AbiVerdicts, ArgumentVerdict, Cause, ConditionalVerdict, DumpedFilter, LetThrough, Seccomp,
    SeccompMethod, SeccompMode, SyscallVerdict, VerdictRange,
};
pub use sysctls::NamespacedSysctl;
pub use text::Text;
pub use verdict::{KillScope, Verdict};
