//! Everything of Kubernetes that is a Pod or makes Pods.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use k8s_openapi::api::core::v1::PodSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Document, FieldPath, InputError, Location};

/// A kind of object that is a Pod or makes Pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkloadKind {
    /// `v1` Pod.
    Pod,
    /// `v1` PodTemplate.
    PodTemplate,
    /// `v1` ReplicationController.
    ReplicationController,
    /// `apps` ReplicaSet.
    ReplicaSet,
    /// `apps` Deployment.
    Deployment,
    /// `apps` StatefulSet.
    StatefulSet,
    /// `apps` DaemonSet.
    DaemonSet,
    /// `batch` Job.
    Job,
    /// `batch` CronJob.
    CronJob,
}

impl WorkloadKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Pod,
        Self::PodTemplate,
        Self::ReplicationController,
        Self::ReplicaSet,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Job,
        Self::CronJob,
    ];

    /// The kind of an object by its `kind` and its `apiVersion`, of whatever version its group is.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Self::ALL
            .into_iter()
            .find(|k| k.name() == kind && k.groups().contains(&group))
    }

    /// Its name, as `kind` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pod => "Pod",
            Self::PodTemplate => "PodTemplate",
            Self::ReplicationController => "ReplicationController",
            Self::ReplicaSet => "ReplicaSet",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
        }
    }

    /// API groups that have or had it.
    fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Pod | Self::PodTemplate | Self::ReplicationController => &[""],
            Self::ReplicaSet | Self::Deployment | Self::DaemonSet => &["apps", "extensions"],
            Self::StatefulSet => &["apps"],
            Self::Job | Self::CronJob => &["batch"],
        }
    }

    /// Where in it the Pod, or the template of one, is.
    fn template(self) -> &'static [&'static str] {
        match self {
            Self::Pod => &[],
            Self::PodTemplate => &["template"],
            Self::CronJob => &["spec", "jobTemplate", "spec", "template"],
            _ => &["spec", "template"],
        }
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One declared Pod, or the declared template of Pods, with where it was written.
#[derive(Debug, Clone)]
pub struct Workload {
    /// What declares it.
    pub kind: WorkloadKind,
    /// The namespace that it names, if it names one.
    pub namespace: Option<String>,
    /// Its name; `generateName` where it has none yet.
    pub name: String,
    /// Its uid, where it was read from a cluster.
    pub uid: Option<String>,
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
    /// Labels of the Pod or template.
    pub pod_labels: BTreeMap<String, String>,
    /// Annotations of the Pod or template.
    pub pod_annotations: BTreeMap<String, String>,
    /// The Pod's spec as declared, without defaults.
    pub spec: PodSpec,
    /// The document that it was read from.
    pub document: Arc<Document>,
    /// Where in the document the Pod or template is.
    pub pod_path: FieldPath,
}

impl Workload {
    /// Reads the object of kind `kind` that is at `path`.
    pub(super) fn read(
        document: &Arc<Document>,
        path: &FieldPath,
        kind: WorkloadKind,
    ) -> Result<Self, InputError> {
        let metadata: ObjectMeta = document.typed(&path.key("metadata"))?;
        let pod_path = kind.template().iter().fold(path.clone(), |p, k| p.key(k));
        let pod: ObjectMeta = document.typed(&pod_path.key("metadata"))?;
        let spec_path = pod_path.key("spec");
        let spec: PodSpec = document.typed(&spec_path)?;
        if spec.containers.is_empty() {
            return Err(document.error_at(
                &spec_path.key("containers"),
                "expected at least one container",
            ));
        }
        Ok(Self {
            kind,
            namespace: metadata.namespace.filter(|n| !n.is_empty()),
            name: metadata.name.or(metadata.generate_name).unwrap_or_default(),
            uid: metadata.uid,
            labels: metadata.labels.unwrap_or_default(),
            pod_labels: pod.labels.unwrap_or_default(),
            pod_annotations: pod.annotations.unwrap_or_default(),
            spec,
            document: Arc::clone(document),
            pod_path,
        })
    }

    /// The whole path of a field of the Pod or template, such as `spec.hostPID`.
    pub fn field(&self, field: &FieldPath) -> FieldPath {
        self.pod_path.join(field)
    }

    /// Where a field of the Pod or template is written; for one that is not, where the
    /// nearest thing around it begins.
    pub fn locate(&self, field: &FieldPath) -> Location {
        self.document.root.nearest(&self.field(field))
    }

    /// `Deployment default/web`, or without the namespace where none is named.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}
