//! Who a container is, from its runtime's own state on disk.

use crate::confinement::{
    ContainerIdentity, ContainerKind, ContainerPath, Manager, NamespaceKind, Reading, Text,
};
use crate::observe::ProcRoot;

use super::annotations::{from_annotations, from_bundle};
use super::place::{Group, Key};
use super::state::{Confirmed, State, States};
use super::storage::Storage;

/// What identities are read from.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    /// The node's `/proc`.
    pub(super) proc: &'a ProcRoot,
    /// The node's root directory.
    pub(super) root: &'a ProcRoot,
    /// All states.
    pub(super) states: &'a States,
    /// Those that hold.
    pub(super) confirmed: &'a Confirmed,
    /// What containers/storage calls its containers.
    pub(super) storage: Storage,
}

impl<'a> Sources<'a> {
    /// The same for another thread.
    pub(super) fn again(&self) -> Self {
        Self {
            storage: Storage::default(),
            ..*self
        }
    }
}

/// A container's identity, and what cannot be told of it.
#[derive(Debug)]
pub(super) struct Identified {
    /// The identity.
    pub(super) identity: ContainerIdentity,
    /// Its `config.json`, where there is one.
    pub(super) config: Option<Vec<u8>>,
    /// What is doubtful.
    pub(super) doubts: Vec<String>,
    /// What isolates it, where a state says so.
    pub(super) sandbox: Option<(crate::confinement::Sandbox, Text)>,
}

/// Finds who a container is.
pub(super) fn identify(group: &Group, sources: &mut Sources<'_>) -> Identified {
    let first = group.members.first().map_or(0, |first| first.pid);
    let states = sources.confirmed.of_pid(first);
    let path_id = group.path.as_ref().map(|path| &path.id);
    let of_path: Vec<&State> = states
        .iter()
        .filter(|state| path_id == Some(&state.id))
        .collect();
    let said: Vec<&State> = if of_path.is_empty() {
        states.iter().collect()
    } else {
        of_path
    };
    let mut identity = unnamed(group, sources.states);
    let mut doubts = doubts(group, &said, first, sources.states);
    if let Some(first) = group.members.first() {
        super::lxc::name(&mut identity, sources.proc, first);
    }
    let trusted = doubts.is_empty() || !said.is_empty();
    if group.disputed {
        doubts.push("cgroup hierarchies name different containers: what most name counts".into());
    }
    if !trusted {
        withhold(&mut identity);
        return Identified {
            identity,
            config: None,
            doubts,
            sandbox: None,
        };
    }
    let mut sandbox = None;
    let mut config = None;
    for state in said {
        from_state(&mut identity, state);
        if let Some(found) = state.sandbox {
            sandbox.get_or_insert((found, state.file.clone()));
        }
        let Some(bundle) = state.bundle.as_ref().filter(|_| config.is_none()) else {
            continue;
        };
        let path = [bundle.as_bytes(), b"/config.json"].concat();
        match sources.root.read(&path) {
            Ok(bytes) => {
                identity.bundle = Reading::Known(path.into());
                from_bundle(&mut identity, &bytes);
                config = Some(bytes);
            }
            Err(error) => {
                identity.bundle = error.denied("the bundle that the runtime's state names");
            }
        }
        sources.storage.names(sources.root, bundle, &mut identity);
    }
    super::restarts::from_logs(&mut identity, sources.root);
    Identified {
        identity,
        config,
        doubts,
        sandbox,
    }
}

/// Why the name in a cgroup path may not be the container's own.
fn doubts(group: &Group, said: &[&State], first: u32, states: &States) -> Vec<String> {
    let Some(path) = &group.path else {
        return Vec::new();
    };
    if let Some(state) = said.first() {
        if said.iter().any(|state| state.id == path.id) {
            return Vec::new();
        }
        return vec![format!(
            "the cgroup path names container {}, but {} says that process {first} is the first of {}",
            path.id, state.file, state.id
        )];
    }
    match states.first_of(&path.id) {
        Some(pid) if pid != first => vec![format!(
            "the cgroup path names container {}, whose own state names process {pid} as its first; \
             {first} is not, and the names are withheld",
            path.id
        )],
        _ => Vec::new(),
    }
}

/// An identity of which only what the cgroup path says is known.
fn unnamed(group: &Group, states: &States) -> ContainerIdentity {
    let path = group.path.as_ref();
    ContainerIdentity {
        id: match (&group.key, path, &group.service) {
            (_, Some(path), _) => path.id.clone(),
            (_, _, Some(service)) => service.clone(),
            (Key::Cgroup(path) | Key::Service(path) | Key::Shared(path, _), _, _) => path.clone(),
            (Key::Namespace(kind, inode), _, _) => format!("{kind}:[{inode}]").into(),
            (Key::Below(pid), _, _) => format!("pid:{pid}").into(),
        },
        recognised_by: recognised_by(&group.key).into(),
        manager: path
            .and_then(|path| path.manager)
            .or(group.service.is_some().then_some(Manager::Systemd)),
        kind: kind(group, states),
        pod_namespace: states.nothing(),
        pod_name: states.nothing(),
        pod_uid: match path.and_then(|path| path.pod_uid.clone()) {
            Some(uid) => Reading::Known(uid),
            None => states.nothing(),
        },
        container_name: match by_name(path).or(group.service.as_ref()) {
            Some(name) => Reading::Known(name.clone()),
            None => states.nothing(),
        },
        image: states.nothing(),
        restart: states.nothing(),
        bundle: states.nothing(),
    }
}

/// LXC and systemd go by names.
fn by_name(path: Option<&ContainerPath>) -> Option<&Text> {
    let named =
        |path: &&ContainerPath| matches!(path.manager, Some(Manager::Lxc | Manager::Systemd));
    path.filter(named).map(|path| &path.id)
}

fn kind(group: &Group, states: &States) -> Reading<ContainerKind> {
    match &group.key {
        Key::Service(_) => Reading::Known(ContainerKind::Service),
        // A manager's state that may not be read may be this one's.
        Key::Namespace(..) | Key::Below(_) => match states.nothing() {
            Reading::Absent { .. } => Reading::Known(ContainerKind::Unmanaged),
            denied => denied,
        },
        _ if by_name(group.path.as_ref()).is_some() => Reading::Known(ContainerKind::Workload),
        Key::Cgroup(_) | Key::Shared(..) => states.nothing(),
    }
}

fn recognised_by(key: &Key) -> String {
    let node = |kind: NamespaceKind| format!("which is not the node's {kind} namespace");
    match key {
        Key::Cgroup(path) => format!("cgroup path {path}"),
        Key::Service(path) => format!("cgroup path {path}, of a service that is confined"),
        Key::Namespace(kind, inode) => format!("{kind}:[{inode}], {}", node(*kind)),
        Key::Below(pid) => {
            format!("a pid namespace below the node's, with process {pid} as its first")
        }
        Key::Shared(path, inode) => {
            format!("mnt:[{inode}], in the cgroup {path} that another container is in")
        }
    }
}

/// Takes back what only the cgroup path says.
fn withhold(identity: &mut ContainerIdentity) {
    const WHY: &str =
        "withheld: the cgroup path names a container whose first process is another one";
    identity.pod_uid = Reading::absent(WHY);
    identity.pod_name = Reading::absent(WHY);
    identity.pod_namespace = Reading::absent(WHY);
    identity.container_name = Reading::absent(WHY);
    identity.image = Reading::absent(WHY);
    identity.bundle = Reading::absent(WHY);
    identity.restart = Reading::absent(WHY);
    identity.manager = None;
    identity.id = [b"unconfirmed:", identity.recognised_by.as_bytes()]
        .concat()
        .into();
}

fn from_state(identity: &mut ContainerIdentity, state: &State) {
    if !state.id.as_bytes().is_empty() {
        identity.id = state.id.clone();
    }
    identity.manager = state.manager.or(identity.manager);
    if identity
        .kind
        .known()
        .is_none_or(|k| *k == ContainerKind::Unmanaged)
    {
        identity.kind = Reading::Known(ContainerKind::Workload);
    }
    if let Some(name) = &state.name {
        identity.container_name = Reading::Known(name.clone());
    }
    if let Some(image) = &state.image {
        identity.image = Reading::Known(image.clone());
    }
    if let Some(restart) = state.restart {
        identity.restart = Reading::Known(restart);
    }
    from_annotations(identity, &state.labels);
}
