//! What each runtime fills in where a declaration leaves a choice to it.

use std::fmt;
use std::str::FromStr;

use crate::confinement::{CapabilitySet, Ignored, Manager, NamespaceRule};

/// A container runtime whose defaults are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuntimeName {
    /// containerd, by its CRI plugin.
    Containerd,
    /// CRI-O.
    Crio,
    /// Docker, also behind cri-dockerd.
    Docker,
}

impl RuntimeName {
    /// The runtime that was observed to manage a container, where its defaults are known.
    pub fn observed(manager: Option<Manager>) -> Option<Self> {
        match manager? {
            Manager::Containerd => Some(Self::Containerd),
            Manager::Crio => Some(Self::Crio),
            Manager::Docker => Some(Self::Docker),
            Manager::Podman | Manager::Lxc | Manager::Systemd | Manager::Buildah => None,
        }
    }

    /// The manager of containers that it is.
    pub fn manager(self) -> Manager {
        match self {
            Self::Containerd => Manager::Containerd,
            Self::Crio => Manager::Crio,
            Self::Docker => Manager::Docker,
        }
    }

    /// Its default capabilities.
    pub fn default_capabilities(self) -> CapabilitySet {
        match self {
            Self::Containerd | Self::Docker => CapabilitySet::DOCKER_DEFAULT,
            Self::Crio => CapabilitySet::CRIO_DEFAULT,
        }
    }

    /// The name it gives its default AppArmor profile (containerd `pkg/apparmor`, moby
    /// `profiles/apparmor`, CRI-O `internal/config/apparmor`).
    pub fn apparmor_profile(self) -> &'static str {
        match self {
            Self::Containerd => "cri-containerd.apparmor.d",
            Self::Crio => "crio-default",
            Self::Docker => "docker-default",
        }
    }

    /// The UTS namespace of a Pod with `hostNetwork`: CRI-O alone gives it its own.
    pub(super) fn uts_of_host_network(self) -> NamespaceRule {
        match self {
            Self::Containerd | Self::Docker => NamespaceRule::Host,
            Self::Crio => NamespaceRule::Own,
        }
    }

    /// Why it does not heed a capability spelled like this, where it does not.
    pub(super) fn ignores(self, spelling: &str) -> Option<Ignored> {
        let upper = spelling.to_ascii_uppercase();
        let bare = upper.strip_prefix("CAP_")?;
        match self {
            Self::Containerd => Some(Ignored {
                why: format!(
                    "containerd puts CAP_ before every name, and knows no CAP_{upper}: it is ignored without a word"
                ),
                mend: format!("write {bare}"),
            }),
            Self::Crio | Self::Docker if bare == "ALL" => Some(Ignored {
                why: format!("{self} knows ALL, and no capability CAP_ALL"),
                mend: String::from("write ALL"),
            }),
            Self::Crio | Self::Docker => None,
        }
    }
}

impl fmt::Display for RuntimeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Containerd => "containerd",
            Self::Crio => "cri-o",
            Self::Docker => "docker",
        })
    }
}

impl FromStr for RuntimeName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "containerd" => Ok(Self::Containerd),
            "cri-o" | "crio" => Ok(Self::Crio),
            "docker" => Ok(Self::Docker),
            _ => Err(format!(
                "runtime {name:?}: expected containerd, cri-o or docker"
            )),
        }
    }
}

/// Mount points that the kubelet and the runtimes add to every container.
pub(super) fn kubelet_mounts() -> Vec<&'static str> {
    [&ADDED[..], &["/var/run/secrets", "/etc/mtab"]].concat()
}

/// Mount points that Docker and Podman add to every container.
pub(super) fn engine_mounts() -> Vec<&'static str> {
    [&ADDED[..], &["/.dockerenv"]].concat()
}

/// Those that all of them add.
const ADDED: [&str; 8] = [
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/dev",
    "/proc",
    "/sys",
    "/run/.containerenv",
    "/run/secrets",
];
