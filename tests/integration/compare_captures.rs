//! Every captured container: the gaps between declared and enforced, no more and no fewer.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;

use amiconfined::compare::{Finding, Kind, compare_stages};
use amiconfined::confinement::{Expected, Stage};
use amiconfined::declared::{Object, expect_oci_config, expect_workload, objects, read_documents};

use crate::captures::{Capture, captures};
use crate::observe_captures::lay_out;

/// The gaps that Kubernetes is known to leave, by container: id and hop.
///
/// Every container that is not here has none. Told are those from the Pod, then those
/// that only the runtime's own configuration shows.
const GAPS: &[(&str, &[(&str, &str)])] = &[
    (
        "k1.20.2-containerd1.6.20-runc1.1.5/capbogus/c",
        &[("capability-unknown", "told -> enforced")],
    ),
    (
        "k1.36.2-containerd2.1.9-runc1.5.1/capbogus/c",
        &[("capability-unknown", "told -> enforced")],
    ),
    (
        "k1.20.2-containerd1.6.20-runc1.1.5/dropcapall/c",
        &[("capability-ignored", "admitted -> told")],
    ),
    (
        "k1.20.2-containerd1.6.20-runc1.1.5/userns/c",
        &[("namespace-user", "declared -> admitted")],
    ),
    (
        "k1.36.2-crio1.37.0-runc1.5.1/priv-drop/c",
        &[("capability-ignored", "admitted -> told")],
    ),
    (
        "k1.36.2-crio1.37.0-runc1.5.1/priv-nonroot/c",
        &[("privileged-non-root", "admitted -> told")],
    ),
];

fn pod(capture: &Capture) -> Vec<Expected> {
    let text = capture.read("pod.json").unwrap();
    let mut all = Vec::new();
    for document in read_documents("pod.json", text.as_bytes()).unwrap() {
        for object in objects(&Arc::new(document)).unwrap() {
            if let Object::Workload(workload) = object {
                all.extend(expect_workload(&workload, Some(capture.runtime())).unwrap());
            }
        }
    }
    let container = capture.name.rsplit('/').next().map(str::to_owned);
    all.retain(|expected| expected.subject.container == container);
    all
}

fn config(capture: &Capture) -> Option<Expected> {
    let text = capture.read("config.json")?;
    let document = read_documents("config.json", text.as_bytes())
        .unwrap()
        .remove(0);
    Some(expect_oci_config(&document, None).unwrap())
}

fn drifts(findings: &[Finding]) -> Vec<(&str, String)> {
    findings
        .iter()
        .filter(|finding| finding.kind == Kind::Drift)
        .map(|finding| (finding.id, finding.hop.unwrap().to_string()))
        .collect()
}

#[test]
fn compare_of_captures_gives_the_known_gaps_and_no_others() {
    let expected: BTreeMap<&str, &[(&str, &str)]> = GAPS.iter().copied().collect();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for capture in captures() {
        let Some(enforced) = capture.enforced() else {
            continue;
        };
        let mut stages = pod(&capture);
        stages.extend(config(&capture));
        let stages: Vec<&Expected> = stages.iter().collect();
        assert!(
            stages.iter().any(|s| s.stage == Stage::Admitted),
            "{}",
            capture.name
        );
        let findings = compare_stages(&stages, &enforced);
        let found = drifts(&findings);
        let wanted: Vec<(&str, String)> = expected
            .get(capture.name.as_str())
            .map(|gaps| {
                gaps.iter()
                    .map(|(id, hop)| (*id, (*hop).to_owned()))
                    .collect()
            })
            .unwrap_or_default();
        if found != wanted {
            let shown: Vec<&Finding> = findings.iter().filter(|f| f.kind == Kind::Drift).collect();
            wrong.push(format!(
                "{}: wanted {wanted:?}, found {shown:#?}",
                capture.name
            ));
        }
        compared += 1;
    }
    println!("compared {compared} containers");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn compare_of_config_json_alone_finds_what_runc_ignored() {
    for capture in captures() {
        let (Some(enforced), Some(told)) = (capture.enforced(), config(&capture)) else {
            continue;
        };
        let findings = compare_stages(&[&told], &enforced);
        let wanted: &[(&str, String)] = if capture.name.contains("capbogus") {
            &[("capability-unknown", "told -> enforced".to_owned())]
        } else {
            &[]
        };
        let shown: Vec<&Finding> = findings.iter().filter(|f| f.kind == Kind::Drift).collect();
        assert_eq!(drifts(&findings), wanted, "{}: {shown:#?}", capture.name);
    }
}

/// The captured files as the binary itself reads them, the node's pid 1 beside: no name of a
/// container and of a runtime is given, both are told by what was captured.
#[test]
fn the_binary_finds_the_same_in_the_captured_files() {
    let expected: BTreeMap<&str, &[(&str, &str)]> = GAPS.iter().copied().collect();
    let mut compared = 0;
    for capture in captures() {
        let tree = tempfile::tempdir().unwrap();
        if lay_out(&capture, tree.path()).is_none() {
            continue;
        }
        let first = tree.path().join("proc/1/ns");
        std::fs::create_dir_all(&first).unwrap();
        let host = std::fs::read_to_string(capture.dir.join("../../host-ns.json")).unwrap();
        let host: BTreeMap<String, String> = serde_json::from_str(&host).unwrap();
        for (kind, target) in host {
            symlink(target, first.join(kind)).unwrap();
        }
        for files in [&["pod.json"][..], &["pod.json", "config.json"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
                .arg("compare")
                .arg("--declared")
                .args(files.iter().map(|file| capture.dir.join(file)))
                .args(["--pid", "7", "--format", "json", "--captured"])
                .arg(tree.path())
                .output()
                .unwrap();
            let name = format!("{} {files:?}", capture.name);
            let shown = String::from_utf8_lossy(&output.stderr);
            let found: serde_json::Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|error| panic!("{name}: {error}: {shown}"));
            assert_eq!(found["compared"], 1, "{name}: {found:#}");
            assert_eq!(found["not_declared"], serde_json::json!([]), "{name}");
            let drifts: Vec<&str> = found["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|finding| finding["kind"] == "drift")
                .map(|finding| finding["id"].as_str().unwrap())
                .collect();
            let gaps = expected.get(capture.name.as_str()).copied();
            let wanted: Vec<&str> = gaps.unwrap_or_default().iter().map(|gap| gap.0).collect();
            assert_eq!(drifts, wanted, "{name}: {found:#}");
        }
        compared += 1;
    }
    println!("compared {compared} containers");
}
