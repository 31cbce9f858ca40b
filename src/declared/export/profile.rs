//! A profile as runtimes read it.

use serde::Serialize;

use crate::bpf::Action;

/// The seccomp section of an OCI configuration (runtime-spec, config-linux.md#seccomp), which
/// is also what a Pod's `localhostProfile` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedProfile {
    /// What is done where no rule holds.
    pub default_action: &'static str,
    /// Its error number, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_errno_ret: Option<u16>,
    /// The ABIs, by the names of libseccomp. In others every call kills the thread.
    pub architectures: Vec<&'static str>,
    /// The rules.
    pub syscalls: Vec<ExportedRule>,
}

/// One rule: these syscalls, where all of these comparisons hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedRule {
    /// The syscalls' names.
    pub names: Vec<String>,
    /// What is done.
    pub action: &'static str,
    /// Its error number, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno_ret: Option<u16>,
    /// At most one comparison an argument.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<ExportedArgument>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedArgument {
    /// Which argument, 0 to 5.
    pub index: u8,
    /// The number it is compared with; for `SCMP_CMP_MASKED_EQ` the bits that count.
    pub value: u64,
    /// For `SCMP_CMP_MASKED_EQ` what these bits are.
    #[serde(skip_serializing_if = "is_zero")]
    pub value_two: u64,
    /// How it is compared.
    pub op: &'static str,
}

impl ExportedArgument {
    /// A comparison with one number.
    pub(super) fn new(index: u8, op: &'static str, value: u64) -> Self {
        Self {
            index,
            value,
            value_two: 0,
            op,
        }
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// The name of an action and its number; `None` where no profile can give it.
pub(super) fn named(action: Action) -> Option<(&'static str, Option<u16>)> {
    Some(match action {
        Action::Allow => ("SCMP_ACT_ALLOW", None),
        Action::Log => ("SCMP_ACT_LOG", None),
        Action::Errno(number) => ("SCMP_ACT_ERRNO", Some(number)),
        Action::Trace(number) => ("SCMP_ACT_TRACE", Some(number)),
        Action::Trap(0) => ("SCMP_ACT_TRAP", None),
        Action::KillThread => ("SCMP_ACT_KILL_THREAD", None),
        Action::KillProcess | Action::Unknown(_) => ("SCMP_ACT_KILL_PROCESS", None),
        Action::UserNotif => ("SCMP_ACT_NOTIFY", None),
        Action::Trap(_) => return None,
    })
}
