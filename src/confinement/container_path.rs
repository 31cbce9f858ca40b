//! What a cgroup path says of the container that made it.

use super::{Manager, Text};

/// The container that a cgroup path names.
///
/// A path is a name that whoever may create cgroups chose: it identifies a
/// container among a node's, and proves nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPath {
    /// The runtime that names its cgroups so; `None` where several do.
    pub manager: Option<Manager>,
    /// The container's id (or LXC's and nspawn's name), as the path has it.
    pub id: Text,
    /// The Pod's uid, dashes restored where the systemd driver replaced them.
    pub pod_uid: Option<Text>,
    /// The path up to and with the container's own component: processes below it
    /// (an inner init system, nested containers) belong to it.
    pub prefix: Text,
}

impl ContainerPath {
    /// Reads a path of `/proc/PID/cgroup`; the outermost container that it names wins,
    /// since a container can create what it likes below its own cgroup.
    ///
    /// `None` for a path that names no container.
    ///
    /// ```
    /// use amiconfined::confinement::ContainerPath;
    /// let id = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";
    /// let path = format!("/kubepods/besteffort/pod84189a4a/{id}");
    /// let found = ContainerPath::parse(path.as_bytes()).unwrap();
    /// assert_eq!(found.id.to_string(), id);
    /// assert_eq!(found.pod_uid.unwrap().to_string(), "84189a4a");
    /// ```
    pub fn parse(path: &[u8]) -> Option<Self> {
        let mut pod_uid = None;
        let mut parent: &[u8] = b"";
        let mut end = 0;
        for component in path.split(|b| *b == b'/') {
            end += component.len();
            if let Some(uid) = pod_component(component, parent) {
                pod_uid = Some(uid);
            } else if let Some((manager, id)) = container_component(component, parent) {
                return Some(Self {
                    manager,
                    id: id.into(),
                    pod_uid,
                    prefix: path.get(..end)?.into(),
                });
            }
            end += 1; // the slash
            if !component.is_empty() {
                parent = component;
            }
        }
        None
    }
}

/// The Pod's uid of `pod<uid>` below `kubepods`, or of `kubepods-<qos>-pod<uid>.slice`;
/// with the kubelet's `--cgroup-root` its name comes before (`kubelet-kubepods-…` in kind).
fn pod_component(component: &[u8], parent: &[u8]) -> Option<Text> {
    let below = component
        .windows(b"kubepods-".len())
        .position(|w| w == b"kubepods-")
        .filter(|at| *at == 0 || component.get(at - 1) == Some(&b'-'));
    if let Some(slice) = below
        .and_then(|at| component.get(at + b"kubepods-".len()..))
        .and_then(|c| c.strip_suffix(b".slice"))
    {
        let at = slice.windows(3).position(|w| w == b"pod")?;
        let uid: Vec<u8> = slice
            .get(at + 3..)?
            .iter()
            .map(|b| if *b == b'_' { b'-' } else { *b })
            .collect();
        return Some(uid.into());
    }
    let below_kubepods = matches!(parent, b"kubepods" | b"besteffort" | b"burstable");
    component
        .strip_prefix(b"pod")
        .filter(|_| below_kubepods)
        .map(Text::from)
}

/// The manager and id that one component of a path names.
fn container_component<'a>(
    component: &'a [u8],
    parent: &[u8],
) -> Option<(Option<Manager>, &'a [u8])> {
    let name = component.strip_suffix(b".scope").unwrap_or(component);
    let prefixed = [
        (&b"cri-containerd-"[..], Manager::Containerd),
        (b"crio-", Manager::Crio),
        (b"docker-", Manager::Docker),
        (b"libpod-", Manager::Podman),
    ];
    for (prefix, manager) in prefixed {
        if let Some(id) = name.strip_prefix(prefix).filter(|id| is_id(id)) {
            return Some((Some(manager), id));
        }
    }
    if let Some(machine) = name
        .strip_prefix(b"machine-")
        .filter(|_| parent == b"machine.slice")
    {
        return Some((Some(Manager::Systemd), machine));
    }
    if let Some(machine) = component
        .strip_prefix(b"systemd-nspawn@")
        .and_then(|unit| unit.strip_suffix(b".service"))
        .filter(|_| parent == b"machine.slice")
    {
        return Some((Some(Manager::Systemd), machine));
    }
    for prefix in [&b"lxc.payload."[..], b"lxc.payload/"] {
        if let Some(name) = name.strip_prefix(prefix) {
            return Some((Some(Manager::Lxc), name));
        }
    }
    match parent {
        b"docker" if is_id(name) => Some((Some(Manager::Docker), name)),
        b"lxc" | b"lxc.payload" if !name.is_empty() => Some((Some(Manager::Lxc), name)),
        b"libpod_parent" if is_id(name) => Some((Some(Manager::Podman), name)),
        // Bare ids: containerd below kubepods and its own namespaces, cri-dockerd, podman's cgroupfs driver.
        _ if is_id(name) => Some((None, name)),
        _ => None,
    }
}

/// Whether it looks like the id that container runtimes give: 64 hexadecimal digits.
fn is_id(name: &[u8]) -> bool {
    name.len() == 64 && name.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";

    fn parse(path: &str) -> Option<(Option<Manager>, String, Option<String>)> {
        let path = path.replace("ID", ID);
        ContainerPath::parse(path.as_bytes()).map(|c| {
            (
                c.manager,
                c.id.to_string(),
                c.pod_uid.map(|u| u.to_string()),
            )
        })
    }

    #[test]
    fn every_known_layout_is_read() {
        let id = || ID.to_owned();
        let uid = || Some("6860f1f5-c2e2".to_owned());
        for (path, manager, pod_uid) in [
            ("/docker/ID", Some(Manager::Docker), None),
            ("/system.slice/docker-ID.scope", Some(Manager::Docker), None),
            ("/kubepods/burstable/pod6860f1f5-c2e2/ID", None, uid()),
            (
                "/kubepods/pod6860f1f5-c2e2/crio-ID",
                Some(Manager::Crio),
                uid(),
            ),
            (
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6860f1f5_c2e2.slice/cri-containerd-ID.scope",
                Some(Manager::Containerd),
                uid(),
            ),
            (
                "/machine.slice/libpod-ID.scope/container",
                Some(Manager::Podman),
                None,
            ),
            ("/libpod_parent/libpod-ID", Some(Manager::Podman), None),
            ("/default/ID", None, None),
        ] {
            assert_eq!(parse(path), Some((manager, id(), pod_uid)), "{path}");
        }
    }

    #[test]
    fn monitors_and_plain_slices_are_no_containers() {
        for path in [
            "/",
            "/system.slice/sshd.service",
            "/crio-conmon-ID",
            "/libpod-conmon-ID.scope",
        ] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    #[test]
    fn the_outermost_container_wins_over_what_it_created_inside() {
        let inner = "a".repeat(64);
        let path = format!("/docker/{ID}/docker/{inner}");
        let found = ContainerPath::parse(path.as_bytes()).unwrap();
        assert_eq!(found.id.to_string(), ID);
        assert_eq!(found.prefix.to_string(), format!("/docker/{ID}"));
    }

    proptest! {
        #[test]
        fn no_path_panics(path in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(found) = ContainerPath::parse(&path) {
                prop_assert!(path.starts_with(found.prefix.as_bytes()));
            }
        }
    }
}
