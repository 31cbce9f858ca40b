//! Linux Security Modules, and what they make of this process.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// The kernel's security modules and this process's labels in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lsm {
    /// Active modules in their order (`/sys/kernel/security/lsm`, since Linux 4.19; else
    /// `lsm_list_modules(2)`, since Linux 6.8).
    pub active: Reading<Vec<Text>>,
    /// The AppArmor label.
    pub apparmor: Reading<AppArmor>,
    /// The SELinux label.
    pub selinux: Reading<SeLinux>,
    /// Whether SELinux enforces, system-wide (`/sys/fs/selinux/enforce`).
    pub selinux_enforcing: Reading<bool>,
    /// The Smack label.
    pub smack: Reading<Text>,
    /// The Landlock ABI version that the kernel offers (`landlock_create_ruleset(2)`, since Linux 5.13).
    pub landlock_abi: Reading<u32>,
    /// `kernel.yama.ptrace_scope`: 0 classic, 1 descendants, 2 admin, 3 none.
    pub yama_ptrace_scope: Reading<u8>,
    /// The kernel's lockdown mode: `none`, `integrity` or `confidentiality` (since Linux 5.4).
    pub lockdown: Reading<Text>,
}

/// An AppArmor label, `apparmor_getcon(2)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppArmor {
    /// The label as the kernel wrote it, such as `docker-default (enforce)`.
    pub label: Text,
    /// The profiles stacked in it, innermost last; empty when unconfined.
    pub profiles: Vec<AppArmorProfile>,
    /// The attribute that was read, relative to `/proc/PID`.
    pub read_from: String,
}

/// One profile of an AppArmor label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppArmorProfile {
    /// Its name, with a `:namespace:` prefix where it has one.
    pub name: Text,
    /// Its mode.
    pub mode: AppArmorMode,
}

/// What a profile does on a violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppArmorMode {
    /// Refused.
    Enforce,
    /// Logged, allowed.
    Complain,
    /// The process is killed.
    Kill,
    /// Nothing is restricted.
    Unconfined,
    /// Asked of user space.
    Prompt,
    /// Profiles of different modes are stacked and the kernel wrote one word for all.
    Mixed,
    /// A mode that this tool does not know.
    Other(Text),
}

/// An SELinux context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeLinux {
    /// The whole context, `user:role:type:level`.
    pub context: Text,
    /// Its user.
    pub user: Text,
    /// Its role.
    pub role: Text,
    /// Its type (domain), such as `container_t`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// Its level, such as `s0:c1,c2`; empty without MLS.
    pub level: Text,
}
