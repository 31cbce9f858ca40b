//! One way to start a container, and what must then be seen.

use serde_json::{Value, json};

use super::Tongue;

/// One way to start a container.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Its name in the table and in `SETTING=`.
    pub(crate) name: String,
    /// JSON pointers into config.json and what is put there; none where OCI cannot say it.
    pub(super) edits: Option<Vec<(&'static str, Value)>>,
    /// Namespace types that are left to the host's.
    shares: Vec<&'static str>,
    /// Arguments in the other tongues.
    pub(super) flags: Vec<(Tongue, String)>,
    /// A seccomp profile in the form that OCI and Docker have in common.
    pub(crate) profile: Option<Value>,
    /// How many filters more than one the same profile is stacked to.
    pub(crate) stacked: u32,
    /// How often the container's own entrypoint adds [`entry`] to its filters.
    pub(crate) entry: u32,
    /// JSON pointers into `confinement` and what must be there, whichever the runtime.
    pub(crate) wants: Vec<(&'static str, Value)>,
    /// Ids of findings that `compare` must have, of what is told and has no effect.
    pub(crate) drifts: Vec<&'static str>,
    /// Ids of findings of `compare` and words of what they say is so.
    pub(crate) says: Vec<(&'static str, &'static str)>,
    /// The strictest level of the Pod Security Standards that `check` must say it keeps.
    pub(crate) keeps: Option<&'static str>,
    /// Syscalls of the native ABI and the answer that the probe must have.
    pub(crate) verdicts: Vec<(&'static str, &'static str)>,
    /// The last words of what the report must warn of: a foreign ABI that lets through what the native one stops.
    pub(crate) warns: Option<&'static str>,
    /// The one runtime that the row is about, where a tongue is that of several.
    pub(crate) only: Option<&'static str>,
    /// Runs in `make test` with every runtime that knows it; else with runc alone.
    pub(crate) quick: bool,
}

/// A row that nobody knows yet.
pub(super) fn row(name: &str) -> Setting {
    Setting {
        name: name.to_owned(),
        edits: None,
        shares: Vec::new(),
        flags: Vec::new(),
        profile: None,
        stacked: 1,
        entry: 0,
        wants: Vec::new(),
        drifts: Vec::new(),
        says: Vec::new(),
        keeps: None,
        verdicts: Vec::new(),
        warns: None,
        only: None,
        quick: true,
    }
}

impl Setting {
    /// An edit of `config.json`.
    pub(super) fn oci(mut self, pointer: &'static str, value: Value) -> Self {
        self.edits.get_or_insert_default().push((pointer, value));
        self
    }

    /// Arguments for one runtime.
    pub(super) fn flags(mut self, tongue: Tongue, words: &str) -> Self {
        self.flags.retain(|(known, _)| *known != tongue);
        self.flags.push((tongue, words.to_owned()));
        self
    }

    /// Arguments that docker and podman, as root and as a user, have in common.
    pub(super) fn engines(self, words: &str) -> Self {
        self.flags(Tongue::Docker, words)
            .flags(Tongue::Remapped, words)
            .flags(Tongue::Podman, words)
            .flags(Tongue::Rootless, words)
    }

    /// What the report must say.
    pub(super) fn wants(mut self, pointer: &'static str, value: Value) -> Self {
        self.wants.push((pointer, value));
        self
    }

    /// Whether a namespace is the machine's initial one. Network, mount and uts namespaces
    /// never are: the lab is in its own.
    pub(super) fn initial(self, kind: &str, initial: bool) -> Self {
        let pointer = match kind {
            "cgroup" => "/namespaces/namespaces/0/initial/known/initial",
            "ipc" => "/namespaces/namespaces/1/initial/known/initial",
            "pid" => "/namespaces/namespaces/4/initial/known/initial",
            "user" => "/namespaces/namespaces/6/initial/known/initial",
            other => panic!("no such namespace: {other}"),
        };
        self.wants(pointer, json!(initial))
    }

    /// What the probe must be answered for a syscall of the native ABI.
    pub(super) fn verdict(mut self, syscall: &'static str, answer: &'static str) -> Self {
        self.verdicts.push((syscall, answer));
        self
    }

    /// What `compare` must find: it is told, and has no effect.
    pub(super) fn drifts(mut self, id: &'static str) -> Self {
        self.drifts.push(id);
        self
    }

    /// What `compare` must say of what is.
    pub(super) fn says(mut self, id: &'static str, words: &'static str) -> Self {
        self.says.push((id, words));
        self
    }

    /// A namespace type, in OCI's words, that is the host's.
    pub(super) fn shares(mut self, kind: &'static str) -> Self {
        self.edits.get_or_insert_default();
        self.shares.push(kind);
        self
    }

    /// gVisor knows it as well.
    pub(super) fn gvisor(self) -> Self {
        self.flags(Tongue::Gvisor, "")
    }

    /// What these do without a word.
    pub(super) fn plain(self, tongues: &[Tongue]) -> Self {
        let without = |setting: Self, tongue: &Tongue| setting.flags(*tongue, "");
        tongues.iter().fold(self, without)
    }

    /// Takes it back from some.
    pub(super) fn without(mut self, tongues: &[Tongue]) -> Self {
        self.flags.retain(|(tongue, _)| !tongues.contains(tongue));
        self
    }

    /// About one runtime alone.
    pub(super) fn only(mut self, runtime: &'static str) -> Self {
        self.only = Some(runtime);
        self
    }

    /// Left to the full run, but for runc.
    pub(super) fn slow(mut self) -> Self {
        self.quick = false;
        self
    }

    /// Its arguments in a tongue; none where it cannot be said in it.
    pub(crate) fn told(&self, tongue: Tongue) -> Option<Vec<&str>> {
        if tongue == Tongue::Oci {
            return self.edits.is_some().then(Vec::new);
        }
        let (_, words) = self.flags.iter().find(|(t, _)| *t == tongue)?;
        let lines = tongue == Tongue::Lxc;
        let parts = words.split(move |c: char| if lines { c == ';' } else { c == ' ' });
        Some(parts.filter(|w| !w.is_empty()).collect())
    }

    /// Puts this setting into a `config.json`.
    pub(crate) fn apply(&self, config: &mut Value) {
        for (pointer, value) in self.edits.iter().flatten() {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            match config.pointer_mut(parent).unwrap() {
                Value::Array(list) => list.push(value.clone()),
                parent => parent[key] = value.clone(),
            }
        }
        if let Some(profile) = &self.profile {
            config["linux"]["seccomp"] = profile.clone();
        }
        for kind in &self.shares {
            let spaces = config["linux"]["namespaces"].as_array_mut().unwrap();
            spaces.retain(|n| n["type"] != json!(kind));
        }
        if self.shares.contains(&"uts") {
            config.as_object_mut().unwrap().remove("hostname");
        }
    }
}
