//! Captured containers: what was declared, told and enforced, as other tools wrote it down.

use std::fs;
use std::path::{Path, PathBuf};

use amiconfined::confinement::{Confinement, Reading, Report, SCHEMA};

use crate::capture_facts;

/// One captured container.
pub(crate) struct Capture {
    /// `node/pod/container`.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

impl Capture {
    /// The runtime of its node.
    pub(crate) fn runtime(&self) -> amiconfined::declared::RuntimeName {
        if self.name.contains("crio") {
            "cri-o"
        } else {
            "containerd"
        }
        .parse()
        .unwrap()
    }

    pub(crate) fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(file)).ok()
    }

    /// What was enforced, as far as it was captured; `None` for a container that never ran.
    pub(crate) fn enforced(&self) -> Option<Confinement> {
        let status = self.read("proc/status")?;
        let field = |key: &str| -> Option<String> {
            status
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{key}:")))
                .map(|value| value.trim().to_owned())
        };
        Some(capture_facts::confinement(self, &field))
    }

    /// The report that `inspect` would have written of it, in a file of this folder; `None` for
    /// a container that never ran.
    pub(crate) fn report(&self, folder: &Path) -> Option<PathBuf> {
        let report = Report {
            schema: SCHEMA.to_owned(),
            tool_version: "0".to_owned(),
            time: "2026-01-01T00:00:00Z".to_owned(),
            node: Reading::Known("node1".into()),
            confinement: self.enforced()?,
        };
        let path = folder.join("report.json");
        fs::write(&path, serde_json::to_vec(&report).unwrap()).unwrap();
        Some(path)
    }
}

/// Every captured container, or nothing with the reason printed.
pub(crate) fn captures() -> Vec<Capture> {
    let root = std::env::var_os("AMICONFINED_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let root = root.join("captures");
    let mut found = Vec::new();
    let list = |dir: &Path| -> Vec<PathBuf> {
        let mut entries: Vec<PathBuf> = fs::read_dir(dir)
            .map(|entries| {
                entries
                    .map(|e| e.unwrap().path())
                    .filter(|p| p.is_dir())
                    .collect()
            })
            .unwrap_or_default();
        entries.sort();
        entries
    };
    for node in list(&root) {
        for pod in list(&node) {
            for dir in list(&pod) {
                let name = dir.strip_prefix(&root).unwrap().display().to_string();
                found.push(Capture { name, dir });
            }
        }
    }
    if found.is_empty() {
        println!("SKIPPED: no captures in {}", root.display());
    }
    found
}

pub(crate) fn not_captured<T>(what: &str) -> Reading<T> {
    Reading::denied("none", what, None, "a capture that has it")
}
