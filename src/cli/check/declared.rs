//! Judging what is declared, by one level or by each namespace's labels.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::outcome::{Declared, Outcome};
use super::{CheckArgs, observed};
use crate::cli::compare_input::{documents, files_of};
use crate::cli::error::Error;
use crate::declared::{
    Document, FieldPath, NamespaceObject, Object, Workload, WorkloadKind, objects,
};
use crate::pod_security::{
    Judgement, LevelVersion, Mode, NamespacePolicy, Pod, Registry, label_warnings,
    with_api_defaults,
};

/// The namespace of what names none, as kubectl has it where nothing else is set.
const DEFAULT_NAMESPACE: &str = "default";

/// Judges every declaration of the files.
pub(super) fn judge(args: &CheckArgs, outcome: &mut Outcome) {
    let registry = Registry::standard();
    let (workloads, mut namespaces) = read(&args.files, outcome);
    if args.namespace_file.is_empty() {
        for workload in &workloads {
            let judgement = judge_one(&registry, args.asked(), workload);
            outcome.declared.push(declared(workload, None, judgement));
        }
        return;
    }
    let (_, labelled) = read(&args.namespace_file, outcome);
    // A file may be given as both, to judge its Pods by its own namespaces.
    for one in labelled {
        let same = |n: &NamespaceObject| {
            n.name == one.name && n.document.source == one.document.source && n.path == one.path
        };
        if !namespaces.iter().any(same) {
            namespaces.push(one);
        }
    }
    let policies = policies(&namespaces, outcome);
    let only = match namespaces.as_slice() {
        [one] => one.name.as_str(),
        _ => DEFAULT_NAMESPACE,
    };
    let mut pods: BTreeMap<String, Vec<(String, Judgement)>> = BTreeMap::new();
    for workload in &workloads {
        let namespace = workload.namespace.as_deref().unwrap_or(only);
        let Some(policy) = policies.get(namespace) else {
            let field: FieldPath = FieldPath::root().key("metadata").key("namespace");
            let text = format!("namespace {namespace:?}: expected one of --namespace-file");
            let error = workload.document.error_at(&workload.field(&field), text);
            outcome.errors.push(Error::Input(error.to_string()));
            continue;
        };
        let mut refused = false;
        for mode in [Mode::Enforce, Mode::Audit, Mode::Warn] {
            let is_pod = workload.kind == WorkloadKind::Pod;
            // A template is never refused; whoever is refused is not warned as well.
            if mode == Mode::Enforce && !is_pod || mode == Mode::Warn && refused {
                continue;
            }
            let judgement = judge_one(&registry, policy.of(mode), workload);
            if mode == Mode::Enforce {
                refused = !judgement.allowed();
                let pods = pods.entry(namespace.to_owned()).or_default();
                pods.push((workload.name.clone(), judgement.clone()));
            }
            let mut found = declared(workload, Some(mode), judgement);
            found.namespace = Some(namespace.to_owned());
            outcome.declared.push(found);
        }
    }
    for (namespace, pods) in &pods {
        let enforce = policies.get(namespace.as_str()).map(|p| p.enforce);
        let warnings = enforce.map(|enforce| label_warnings(namespace, enforce, pods));
        outcome.label_warnings.extend(warnings.unwrap_or_default());
    }
}

fn judge_one(registry: &Registry, asked: LevelVersion, workload: &Workload) -> Judgement {
    let spec = with_api_defaults(workload.spec.clone(), workload.kind == WorkloadKind::Pod);
    let pod = Pod {
        annotations: &workload.pod_annotations,
        spec: &spec,
    };
    registry.judge(asked, pod)
}

fn declared(workload: &Workload, mode: Option<Mode>, judgement: Judgement) -> Declared {
    Declared {
        source: workload.document.source.clone(),
        location: workload.locate(&FieldPath::root()),
        kind: workload.kind.name(),
        namespace: workload.namespace.clone(),
        name: workload.name.clone(),
        mode,
        judgement,
    }
}

/// Reads the files' workloads and namespaces; reports among them are judged at once.
fn read(files: &[PathBuf], outcome: &mut Outcome) -> (Vec<Workload>, Vec<NamespaceObject>) {
    let (mut workloads, mut namespaces) = (Vec::new(), Vec::new());
    let mut paths = Vec::new();
    for path in files {
        match if path.is_dir() {
            files_of(path)
        } else {
            Ok(vec![path.clone()])
        } {
            Ok(found) => paths.extend(found),
            Err(error) => outcome.errors.push(error),
        }
    }
    for path in paths {
        let documents = match documents(&path) {
            Ok(documents) => documents,
            Err(error) => {
                outcome.errors.push(error);
                continue;
            }
        };
        for document in documents {
            let found = sort(Arc::new(document), &mut workloads, &mut namespaces, outcome);
            if let Err(error) = found {
                outcome.errors.push(Error::Input(error.to_string()));
            }
        }
    }
    (workloads, namespaces)
}

fn sort(
    document: Arc<Document>,
    workloads: &mut Vec<Workload>,
    namespaces: &mut Vec<NamespaceObject>,
    outcome: &mut Outcome,
) -> Result<(), crate::declared::InputError> {
    if let Some(judged) = observed::of_document(&document) {
        outcome.observed.extend(judged?);
        return Ok(());
    }
    for object in objects(&document)? {
        match object {
            Object::Workload(workload) => workloads.push(*workload),
            Object::Namespace(namespace) => namespaces.push(namespace),
            Object::Podless => {}
            Object::Other(error) => outcome.errors.push(Error::Input(error.to_string())),
        }
    }
    Ok(())
}

/// What each namespace's labels ask for; labels that cannot be read are told, and count as
/// the API server counts them.
fn policies<'n>(
    namespaces: &'n [NamespaceObject],
    outcome: &mut Outcome,
) -> BTreeMap<&'n str, NamespacePolicy> {
    let mut policies = BTreeMap::new();
    for namespace in namespaces {
        let (policy, errors) = NamespacePolicy::from_labels(&namespace.labels);
        for error in errors {
            let labels = namespace.path.key("metadata").key("labels");
            let place = namespace.document.root.nearest(&labels.key(&error.label));
            let source = &namespace.document.source;
            outcome
                .errors
                .push(Error::Input(format!("{source}:{place}: {error}")));
        }
        policies.insert(namespace.name.as_str(), policy);
    }
    policies
}
