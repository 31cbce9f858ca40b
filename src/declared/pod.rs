//! Pods and everything that makes Pods: what is expected of each of their containers.

use std::sync::Arc;

use super::pod_container::{self, Context};
use super::{
    Field, InputError, Object, RuntimeName, Workload, WorkloadKind, objects, read_documents,
};
use crate::confinement::{Expected, Source, Stage, Subject};

/// The annotation in which `kubectl apply` keeps what it was given.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a Pod, or the template of Pods, says of each of its containers: init containers
/// first, then the regular and the ephemeral ones.
///
/// A Pod that was read back from a cluster gives two stages: what `kubectl apply` was
/// given, where its annotation has that, and what the API server admitted.
///
/// # Errors
///
/// [`InputError`] for a field of a wrong type, with its line.
pub fn expect_workload(
    workload: &Workload,
    runtime: Option<RuntimeName>,
) -> Result<Vec<Expected>, InputError> {
    let mut all = applied(workload, runtime)?;
    let stage = if workload.uid.is_some() && workload.kind == WorkloadKind::Pod {
        Stage::Admitted
    } else {
        Stage::Declared
    };
    all.extend(containers(workload, runtime, stage, None)?);
    Ok(all)
}

/// What `kubectl apply` was given, by the annotation that it leaves.
fn applied(workload: &Workload, runtime: Option<RuntimeName>) -> Result<Vec<Expected>, InputError> {
    let root = Field::root(&workload.document);
    let annotation = Field::at(&workload.document, &workload.pod_path, None).go(&[
        "metadata",
        "annotations",
        LAST_APPLIED,
    ]);
    let Some(text) = annotation
        .text()?
        .filter(|_| workload.kind == WorkloadKind::Pod)
    else {
        return Ok(Vec::new());
    };
    let outer = annotation.source();
    let mut all = Vec::new();
    for document in read_documents(&root.source().file, text.as_bytes())? {
        for object in objects(&Arc::new(document))? {
            let Object::Workload(inner) = object else {
                continue;
            };
            for mut expected in containers(&inner, runtime, Stage::Declared, Some(&outer))? {
                expected.subject.uid.clone_from(&workload.uid);
                all.push(expected);
            }
        }
    }
    Ok(all)
}

fn containers(
    workload: &Workload,
    runtime: Option<RuntimeName>,
    stage: Stage,
    inside: Option<&Source>,
) -> Result<Vec<Expected>, InputError> {
    let pod = Field::at(&workload.document, &workload.pod_path, inside);
    let spec = pod.get("spec");
    let is_pod = workload.kind == WorkloadKind::Pod;
    let mut all = Vec::new();
    for (list, statuses) in [
        ("initContainers", "initContainerStatuses"),
        ("containers", "containerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ] {
        let statuses = pod.go(&["status", statuses]);
        for container in spec.get(list).items()? {
            let name = container.get("name").text()?.unwrap_or_default();
            let started = started(&statuses, name)?;
            let runtime = runtime.or_else(|| started?.0.parse().ok());
            let subject = Subject {
                namespace: workload.namespace.clone(),
                pod: Some(workload.name.trim_end_matches('-').to_owned()),
                // A Pod made by generateName has no name of its own either.
                pod_is_prefix: !is_pod || workload.name.ends_with('-'),
                uid: workload.uid.clone().filter(|_| is_pod),
                container: Some(name.to_owned()),
                id: started.map(|(_, id)| id.to_owned()),
            };
            let mut expected = Expected::new(stage, subject, container.source());
            let context = Context {
                pod: &pod,
                container: &container,
                name,
                runtime,
                admitted: stage == Stage::Admitted,
            };
            pod_container::expect(&context, &mut expected)?;
            all.push(expected);
        }
    }
    Ok(all)
}

/// The runtime and the id of a container that was started, by the Pod's own status:
/// `containerd://ID`.
fn started<'a>(statuses: &Field<'a>, name: &str) -> Result<Option<(&'a str, &'a str)>, InputError> {
    for status in statuses.items()? {
        if status.get("name").text()? == Some(name) {
            return Ok(status
                .get("containerID")
                .text()?
                .and_then(|id| id.split_once("://")));
        }
    }
    Ok(None)
}
