//! A Pod of containerd's Container Runtime Interface, asked for as the kubelet does.

use std::path::Path;
use std::process::Command;

use super::arena::{Arena, must};
use super::engines::{Told, archive, beat};
use super::hostile::{NAME, SHOWN};

use api::{
    ContainerConfig, CreateContainerRequest, Id, LinuxContainerConfig,
    LinuxContainerSecurityContext, LinuxPodSandboxConfig, LinuxSandboxSecurityContext, Mount, Name,
    NamespaceOption, PodSandboxConfig, PodSandboxMetadata, RunPodSandboxRequest,
};
use call::call;

#[path = "../../../lab/runtimes/cri/api.rs"]
mod api;
#[path = "../../../lab/runtimes/cri/call.rs"]
mod call;

const SOCKET: &str = "/run/containerd/containerd.sock";

/// The image of both containers; what it runs is the sandbox's own.
pub(super) const IMAGE: &str = "localhost/pod:1";

const UID: &str = "1ab00000-0000-4000-8000-000000000002";

/// `NamespaceMode.CONTAINER` and `NODE`.
const CONTAINER: i32 = 1;
const NODE: i32 = 2;

/// The node's network: no plugin for another is needed.
fn namespaces() -> Option<NamespaceOption> {
    Some(NamespaceOption {
        network: NODE,
        pid: CONTAINER,
        ipc: 0,
    })
}

fn config() -> PodSandboxConfig {
    PodSandboxConfig {
        metadata: Some(PodSandboxMetadata {
            name: NAME.into(),
            uid: UID.into(),
            namespace: "shop".into(),
        }),
        linux: Some(LinuxPodSandboxConfig {
            cgroup_parent: format!("/sweep-kubepods/kubepods/besteffort/pod{UID}"),
            security_context: Some(LinuxSandboxSecurityContext {
                namespace_options: namespaces(),
                ..LinuxSandboxSecurityContext::default()
            }),
        }),
        ..PodSandboxConfig::default()
    }
}

fn ctr() -> Command {
    let mut command = Command::new("ctr");
    command.args(["--namespace", "k8s.io"]);
    command
}

/// What containerd's own client says of a container, and the Pod that was asked for.
fn told(runtime: &'static str, id: String) -> Result<Told, String> {
    let tasks = must(ctr().args(["task", "ls"]))?;
    let line = tasks.lines().find(|line| line.starts_with(&id));
    let pid = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    Ok(Told {
        id: Some(id),
        manager: Some("containerd"),
        pod: Some(["shop", SHOWN, UID]),
        ..Told::of(runtime, pid.ok_or(tasks)?)
    })
}

/// The Pod's sandbox, beside the containers of the daemon that runs already.
pub(super) fn sandbox(arena: &Arena) -> Result<Told, String> {
    let image = arena.path("pod.tar");
    let podman = || Command::new("podman");
    let runs = "CMD [\"/bin/sleep\", \"1000\"]";
    must(
        podman()
            .args(["import", "-q", "-c", runs])
            .arg(archive(arena)?)
            .arg(IMAGE),
    )?;
    must(podman().args(["save", "-q", "-o"]).arg(&image).arg(IMAGE))?;
    must(ctr().args(["image", "import"]).arg(&image))?;
    let request = RunPodSandboxRequest {
        config: Some(config()),
    };
    let sandbox: Id = call(Path::new(SOCKET), "RunPodSandbox", &request)?;
    std::fs::write(arena.path("sandbox"), &sandbox.id).map_err(|e| e.to_string())?;
    told("sandbox", sandbox.id)
}

/// The Pod's one container.
pub(super) fn container(arena: &Arena) -> Result<Told, String> {
    let pod = std::fs::read_to_string(arena.path("sandbox")).map_err(|e| e.to_string())?;
    let name = |name: &str| Some(Name { name: name.into() });
    let context = LinuxContainerSecurityContext {
        namespace_options: namespaces(),
        no_new_privs: true,
        ..LinuxContainerSecurityContext::default()
    };
    let container = ContainerConfig {
        metadata: name("web"),
        image: name(IMAGE),
        command: beat("cri"),
        mounts: vec![Mount {
            container_path: "/beat".into(),
            host_path: arena.path("beat").display().to_string(),
        }],
        linux: Some(LinuxContainerConfig {
            security_context: Some(context),
            ..LinuxContainerConfig::default()
        }),
        ..ContainerConfig::default()
    };
    let request = CreateContainerRequest {
        pod_sandbox_id: pod,
        config: Some(container),
        sandbox_config: Some(config()),
    };
    let created: Id = call(Path::new(SOCKET), "CreateContainer", &request)?;
    call::<Id>(Path::new(SOCKET), "StartContainer", &created)?;
    Ok(Told {
        name: Some("web".into()),
        image: Some(IMAGE.into()),
        ..told("cri", created.id)?
    })
}
