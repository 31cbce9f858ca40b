//! Which container runtime or sandbox this is, with the evidence for the claim.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// What the process runs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Runtime {
    /// What isolates the process: the strongest claim that evidence bears.
    pub sandbox: Claim<Sandbox>,
    /// What manages it, where anything shows it.
    pub manager: Claim<Manager>,
    /// The container's id, where its cgroup path or mounts show it.
    pub container_id: Reading<Text>,
    /// Kubernetes identity, where the container can see it.
    pub kubernetes: Claim<bool>,
    /// Name of the Pod.
    pub pod_name: Reading<Text>,
    /// Namespace of the Pod.
    pub pod_namespace: Reading<Text>,
    /// Uid of the Pod.
    pub pod_uid: Reading<Text>,
}

/// A conclusion with what it rests on. `None` as value is "unknown", and the evidence says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim<T> {
    /// The conclusion; `null` where the evidence bears none.
    pub value: Option<T>,
    /// What was seen.
    pub evidence: Vec<String>,
}

/// What isolates the process from the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sandbox {
    /// Nothing: the machine's own namespaces.
    None,
    /// An OCI runtime that uses the machine's kernel: runc, crun, youki.
    RuncLike,
    /// gVisor's user-space kernel.
    Gvisor,
    /// A Kata Containers virtual machine.
    Kata,
    /// A Firecracker virtual machine.
    Firecracker,
    /// systemd-nspawn.
    Nspawn,
    /// LXC or LXD.
    Lxc,
    /// bubblewrap, also as Flatpak uses it.
    Bubblewrap,
    /// firejail.
    Firejail,
    /// nsjail.
    Nsjail,
    /// Own namespaces, made by something that leaves no name.
    Namespaces,
}

impl Sandbox {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "the machine's own namespaces",
            Self::RuncLike => "a runtime such as runc, on the machine's kernel",
            Self::Gvisor => "gVisor",
            Self::Kata => "a virtual machine of Kata Containers",
            Self::Firecracker => "a virtual machine of Firecracker",
            Self::Nspawn => "systemd-nspawn",
            Self::Lxc => "LXC",
            Self::Bubblewrap => "bubblewrap",
            Self::Firejail => "firejail",
            Self::Nsjail => "nsjail",
            Self::Namespaces => "namespaces of its own",
        }
    }
}

/// What manages the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Manager {
    /// Docker.
    Docker,
    /// containerd.
    Containerd,
    /// CRI-O.
    Crio,
    /// Podman.
    Podman,
    /// LXC.
    Lxc,
    /// systemd-machined or systemd-nspawn.
    Systemd,
    /// Buildah.
    Buildah,
}

impl Manager {
    /// Its own name, as it writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "Docker",
            Self::Containerd => "containerd",
            Self::Crio => "CRI-O",
            Self::Podman => "Podman",
            Self::Lxc => "LXC",
            Self::Systemd => "systemd",
            Self::Buildah => "Buildah",
        }
    }
}
