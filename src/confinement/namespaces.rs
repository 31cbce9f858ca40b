//! The namespaces a process is in, `namespaces(7)`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;
use crate::syscalls::Release;

/// The process's namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Namespaces {
    /// One entry for each kind that this tool knows; a kind the kernel has not is `Absent` in it.
    pub namespaces: Vec<Namespace>,
    /// How many user namespaces lie above this process's own: 0 in the initial one
    /// (`NS_GET_PARENT`, since Linux 4.9).
    pub user_depth: Reading<u32>,
    /// The process's ids from the reader's pid namespace inwards (`NSpid:`, since Linux 4.1).
    pub pids: Reading<Vec<u32>>,
}

impl Namespaces {
    /// The entry of one kind.
    pub fn get(&self, kind: NamespaceKind) -> Option<&Namespace> {
        self.namespaces.iter().find(|n| n.kind == kind)
    }
}

/// One namespace of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Namespace {
    /// Which kind.
    pub kind: NamespaceKind,
    /// The inode number that identifies it on this machine (`/proc/PID/ns/KIND`).
    pub inode: Reading<u64>,
    /// Whether it is the machine's initial one, with how that is known.
    pub initial: Reading<Initial>,
    /// Whether pid 1 of the reader's pid namespace is in the same one.
    pub shared_with_pid1: Reading<bool>,
}

/// Whether a namespace is the initial one, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Initial {
    /// Whether it is.
    pub initial: bool,
    /// How it is known: the fixed inode number, the id map, or the host's pid 1.
    pub known_by: String,
}

/// The kinds of namespace that Linux has.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NamespaceKind {
    /// Control group root (since Linux 4.6).
    Cgroup,
    /// System V IPC and POSIX message queues (since Linux 2.6.19).
    Ipc,
    /// Mounts (since Linux 2.4.19).
    Mnt,
    /// Network (since Linux 2.6.24).
    Net,
    /// Process ids (since Linux 2.6.24).
    Pid,
    /// Monotonic and boot clocks (since Linux 5.6).
    Time,
    /// User and group ids, capabilities (since Linux 3.8).
    User,
    /// Host and domain name (since Linux 2.6.19).
    Uts,
}

impl NamespaceKind {
    /// All kinds, in alphabetical order.
    pub const ALL: [Self; 8] = [
        Self::Cgroup,
        Self::Ipc,
        Self::Mnt,
        Self::Net,
        Self::Pid,
        Self::Time,
        Self::User,
        Self::Uts,
    ];

    /// The name of its link below `/proc/PID/ns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cgroup => "cgroup",
            Self::Ipc => "ipc",
            Self::Mnt => "mnt",
            Self::Net => "net",
            Self::Pid => "pid",
            Self::Time => "time",
            Self::User => "user",
            Self::Uts => "uts",
        }
    }

    /// The initial namespace's fixed inode (`include/uapi/linux/nsfs.h`).
    ///
    /// A namespace with another inode is not the initial one, on a kernel of
    /// [`Self::inode_fixed_since`] or newer; on an older one that proves nothing.
    pub fn initial_inode(self) -> u64 {
        match self {
            Self::Ipc => 0xEFFF_FFFF,
            Self::Uts => 0xEFFF_FFFE,
            Self::User => 0xEFFF_FFFD,
            Self::Pid => 0xEFFF_FFFC,
            Self::Cgroup => 0xEFFF_FFFB,
            Self::Time => 0xEFFF_FFFA,
            Self::Net => 0xEFFF_FFF9,
            Self::Mnt => 0xEFFF_FFF8,
        }
    }

    /// The first release in which the initial namespace has [`Self::initial_inode`]; kinds that
    /// came later have had it from their beginning.
    pub fn inode_fixed_since(self) -> Release {
        match self {
            Self::Mnt | Self::Net => Release::new(6, 18, 0),
            _ => Release::new(3, 8, 0),
        }
    }
}

impl fmt::Display for NamespaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
