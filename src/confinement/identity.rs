//! Who the process is: user and group ids, and what limits their change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;

/// The process's identity, as `credentials(7)` describes it.
///
/// Ids are those that the reader's user namespace sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// User ids (`Uid:` of `/proc/PID/status`).
    pub uid: Reading<Ids>,
    /// Group ids (`Gid:`).
    pub gid: Reading<Ids>,
    /// Supplementary groups, in the kernel's order (`Groups:`).
    pub groups: Reading<Vec<u32>>,
    /// Whether execve can never again raise privileges (`NoNewPrivs:`, since Linux 4.10;
    /// `prctl(PR_GET_NO_NEW_PRIVS)` since 3.5).
    pub no_new_privs: Reading<bool>,
    /// `prctl(PR_GET_SECUREBITS)`; the kernel tells it to the process itself only.
    pub securebits: Reading<Securebits>,
    /// Whether the process may be traced and dump core.
    pub dumpable: Reading<Dumpable>,
    /// File mode creation mask (`Umask:`, since Linux 4.7).
    pub umask: Reading<u32>,
    /// `/proc/PID/uid_map` of its user namespace.
    pub uid_map: Reading<Vec<IdMapping>>,
    /// `/proc/PID/gid_map`.
    pub gid_map: Reading<Vec<IdMapping>>,
    /// Whether `setgroups(2)` is allowed in its user namespace (`/proc/PID/setgroups`, since Linux 3.19).
    pub setgroups: Reading<bool>,
}

/// The four ids that the kernel keeps of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ids {
    /// Real id: who started it.
    pub real: u32,
    /// Effective id: what most checks use.
    pub effective: u32,
    /// Saved set id: what effective may return to.
    pub saved: u32,
    /// Filesystem id: what file access uses.
    pub filesystem: u32,
}

/// `prctl(PR_GET_SECUREBITS)`, `capabilities(7)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Securebits {
    /// The raw bits.
    pub raw: u32,
}

impl Securebits {
    /// Names of the bits that `linux/securebits.h` defines, lowest first.
    const NAMES: [&'static str; 12] = [
        "noroot",
        "noroot_locked",
        "no_setuid_fixup",
        "no_setuid_fixup_locked",
        "keep_caps",
        "keep_caps_locked",
        "no_cap_ambient_raise",
        "no_cap_ambient_raise_locked",
        "exec_restrict_file",
        "exec_restrict_file_locked",
        "exec_deny_interactive",
        "exec_deny_interactive_locked",
    ];

    /// The names of the bits that are set; an unknown one as `bit_N`.
    pub fn names(self) -> Vec<String> {
        (0..32usize)
            .filter(|bit| self.raw >> bit & 1 == 1)
            .map(|bit| {
                Self::NAMES
                    .get(bit)
                    .map_or_else(|| format!("bit_{bit}"), |n| (*n).to_owned())
            })
            .collect()
    }
}

/// `prctl(PR_GET_DUMPABLE)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dumpable {
    /// 0: neither dumped nor traced by its own user.
    No,
    /// 1: the usual state.
    Yes,
    /// 2: dumped for root only (`fs.suid_dumpable`).
    RootOnly,
}

/// One line of a user namespace's id map, `user_namespaces(7)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdMapping {
    /// First id inside the namespace.
    pub inside: u32,
    /// First id outside: in the reader's user namespace, or its parent when that is the same one.
    pub outside: u32,
    /// How many ids the line maps, the first included.
    pub count: u32,
}

impl IdMapping {
    /// The initial user namespace's only line, which maps every id to itself.
    pub const IDENTITY: Self = Self {
        inside: 0,
        outside: 0,
        count: u32::MAX,
    };

    /// Whether an id outside has one inside by this line.
    ///
    /// ```
    /// use amiconfined::confinement::IdMapping;
    /// let map = IdMapping { inside: 0, outside: 100_000, count: 65_536 };
    /// assert!(map.maps_outside(165_535));
    /// assert!(!map.maps_outside(165_536) && !map.maps_outside(0));
    /// ```
    pub fn maps_outside(&self, id: u32) -> bool {
        id.checked_sub(self.outside)
            .is_some_and(|offset| offset < self.count)
    }
}
