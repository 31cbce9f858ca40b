//! The two sides of a comparison, read from files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{Error, escaped, reason};
use super::input::{file_or_stdin, name};
use crate::confinement::{
    AbiVerdicts, CONTAINER_SCHEMA, Confinement, ContainerRecord, DumpedFilter, FILTERS_SCHEMA,
    FilterStack, GONE_SCHEMA, NODE_SCHEMA, NodeReport, Reading, Report, SCHEMA, Subject, Text,
};
use crate::declared::{
    Document, MAX_BYTES, Object, is_inspect, is_kubernetes, is_oci_config, is_seccomp_profile,
    objects, read_documents,
};

/// Most bytes that are read of one report: a node of a few thousand containers has less.
const MAX_REPORT: usize = 1 << 30;

/// Most bytes of a text of settings, such as a baseline.
const MAX_TEXT: usize = 1 << 20;

/// Most files that a folder gives.
const MAX_FILES: usize = 10_000;

/// Something that declares containers.
#[derive(Debug)]
pub(super) enum Input {
    /// An object of Kubernetes that is a Pod or makes Pods.
    Workload(Box<crate::declared::Workload>),
    /// An OCI `config.json`.
    Oci(Arc<Document>),
    /// The output of `docker inspect` or `podman inspect`.
    Inspect(Arc<Document>),
    /// A seccomp profile.
    Profile(Arc<Document>),
}

/// Reads declarations from files, folders and standard input, each by its content.
pub(super) fn declarations(paths: &[PathBuf]) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.is_dir() {
            for file in files_of(path)? {
                recognise(documents(&file)?, &mut inputs)?;
            }
        } else {
            recognise(documents(path)?, &mut inputs)?;
        }
    }
    Ok(inputs)
}

/// The documents of one file, `-` for standard input.
pub(super) fn documents(path: &Path) -> Result<Vec<Document>, Error> {
    let bytes = file_or_stdin(path, MAX_BYTES)?;
    read_documents(&name(path), &bytes).map_err(|error| Error::Input(error.to_string()))
}

fn recognise(documents: Vec<Document>, inputs: &mut Vec<Input>) -> Result<(), Error> {
    for document in documents {
        let document = Arc::new(document);
        if is_oci_config(&document) {
            inputs.push(Input::Oci(document));
        } else if is_inspect(&document) {
            inputs.push(Input::Inspect(document));
        } else if is_seccomp_profile(&document) {
            inputs.push(Input::Profile(document));
        } else if is_kubernetes(&document) {
            let found = objects(&document).map_err(|error| Error::Input(error.to_string()))?;
            for object in found {
                match object {
                    Object::Workload(workload) => inputs.push(Input::Workload(workload)),
                    Object::Namespace(_) | Object::Podless => {}
                    Object::Other(error) => return Err(Error::Input(error.to_string())),
                }
            }
        } else {
            return Err(Error::Input(format!(
                "{}:{}: expected a Kubernetes object, an OCI config.json, docker or podman \
                 inspect, or a seccomp profile",
                document.source, document.root.location
            )));
        }
    }
    Ok(())
}

/// The YAML and JSON files of a folder, and of those in it, in the order of their names.
#[allow(clippy::disallowed_methods)] // an input that the caller named
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path, error: &std::io::Error| {
        Error::Input(format!("{}: {}", escaped(path), reason(error)))
    };
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| failed(&folder, &e))? {
            let entry = entry.map_err(|e| failed(&folder, &e))?;
            let kind = entry.file_type().map_err(|e| failed(&entry.path(), &e))?;
            let path = entry.path();
            let named = path
                .extension()
                .is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e == *known));
            if kind.is_dir() {
                folders.push(path);
            } else if named {
                files.push(path);
            }
            if files.len() + folders.len() > MAX_FILES {
                return Err(Error::Input(format!(
                    "{}: more than {MAX_FILES} files",
                    escaped(&folder)
                )));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a text of settings.
pub(super) fn text(path: &Path) -> Result<String, Error> {
    String::from_utf8(file_or_stdin(path, MAX_TEXT)?)
        .map_err(|_| Error::Input(format!("{}: expected UTF-8 text", name(path))))
}

/// One observed container.
#[derive(Debug)]
pub(super) struct Observed {
    /// Which.
    pub(super) subject: Subject,
    /// Where it was read from.
    pub(super) file: String,
    /// What is enforced.
    pub(super) confinement: Confinement,
}

/// What tells one kind of report from another.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// Reads reports: of one process, of a container, of a node, or one record a line.
pub(super) fn reports(paths: &[PathBuf]) -> Result<Vec<Observed>, Error> {
    let mut all = Vec::new();
    let mut stacks = Stacks::new();
    for path in paths {
        let file = name(path);
        let bytes = file_or_stdin(path, MAX_REPORT)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| Error::Input(format!("{file}: expected UTF-8: {error}")))?;
        let documents = serde_json::Deserializer::from_str(text).into_iter::<Box<RawValue>>();
        for document in documents {
            let bad = |error: serde_json::Error| Error::Input(format!("{file}: {error}"));
            let document = document.map_err(bad)?;
            let head: Head = serde_json::from_str(document.get()).map_err(bad)?;
            let schema = head.schema.as_deref().unwrap_or_default();
            if schema == SCHEMA {
                let report: Report = serde_json::from_str(document.get()).map_err(bad)?;
                all.push(of_process(report.confinement, &file));
            } else if schema == CONTAINER_SCHEMA {
                let record: ContainerRecord = serde_json::from_str(document.get()).map_err(bad)?;
                all.push(of_container(record, &stacks, &file));
            } else if schema == NODE_SCHEMA {
                let node: NodeReport = serde_json::from_str(document.get()).map_err(bad)?;
                stacks.extend(node.filters.into_iter().map(|s| (s.filters, s.abis)));
                let records = node.containers.into_iter();
                all.extend(records.map(|r| of_container(r, &stacks, &file)));
            } else if schema == FILTERS_SCHEMA {
                let stack: FilterStack = serde_json::from_str(document.get()).map_err(bad)?;
                stacks.insert(stack.filters, stack.abis);
            } else if schema != GONE_SCHEMA {
                return Err(Error::Input(format!(
                    "{file}: schema {schema:?}: expected {SCHEMA}, {CONTAINER_SCHEMA} or {NODE_SCHEMA}"
                )));
            }
        }
    }
    Ok(all)
}

/// A process's report, by what it can see of its own container.
pub(super) fn of_process(confinement: Confinement, file: &str) -> Observed {
    let runtime = &confinement.runtime;
    let subject = Subject {
        namespace: told(&runtime.pod_namespace),
        pod: told(&runtime.pod_name),
        pod_is_prefix: false,
        uid: told(&runtime.pod_uid),
        container: None,
        id: told(&runtime.container_id),
    };
    Observed {
        subject,
        file: file.to_owned(),
        confinement,
    }
}

/// What stacks of filters decide, which a sweep writes once, before the first container
/// that has them.
type Stacks = HashMap<Vec<DumpedFilter>, Vec<AbiVerdicts>>;

fn of_container(mut record: ContainerRecord, stacks: &Stacks, file: &str) -> Observed {
    let seccomp = &mut record.confinement.seccomp;
    if let Some(abis) = stacks
        .get(&seccomp.dumped)
        .filter(|_| seccomp.abis.is_empty())
    {
        seccomp.abis.clone_from(abis);
    }
    Observed {
        subject: record.identity.subject(),
        file: file.to_owned(),
        confinement: record.confinement,
    }
}

fn told(reading: &Reading<Text>) -> Option<String> {
    reading.known().map(Text::escaped)
}
