//! One container of a node, as a sweep finds it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Confinement, Manager, NamespaceKind, Reading, Subject, Text};

/// The version of a container's record. Within one version fields are added, never renamed.
pub const CONTAINER_SCHEMA: &str = "amiconfined/container/v1";

/// One container of a node: one line of a sweep's NDJSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContainerRecord {
    /// Always [`CONTAINER_SCHEMA`].
    pub schema: String,
    /// This tool's version.
    pub tool_version: String,
    /// When it was seen: RFC 3339, UTC.
    pub time: String,
    /// The node's name.
    pub node: Reading<Text>,
    /// Which container.
    pub identity: ContainerIdentity,
    /// How many of its processes were seen.
    pub processes: u32,
    /// The confinement of its first process.
    pub confinement: Confinement,
    /// The id of the container that it runs inside, where it is a nested one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested_in: Option<Text>,
    /// Processes in it whose confinement differs from its first process's.
    pub deviations: Vec<Deviation>,
    /// Processes of the host, or of another container, inside its own namespaces.
    #[serde(default)]
    pub guests: Vec<Guest>,
    /// What the runtime was told, and what was declared, held against what is enforced:
    /// each control that differs or could not be observed.
    #[serde(default = "not_compared")]
    pub controls: Reading<Vec<Control>>,
    /// What kept it from being seen whole; empty when it was.
    pub half_seen: Vec<String>,
}

fn not_compared() -> Reading<Vec<Control>> {
    Reading::absent("not compared")
}

/// Which container, as the runtime's own state on disk has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContainerIdentity {
    /// The container's id, or what stands for it: a machine's or a service's name.
    pub id: Text,
    /// How it was recognised: its cgroup path, or the namespaces that it does not share with the node.
    pub recognised_by: Text,
    /// Who manages it.
    pub manager: Option<Manager>,
    /// What it is to its manager.
    pub kind: Reading<ContainerKind>,
    /// The Pod's namespace.
    pub pod_namespace: Reading<Text>,
    /// The Pod's name.
    pub pod_name: Reading<Text>,
    /// The Pod's uid.
    pub pod_uid: Reading<Text>,
    /// The container's name: in its Pod, or its manager's.
    pub container_name: Reading<Text>,
    /// The image it was made from, as the manager names it.
    pub image: Reading<Text>,
    /// How often it was restarted.
    pub restart: Reading<u32>,
    /// The OCI `config.json` that told the runtime what to do.
    pub bundle: Reading<Text>,
}

impl ContainerIdentity {
    /// Which container it is to declarations and findings, with control characters escaped.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let name = |reading: &Reading<Text>| reading.known().map(Text::escaped);
        Subject {
            namespace: name(&self.pod_namespace),
            pod: name(&self.pod_name),
            pod_is_prefix: false,
            uid: name(&self.pod_uid),
            container: name(&self.container_name),
            id: Some(self.id.escaped()),
        }
    }
}

/// What a container is to its manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerKind {
    /// Runs the work.
    Workload,
    /// Holds a Pod's namespaces (the pause container).
    Sandbox,
    /// A service of systemd that is run in a sandbox.
    Service,
    /// A sandbox that no runtime's state speaks of.
    Unmanaged,
    /// Processes of the node itself, in no container.
    Host,
}

/// A process whose confinement differs from its container's first process's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deviation {
    /// Its id in the sweep's pid namespace.
    pub pid: u32,
    /// Its name, chosen by itself.
    pub comm: Reading<Text>,
    /// Whether its parent is outside the container: it was put there, as `exec` does.
    #[serde(default)]
    pub entered: bool,
    /// Each thing that differs.
    pub differences: Vec<Difference>,
}

/// One thing that differs from the container's first process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What differs, such as `capabilities.effective`.
    pub what: String,
    /// The first process's value.
    pub first: String,
    /// This process's value.
    pub here: String,
}

/// A process that is not in the container, but in namespaces of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guest {
    /// Its id in the sweep's pid namespace.
    pub pid: u32,
    /// Its name, chosen by itself.
    pub comm: Reading<Text>,
    /// The container's namespaces that it is in.
    pub namespaces: Vec<NamespaceKind>,
    /// Its own cgroup path.
    pub cgroup: Text,
}

/// One control over its way: declared, told to the runtime, enforced by the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// The finding's stable id, such as `no-new-privs`.
    pub id: String,
    /// The setting, such as `allowPrivilegeEscalation`.
    pub control: String,
    /// `drift`, `unobserved` or `agreement`.
    pub kind: String,
    /// How much it weighs: `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// What was declared; `null` where no declaration speaks of it.
    pub declared: Option<String>,
    /// What `config.json` told the runtime; `null` where it does not speak of it.
    pub told: Option<String>,
    /// What the kernel enforces.
    pub enforced: String,
    /// The step at which the drift began, such as `told -> enforced`.
    pub began: Option<String>,
}
