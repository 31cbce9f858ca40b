//! The columns of a table of containers.

use std::fmt;
use std::str::FromStr;

/// A column of a table of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The node.
    Node,
    /// The Pod's namespace.
    Namespace,
    /// The Pod.
    Pod,
    /// The container's name, or its id where it has none.
    Container,
    /// The container's id, shortened.
    Id,
    /// Who manages it.
    Manager,
    /// Workload, sandbox, service, unmanaged or host.
    Kind,
    /// The image.
    Image,
    /// Processes that were seen.
    Processes,
    /// Restarts.
    Restarts,
    /// Effective uid of its first process, as the node counts.
    User,
    /// Whether it has a user namespace of its own.
    UserNamespace,
    /// Effective capabilities, and how many are beyond Docker's default.
    Capabilities,
    /// Whether no_new_privs is on.
    NoNewPrivs,
    /// Its seccomp mode.
    Seccomp,
    /// Its AppArmor profile or SELinux context.
    SecurityModule,
    /// Namespaces that it shares with the node.
    HostNamespaces,
    /// Whether its root is read-only.
    RootFilesystem,
    /// How much stands out.
    StandsOut,
    /// Controls that are not enforced as declared or told.
    Drifts,
    /// Processes that differ from its first one.
    Deviations,
    /// Processes of others in its namespaces.
    Guests,
    /// Whether it was seen whole.
    Seen,
}

impl Column {
    /// All, in the order in which a wide table has them.
    pub const ALL: [Self; 23] = [
        Self::Node,
        Self::Namespace,
        Self::Pod,
        Self::Container,
        Self::Id,
        Self::Manager,
        Self::Kind,
        Self::Image,
        Self::Processes,
        Self::Restarts,
        Self::User,
        Self::UserNamespace,
        Self::Capabilities,
        Self::NoNewPrivs,
        Self::Seccomp,
        Self::SecurityModule,
        Self::HostNamespaces,
        Self::RootFilesystem,
        Self::StandsOut,
        Self::Drifts,
        Self::Deviations,
        Self::Guests,
        Self::Seen,
    ];

    /// What is shown where nothing else is asked for.
    pub const USUAL: [Self; 12] = [
        Self::Namespace,
        Self::Pod,
        Self::Container,
        Self::Manager,
        Self::User,
        Self::Capabilities,
        Self::NoNewPrivs,
        Self::Seccomp,
        Self::SecurityModule,
        Self::HostNamespaces,
        Self::StandsOut,
        Self::Drifts,
    ];

    /// Its name, as options and headings have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Namespace => "namespace",
            Self::Pod => "pod",
            Self::Container => "container",
            Self::Id => "id",
            Self::Manager => "manager",
            Self::Kind => "kind",
            Self::Image => "image",
            Self::Processes => "processes",
            Self::Restarts => "restarts",
            Self::User => "uid",
            Self::UserNamespace => "userns",
            Self::Capabilities => "capabilities",
            Self::NoNewPrivs => "nnp",
            Self::Seccomp => "seccomp",
            Self::SecurityModule => "lsm",
            Self::HostNamespaces => "host-namespaces",
            Self::RootFilesystem => "root",
            Self::StandsOut => "stands-out",
            Self::Drifts => "drifts",
            Self::Deviations => "deviations",
            Self::Guests => "guests",
            Self::Seen => "seen",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Column {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|column| column.name() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("column {name:?}: expected one of {names}")
            })
    }
}
