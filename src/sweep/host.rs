//! The node's own namespaces, which tell who is in a sandbox.

use crate::confinement::NamespaceKind;
use crate::syscalls::Release;

use super::view::View;

/// The inode of each of the node's own namespaces, where it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    inodes: [Option<u64>; 8],
    /// How deep the `/proc`'s own pid namespace is seen: ids in an `NSpid` line of the host.
    pub(super) depth: usize,
}

impl Host {
    /// From the first process of the `/proc`, or else the kernel's fixed numbers where
    /// kthreadd shows that it is the machine's first pid namespace.
    ///
    /// Before Linux 6.18 mnt and net have no fixed number: they then stay unknown, and
    /// nothing is concluded from them.
    pub(super) fn of(views: &[View], release: Option<Release>) -> Self {
        let first = views.iter().find(|view| view.pid == 1);
        let machine = views.iter().any(|v| v.pid == 2 && v.kernel);
        Self {
            inodes: NamespaceKind::ALL.map(|kind| {
                let fixed = match kind {
                    NamespaceKind::Mnt | NamespaceKind::Net => {
                        release.is_some_and(|r| r >= kind.inode_fixed_since())
                    }
                    // Older than any kernel that this tool is for.
                    _ => true,
                };
                let initial = (machine && fixed).then(|| kind.initial_inode());
                first.and_then(|first| first.inode(kind)).or(initial)
            }),
            depth: first.map_or(1, |first| first.depth),
        }
    }

    /// The node's own inode of a kind.
    pub(super) fn inode(&self, kind: NamespaceKind) -> Option<u64> {
        let at = NamespaceKind::ALL.iter().position(|k| *k == kind)?;
        *self.inodes.get(at)?
    }

    /// The inode of a process's namespace that is known not to be the node's.
    pub(super) fn foreign(&self, view: &View, kind: NamespaceKind) -> Option<u64> {
        let own = view.inode(kind)?;
        (own != self.inode(kind)?).then_some(own)
    }

    /// Whether a process is in a pid namespace below the node's.
    pub(super) fn is_below(&self, view: &View) -> bool {
        view.depth > self.depth || self.foreign(view, NamespaceKind::Pid).is_some()
    }
}
