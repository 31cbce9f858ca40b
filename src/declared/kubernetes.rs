//! Finding the objects of Kubernetes in a document, those in lists too.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Document, FieldPath, InputError, Workload, WorkloadKind};

/// One object of Kubernetes.
#[derive(Debug, Clone)]
pub enum Object {
    /// A Pod, or something that makes Pods.
    Workload(Box<Workload>),
    /// A namespace.
    Namespace(NamespaceObject),
    /// An object that Kubernetes itself knows and that holds no Pod, such as a Service.
    Podless,
    /// Anything else: [`InputError::UnknownKind`], for the caller to raise or to leave.
    Other(InputError),
}

/// A namespace, as far as Pod Security looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamespaceObject {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The document that it was read from.
    pub document: Arc<Document>,
    /// Where in the document it is.
    pub path: FieldPath,
}

/// Whether a document says of itself that it is an object of Kubernetes.
pub fn is_kubernetes(document: &Document) -> bool {
    let has = |key| document.root.get(key).and_then(|n| n.as_str()).is_some();
    has("kind") && has("apiVersion")
}

/// Every object of a document, in order; those of a list one by one.
///
/// # Errors
///
/// [`InputError`] for an object without `kind`, with fields of a wrong type, or with no container.
pub fn objects(document: &Arc<Document>) -> Result<Vec<Object>, InputError> {
    let mut found = Vec::new();
    collect(document, &FieldPath::root(), None, &mut found)?;
    Ok(found)
}

/// Reads the object at `path`; `of_list` is what a typed list says that its items are.
fn collect(
    document: &Arc<Document>,
    path: &FieldPath,
    of_list: Option<(&str, &str)>,
    found: &mut Vec<Object>,
) -> Result<(), InputError> {
    let text = |key: &str| -> Result<String, InputError> {
        Ok(document
            .typed::<Option<String>>(&path.key(key))?
            .unwrap_or_default())
    };
    let node = document.root.find(path);
    if node.and_then(|n| n.as_mapping()).is_none() {
        let kind = node.map_or("nothing", |n| n.value.kind());
        return Err(document.error_at(path, format!("expected a Kubernetes object, found {kind}")));
    }
    let (mut api_version, mut kind) = (text("apiVersion")?, text("kind")?);
    if let (true, Some((list_version, item_kind))) = (kind.is_empty(), of_list) {
        (api_version, kind) = (list_version.to_owned(), item_kind.to_owned());
    }
    for (key, value) in [("kind", &kind), ("apiVersion", &api_version)] {
        if value.is_empty() {
            return Err(document.error_at(&path.key(key), "expected a string that is not empty"));
        }
    }
    if let Some(item_kind) = list_of(&api_version, &kind) {
        let items = path.key("items");
        let node = document.root.find(&items);
        let Some(nodes) = node.and_then(|n| n.as_sequence()) else {
            return Err(document.error_at(&items, "expected a list"));
        };
        for index in 0..nodes.len() {
            let of_list = (!item_kind.is_empty()).then_some((api_version.as_str(), item_kind));
            collect(document, &items.index(index), of_list, found)?;
        }
        return Ok(());
    }
    found.push(
        if let Some(workload) = WorkloadKind::of(&api_version, &kind) {
            Object::Workload(Box::new(Workload::read(document, path, workload)?))
        } else if kind == "Namespace" && api_version == "v1" {
            let metadata: ObjectMeta = document.typed(&path.key("metadata"))?;
            Object::Namespace(NamespaceObject {
                name: metadata.name.unwrap_or_default(),
                labels: metadata.labels.unwrap_or_default(),
                document: Arc::clone(document),
                path: path.clone(),
            })
        } else if is_podless(&api_version, &kind) {
            Object::Podless
        } else {
            Object::Other(unknown(document, path, api_version, kind))
        },
    );
    Ok(())
}

/// The kind of a list's items, empty for a mixed `List`; `None` for what is no list.
fn list_of<'k>(api_version: &str, kind: &'k str) -> Option<&'k str> {
    let items = kind.strip_suffix("List")?;
    let known = items.is_empty() && api_version == "v1"
        || items == "Namespace"
        || WorkloadKind::of(api_version, items).is_some();
    known.then_some(items)
}

/// Kinds that often stand beside workloads, by their API group.
const PODLESS: [(&str, &[&str]); 8] = [
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    (
        "networking.k8s.io",
        &["Ingress", "IngressClass", "NetworkPolicy"],
    ),
    ("policy", &["PodDisruptionBudget", "PodSecurityPolicy"]),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["StorageClass", "CSIDriver"]),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
];

fn is_podless(api_version: &str, kind: &str) -> bool {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    PODLESS
        .iter()
        .any(|(of, kinds)| *of == group && kinds.contains(&kind))
}

fn unknown(document: &Document, path: &FieldPath, api_version: String, kind: String) -> InputError {
    let kinds: Vec<_> = WorkloadKind::ALL.iter().map(|k| k.name()).collect();
    InputError::UnknownKind {
        source_name: document.source.clone(),
        location: document.root.nearest(&path.key("kind")),
        kind,
        api_version,
        expected: format!("{}, Namespace or a List of these", kinds.join(", ")),
    }
}
