//! What no cgroup path names: services in sandboxes, bubblewrap and the like, and
//! processes of the host that are inside a container's namespaces.

use std::collections::{BTreeMap, HashMap};

use crate::confinement::{NamespaceKind, Text};

use super::first::{Firsts, choose};
use super::host::Host;
use super::paths;
use super::place::{Key, Placed};
use super::view::View;

/// The kinds by which a process is in a sandbox, the strongest first.
const KINDS: [NamespaceKind; 8] = [
    NamespaceKind::Pid,
    NamespaceKind::Mnt,
    NamespaceKind::User,
    NamespaceKind::Net,
    NamespaceKind::Ipc,
    NamespaceKind::Uts,
    NamespaceKind::Cgroup,
    NamespaceKind::Time,
];

/// The longest chain of parents that is followed.
const MAX_ANCESTORS: usize = 4096;

/// Places what is left when cgroup paths have been gone by.
pub(super) fn place(
    rest: Vec<View>,
    host: &Host,
    placed: &mut Placed,
    parents: &HashMap<u32, u32>,
    firsts: &Firsts<'_>,
) {
    let owners = owners(placed, host);
    let depths: HashMap<u32, (usize, bool)> = rest
        .iter()
        .map(|v| (v.pid, (v.depth, v.is_inner_first())))
        .collect();
    let first_traits = rest.iter().find(|v| v.pid == 1).map(|v| v.traits.clone());
    let mut services: BTreeMap<Text, (Text, Vec<View>)> = BTreeMap::new();
    let mut made = Vec::new();
    for view in rest {
        if let Some(owner) = guest_of(&view, host, &owners) {
            if let Some(group) = placed.containers.get_mut(&owner) {
                group.guests.push(view.clone());
            }
            placed.host.push(view);
            continue;
        }
        let unit = paths::service(paths::own(&view.cgroup)).filter(|_| !host.is_below(&view));
        if let Some((path, name)) = unit {
            services
                .entry(path)
                .or_insert_with(|| (name, Vec::new()))
                .1
                .push(view);
            continue;
        }
        match sandbox(&view, host, parents, &depths) {
            Some(key) => {
                placed.group(key.clone()).members.push(view);
                made.push(key);
            }
            None => placed.host.push(view),
        }
    }
    for (path, (name, mut members)) in services {
        choose(&mut members, firsts, None);
        let confined = members.iter().any(|view| {
            KINDS
                .into_iter()
                .any(|kind| host.foreign(view, kind).is_some())
                || first_traits
                    .as_ref()
                    .is_some_and(|first| view.traits.more_confined_than(first))
        });
        if !confined {
            placed.host.extend(members);
            continue;
        }
        let group = placed.group(Key::Service(path));
        group.service = Some(name);
        group.members = members;
    }
    made.sort();
    made.dedup();
    let homes: HashMap<u32, Key> = placed
        .containers
        .iter()
        .flat_map(|(key, group)| group.members.iter().map(move |v| (v.pid, key.clone())))
        .collect();
    for key in &made {
        settle(placed, key, parents, &homes, firsts);
    }
    for key in &made {
        monitor(placed, key, &homes);
    }
}

/// Moves the process that started a pid namespace, and shares the file tree made for it,
/// out of the sandbox that it would seem to be in by itself.
fn monitor(placed: &mut Placed, key: &Key, homes: &HashMap<u32, Key>) {
    let first = match (key, placed.containers.get(key)) {
        (Key::Namespace(NamespaceKind::Pid, _), Some(group)) => group.members.first().cloned(),
        _ => None,
    };
    let Some(first) = first else { return };
    let Some(home) = homes.get(&first.parent).filter(|home| *home != key) else {
        return;
    };
    let same = |view: &View| {
        let mnt = view.inode(NamespaceKind::Mnt);
        view.pid == first.parent && mnt.is_some() && mnt == first.inode(NamespaceKind::Mnt)
    };
    if !matches!(home, Key::Namespace(kind, _) if *kind != NamespaceKind::Pid) {
        return;
    }
    let Some(apparent) = placed.containers.get_mut(home) else {
        return;
    };
    let Some(at) = apparent.members.iter().position(same) else {
        return;
    };
    let monitor = apparent.members.remove(at);
    if apparent.members.is_empty() {
        placed.containers.remove(home);
    }
    if let Some(group) = placed.containers.get_mut(key) {
        group.inside = group.inside.take().filter(|outer| outer != home);
        group.guests.push(monitor.clone());
    }
    placed.host.push(monitor);
}

/// The container of each namespace that is some container's own.
fn owners(placed: &Placed, host: &Host) -> HashMap<(NamespaceKind, u64), Key> {
    let mut owners = HashMap::new();
    for (key, group) in &placed.containers {
        let Some(first) = group.members.first() else {
            continue;
        };
        for kind in KINDS {
            if let Some(inode) = host.foreign(first, kind) {
                owners.entry((kind, inode)).or_insert_with(|| key.clone());
            }
        }
    }
    owners
}

/// The container whose own namespaces a process of no container is in.
fn guest_of(view: &View, host: &Host, owners: &HashMap<(NamespaceKind, u64), Key>) -> Option<Key> {
    KINDS.into_iter().find_map(|kind| {
        let inode = host.foreign(view, kind)?;
        owners.get(&(kind, inode)).cloned()
    })
}

/// What makes a process one of a sandbox.
fn sandbox(
    view: &View,
    host: &Host,
    parents: &HashMap<u32, u32>,
    depths: &HashMap<u32, (usize, bool)>,
) -> Option<Key> {
    let foreign = |kind| Some(Key::Namespace(kind, host.foreign(view, kind)?));
    if let Some(key) = foreign(NamespaceKind::Pid) {
        return Some(key);
    }
    if host.is_below(view) {
        // Its namespaces may not be read: its pid namespace's first process stands for it.
        let first =
            ancestors(view.pid, parents).find(|pid| depths.get(pid) == Some(&(view.depth, true)));
        return Some(Key::Below(first.unwrap_or(view.pid)));
    }
    KINDS.into_iter().find_map(foreign)
}

/// A process, its parent, and so on.
fn ancestors(pid: u32, parents: &HashMap<u32, u32>) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(pid), |pid| parents.get(pid).copied())
        .take_while(|pid| *pid != 0)
        .take(MAX_ANCESTORS)
}

/// Chooses a sandbox's first process, parts guests from members, and finds what it is in.
fn settle(
    placed: &mut Placed,
    key: &Key,
    parents: &HashMap<u32, u32>,
    homes: &HashMap<u32, Key>,
    firsts: &Firsts<'_>,
) {
    let Some(group) = placed.containers.get_mut(key) else {
        return;
    };
    choose(&mut group.members, firsts, None);
    let Some(first) = group.members.first().cloned() else {
        return;
    };
    let own = paths::own(&first.cgroup).to_vec();
    // Who came from elsewhere and lives in another cgroup was let in.
    let mut guests: Vec<View> = group
        .members
        .extract_if(.., |view| {
            let elsewhere = paths::own(&view.cgroup) != own.as_slice();
            elsewhere && !ancestors(view.pid, parents).any(|pid| pid == first.pid)
        })
        .collect();
    group.inside = ancestors(first.parent, parents)
        .find_map(|pid| homes.get(&pid).filter(|home| *home != key).cloned());
    group.guests.append(&mut guests.clone());
    placed.host.append(&mut guests);
}
