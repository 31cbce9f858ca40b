//! Whose container a `config.json` is.

use super::{Field, InputError};
use crate::confinement::Subject;

/// Whose container it is, by the annotations of containerd and CRI-O.
pub(super) fn subject(root: &Field<'_>) -> Result<Subject, InputError> {
    let annotations = root.get("annotations");
    let first = |keys: [&str; 2]| -> Result<Option<String>, InputError> {
        for key in keys {
            if let Some(text) = annotations.get(key).text()? {
                return Ok(Some(text.to_owned()));
            }
        }
        Ok(None)
    };
    Ok(Subject {
        namespace: first([
            "io.kubernetes.cri.sandbox-namespace",
            "io.kubernetes.pod.namespace",
        ])?,
        pod: first(["io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"])?,
        pod_is_prefix: false,
        uid: first(["io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"])?,
        container: first([
            "io.kubernetes.cri.container-name",
            "io.kubernetes.container.name",
        ])?,
        id: root
            .go(&["linux", "cgroupsPath"])
            .text()?
            .and_then(id_of_cgroup),
    })
}

/// The container's id, which ends its cgroup's path: `/kubepods/burstable/podUID/ID`, or as
/// the systemd driver is told it, `kubepods-burstable-podUID.slice:cri-containerd:ID`.
fn id_of_cgroup(path: &str) -> Option<String> {
    let last = path.rsplit(['/', ':']).next()?;
    let id = last.rsplit('-').next()?;
    let is_id = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}
