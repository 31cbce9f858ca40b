//! Containers that were put into one cgroup: a path that looks like another container's.

use crate::confinement::NamespaceKind;

use super::first::{Firsts, choose};
use super::place::{Group, Key, Placed};
use super::view::View;

/// Parts them where runtimes' states name more than one first process in the cgroup.
pub(super) fn part(placed: &mut Placed, firsts: &Firsts<'_>) {
    let keys: Vec<Key> = placed.containers.keys().cloned().collect();
    for key in keys {
        let Key::Cgroup(prefix) = &key else { continue };
        let Some(group) = placed.containers.get_mut(&key) else {
            continue;
        };
        let mnt = |view: &View| view.inode(NamespaceKind::Mnt);
        let own = group.members.first().and_then(mnt);
        let mut others: Vec<u64> = group
            .members
            .iter()
            .skip(1)
            .filter(|view| firsts.is_confirmed(view.pid))
            .filter_map(mnt)
            .filter(|other| Some(*other) != own)
            .collect();
        others.sort_unstable();
        others.dedup();
        let mut parted = Vec::new();
        for other in others {
            let mut new = Group::new(Key::Shared(prefix.clone(), other));
            new.path.clone_from(&group.path);
            new.members = group
                .members
                .extract_if(.., |view| mnt(view) == Some(other))
                .collect();
            choose(&mut new.members, firsts, None);
            parted.push(new);
        }
        for new in parted {
            placed.containers.insert(new.key.clone(), new);
        }
    }
}
