//! What bears on the question which runtime this is, gathered once.

use std::os::unix::ffi::OsStrExt;

use super::Observer;
use crate::confinement::{
    ContainerPath, Filesystem, Kernel, NamespaceKind, Namespaces, Protection, Text,
};

/// The most of an environment variable that is looked at.
const MAX_VALUE_BYTES: usize = 64;

/// The most ancestors that are gone through for the first of a pid namespace.
const MAX_ANCESTORS: usize = 64;

/// Where signs of a runtime are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// `/proc/PID/cgroup`.
    CgroupPath,
    /// The mount table.
    Mounts,
    /// The process's file tree.
    Files,
    /// `/proc/PID/environ`.
    Environment,
}

/// Everything that [`super::sandbox`] and [`super::kubernetes`] conclude from.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    /// The process under observation.
    pub(super) o: &'a Observer<'a>,
    /// Its namespaces.
    pub(super) namespaces: &'a Namespaces,
    /// Its file tree.
    pub(super) filesystem: &'a Filesystem,
    /// The kernel's own name.
    pub(super) kernel: Kernel,
    /// The container that a cgroup path or a cgroup mount names.
    pub(super) container: Option<ContainerPath>,
    /// Its environment, where it may be read.
    environment: Option<Vec<Vec<u8>>>,
}

impl<'a> Evidence<'a> {
    /// Gathers it.
    pub(super) fn gather(
        o: &'a Observer<'a>,
        namespaces: &'a Namespaces,
        filesystem: &'a Filesystem,
    ) -> Self {
        Self {
            container: container(o),
            environment: environment(o),
            kernel: super::kernel::kernel(o),
            o,
            namespaces,
            filesystem,
        }
    }

    /// The start of an environment variable's value.
    pub(super) fn env(&self, name: &str) -> Option<&[u8]> {
        self.environment.iter().flatten().find_map(|entry| {
            let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            value.get(..value.len().min(MAX_VALUE_BYTES))
        })
    }

    /// That there is no sign of some kinds, each called by its name; a kind whose place may not
    /// be read is told as that.
    pub(super) fn no_sign(&self, kinds: &[(&str, Place)], ending: &str) -> Vec<String> {
        let read = |place: Place| match place {
            Place::CgroupPath => super::cgroup::paths(self.o).known().is_some(),
            Place::Mounts => self.o.mounts().is_ok(),
            Place::Files => self.o.files.dir().is_ok(),
            Place::Environment => self.environment.is_some(),
        };
        let (looked, unseen): (Vec<_>, Vec<_>) = kinds.iter().partition(|(_, place)| read(*place));
        let names = |kinds: Vec<&(&str, Place)>, last: &str| {
            let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
            match names.split_last() {
                Some((end, rest)) if !rest.is_empty() => format!("{}{last}{end}", rest.join(", ")),
                Some((only, _)) => (*only).to_owned(),
                None => String::new(),
            }
        };
        let mut said = Vec::new();
        if !looked.is_empty() {
            said.push(format!("no {} {ending}", names(looked, " or ")));
        }
        if !unseen.is_empty() {
            said.push(format!("could not be looked for: {}", names(unseen, ", ")));
        }
        said
    }

    /// Whether there is such a file in the process's tree.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.o.stat(path.as_bytes()).is_ok()
    }

    /// The first mount whose root, source or file system's options contain a word, and which.
    pub(super) fn mount_with(&self, word: &str) -> Option<Text> {
        let contains = |text: &Text| {
            let bytes = text.as_bytes();
            bytes.windows(word.len()).any(|w| w == word.as_bytes())
        };
        self.o
            .mounts()
            .iter()
            .flat_map(|m| m.iter())
            .find_map(|entry| {
                let mount = &entry.mount;
                [&mount.root, &mount.source, &entry.super_options]
                    .into_iter()
                    .any(contains)
                    .then(|| mount.mount_point.clone())
            })
    }

    /// Whether there is a mount at a path.
    pub(super) fn mount_at(&self, path: &str) -> bool {
        let mut mounts = self.o.mounts().iter().flat_map(|m| m.iter());
        mounts.any(|entry| entry.mount.mount_point == *path)
    }

    /// Whether every namespace is known to be the machine's initial one.
    pub(super) fn all_initial(&self) -> bool {
        self.namespaces.namespaces.iter().all(|n| match &n.initial {
            crate::confinement::Reading::Known(initial) => initial.initial,
            crate::confinement::Reading::Absent { .. } => true,
            crate::confinement::Reading::Denied(_) => false,
        })
    }

    /// The kinds of namespace that are known not to be the initial ones.
    pub(super) fn own_namespaces(&self) -> Vec<NamespaceKind> {
        let own =
            |n: &&crate::confinement::Namespace| n.initial.known().is_some_and(|i| !i.initial);
        self.namespaces
            .namespaces
            .iter()
            .filter(own)
            .map(|n| n.kind)
            .collect()
    }

    /// Whether the root directory is one that a runtime put together, rather than a whole
    /// file system of a disk. A machine whose own tree was made from an image keeps the
    /// image's `/.dockerenv`, which then says nothing.
    pub(super) fn root_is_made(&self) -> bool {
        self.filesystem.root.known().is_some_and(|root| {
            let stacked = ["overlay", "aufs", "fuse.fuse-overlayfs", "zfs"];
            root.root != *"/" || stacked.iter().any(|fstype| root.fstype == **fstype)
        })
    }

    /// How many of the paths that OCI runtimes mask are masked.
    pub(super) fn masked_paths(&self) -> usize {
        let masked = |p: &&crate::confinement::ProtectedPath| p.state.is(&Protection::Masked);
        self.filesystem.masked.iter().filter(masked).count()
    }

    /// The name of the first process of the pid namespace, found among the ancestors where
    /// the process is seen from another one. None where that is the machine's own.
    pub(super) fn pid1_comm(&self) -> Option<Text> {
        if self.o.options.target.is_self {
            return Some(self.o.proc.read("1/comm").ok()?.trim_ascii_end().into());
        }
        let mut pid = self.o.options.target.pid;
        if let Some([outer, .., 1]) = self.namespaces.pids.known().map(Vec::as_slice)
            && *outer != 1
            && pid != 1
        {
            return Some(self.o.pid_dir.read("comm").ok()?.trim_ascii_end().into());
        }
        let field = |status: &[u8], name: &str| {
            let mut lines = status.split(|b| *b == b'\n');
            let value = lines.find_map(|l| l.strip_prefix(name.as_bytes()))?;
            Some(std::str::from_utf8(value).ok()?.trim().to_owned())
        };
        let mut dir = self.o.proc.below(&pid.to_string());
        for _ in 0..MAX_ANCESTORS {
            let status = dir.read("status").ok()?;
            let ids = field(&status, "NSpid:")?;
            let mut ids = ids.split_ascii_whitespace();
            let outer = ids.next()?;
            if ids.next_back().or(Some(outer)) == Some("1") {
                let first = outer == "1" || pid == 1;
                let comm = dir.read("comm").ok()?;
                return (!first).then(|| comm.trim_ascii_end().into());
            }
            let parent = field(&status, "PPid:")?;
            pid = parent.parse().ok()?;
            let above = self.o.proc.below(&parent);
            // While its child has it as its parent still, the number was nobody else's.
            if field(&dir.read("status").ok()?, "PPid:")? != parent {
                return None;
            }
            dir = above;
        }
        None
    }
}

fn environment(o: &Observer<'_>) -> Option<Vec<Vec<u8>>> {
    if o.is_live_self() {
        let own = std::env::vars_os();
        let own = own.map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat());
        return Some(own.collect());
    }
    let bytes = o.pid_dir.read("environ").ok()?;
    Some(bytes.split(|b| *b == 0).map(<[u8]>::to_vec).collect())
}

/// From `/proc/PID/cgroup`; inside a cgroup namespace from what is mounted of cgroupfs.
fn container(o: &Observer<'_>) -> Option<ContainerPath> {
    let paths = super::cgroup::paths(o);
    let by_path = paths
        .known()
        .into_iter()
        .flatten()
        .find_map(|p| ContainerPath::parse(p.path.as_bytes()));
    by_path.or_else(|| {
        let mounts = o.mounts().as_ref().ok()?;
        mounts
            .iter()
            .filter(|e| e.mount.fstype == *"cgroup" || e.mount.fstype == *"cgroup2")
            .find_map(|e| ContainerPath::parse(e.mount.root.as_bytes()))
    })
}
