//! How often the kubelet restarted a container, from the names of its logs.

use crate::confinement::{ContainerIdentity, Reading};
use crate::observe::ProcRoot;

/// `/var/log/pods/<namespace>_<pod>_<uid>/<container>/<restarts>.log`, as the kubelet
/// names them (kubernetes `pkg/kubelet/kuberuntime/helpers.go`): the highest is the one
/// that runs.
pub(super) fn from_logs(identity: &mut ContainerIdentity, root: &ProcRoot) {
    if identity.restart.known().is_some() {
        return;
    }
    let (Some(namespace), Some(pod), Some(uid), Some(container)) = (
        identity.pod_namespace.known(),
        identity.pod_name.known(),
        identity.pod_uid.known(),
        identity.container_name.known(),
    ) else {
        return;
    };
    let parts = [namespace, pod, uid, container].map(|text| text.as_bytes());
    if parts
        .iter()
        .any(|part| part.contains(&b'/') || part.is_empty())
    {
        return; // no name of Kubernetes
    }
    let [namespace, pod, uid, container] = parts;
    let dir = [
        b"var/log/pods/",
        namespace,
        b"_",
        pod,
        b"_",
        uid,
        b"/",
        container,
    ]
    .concat();
    let highest = root
        .entries(&dir)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| number(name))
        .max();
    if let Some(restart) = highest {
        identity.restart = Reading::Known(restart);
    }
}

/// The number of `7.log`, and of what rotation made of it, `7.log.20240101-000000`.
fn number(name: &[u8]) -> Option<u32> {
    let dot = name.iter().position(|b| *b == b'.')?;
    let (digits, rest) = name.split_at_checked(dot)?;
    rest.starts_with(b".log").then_some(())?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn logs_are_numbered_by_restarts() {
        assert_eq!(number(b"7.log"), Some(7));
        assert_eq!(number(b"12.log.20240101-000000.gz"), Some(12));
        assert_eq!(number(b"x.log"), None);
        assert_eq!(number(b"7.txt"), None);
    }
}
