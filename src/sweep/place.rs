//! Which processes form one container.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::confinement::{ContainerPath, NamespaceKind, Text};

use super::first::Firsts;
use super::host::Host;
use super::paths::{self, Named};
use super::state::Confirmed;
use super::view::View;
use super::{nested, shared};

/// What makes a set of processes one container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// At or below this cgroup path.
    Cgroup(Text),
    /// A service of systemd: its cgroup path.
    Service(Text),
    /// In this namespace, which is not the node's.
    Namespace(NamespaceKind, u64),
    /// Below this process, which is the first of a pid namespace that cannot be read.
    Below(u32),
    /// At or below this cgroup path and in this mount namespace: another container's
    /// processes share the cgroup.
    Shared(Text, u64),
}

/// Processes that form one container.
#[derive(Debug)]
pub(super) struct Group {
    /// What makes them one.
    pub(super) key: Key,
    /// What the cgroup path says, where it names a container.
    pub(super) path: Option<ContainerPath>,
    /// The service's name.
    pub(super) service: Option<Text>,
    /// Whether hierarchies name different containers.
    pub(super) disputed: bool,
    /// Its processes, the first of them first; never empty.
    pub(super) members: Vec<View>,
    /// Processes from outside, in its own namespaces.
    pub(super) guests: Vec<View>,
    /// The key of the container that it is nested in.
    pub(super) inside: Option<Key>,
}

impl Group {
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            path: None,
            service: None,
            disputed: false,
            members: Vec::new(),
            guests: Vec::new(),
            inside: None,
        }
    }

    /// Its first process.
    pub(super) fn first_pid(&self) -> Option<u32> {
        self.members.first().map(|first| first.pid)
    }

    /// The same group with its first process alone: what tells who it is.
    pub(super) fn head(&self) -> Self {
        Self {
            path: self.path.clone(),
            service: self.service.clone(),
            disputed: self.disputed,
            members: self.members.first().cloned().into_iter().collect(),
            ..Self::new(self.key.clone())
        }
    }
}

/// What each distinct cgroup file names.
pub(super) type Names = HashMap<Arc<[u8]>, Option<Arc<Named>>>;

/// The node's processes, each in its place.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The containers.
    pub(super) containers: BTreeMap<Key, Group>,
    /// What is in none.
    pub(super) host: Vec<View>,
}

/// Places every process.
pub(super) fn place(
    views: Vec<View>,
    host: &Host,
    confirmed: &Confirmed,
    firsts: &Firsts,
) -> Placed {
    let parents: HashMap<u32, u32> = views.iter().map(|v| (v.pid, v.parent)).collect();
    let mut names = Names::new();
    let told = prefixes(&views, confirmed);
    let mut placed = Placed::default();
    let mut rest = Vec::new();
    for view in views {
        let named = names
            .entry(view.cgroup.clone())
            .or_insert_with(|| paths::named(&view.cgroup).map(Arc::new))
            .clone();
        if view.kernel {
            placed.host.push(view);
        } else if let Some(named) = named {
            add(&mut placed, &named, 0, view);
        } else if let Some(prefix) = at_or_below(&told, paths::own(&view.cgroup)) {
            placed.group(Key::Cgroup(prefix)).members.push(view);
        } else {
            rest.push(view);
        }
    }
    nested::part(&mut placed, &names, firsts);
    shared::part(&mut placed, firsts);
    super::sandboxes::place(rest, host, &mut placed, &parents, firsts);
    super::helpers::join(&mut placed, confirmed);
    placed
}

impl Placed {
    /// The group of a key, made where there is none.
    pub(super) fn group(&mut self, key: Key) -> &mut Group {
        self.containers
            .entry(key)
            .or_insert_with_key(|key| Group::new(key.clone()))
    }
}

/// Puts a process into the container that its path names at one level of nesting.
pub(super) fn add(placed: &mut Placed, named: &Named, level: usize, view: View) {
    let Some(path) = named.chain.get(level) else {
        return;
    };
    let group = placed.group(Key::Cgroup(path.prefix.clone()));
    group.path.get_or_insert_with(|| path.clone());
    group.disputed |= named.disputed;
    group.members.push(view);
}

/// Cgroup paths that carry the id of a state's container, where no known layout does.
fn prefixes(views: &[View], confirmed: &Confirmed) -> Vec<Text> {
    let cgroups: HashMap<u32, &Arc<[u8]>> = views.iter().map(|v| (v.pid, &v.cgroup)).collect();
    let mut found: Vec<Text> = confirmed
        .firsts()
        .filter_map(|(pid, state)| {
            let own = paths::own(cgroups.get(&pid)?);
            paths::with_id(own, state.id.as_bytes())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The prefix that a path is at or below; prefixes are sorted.
fn at_or_below(prefixes: &[Text], path: &[u8]) -> Option<Text> {
    let mut end = path.len();
    loop {
        let part = Text::from(path.get(..end)?);
        if let Ok(at) = prefixes.binary_search(&part) {
            return prefixes.get(at).cloned();
        }
        end = path.get(..end)?.iter().rposition(|b| *b == b'/')?;
    }
}
