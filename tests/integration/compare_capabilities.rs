//! Capabilities that a runtime did not heed: each with the reason and the spelling that would
//! have worked.

use std::process::Command;

use amiconfined::confinement::{CapabilitySet, Reading, Report};
use serde_json::Value;

/// What containerd and Docker give by default, what CRI-O gives, and what a privileged
/// container holds.
const CONTAINERD: u64 = 0xa804_25fb;
const CRIO: u64 = 0x5fb;
const ALL: u64 = 0x1ff_ffff_ffff;
const NET_ADMIN: u64 = 1 << 12;
const NET_RAW: u64 = 1 << 13;

struct Row {
    runtime: &'static str,
    /// The container's `securityContext`.
    declared: &'static str,
    /// The bounding, effective and permitted set.
    held: u64,
    /// Id, field, and what the reason and the way to mend it have to say; none for agreement.
    found: Option<(&'static str, &'static str, &'static str, &'static str)>,
}

const fn row(
    runtime: &'static str,
    declared: &'static str,
    held: u64,
    found: Option<(&'static str, &'static str, &'static str, &'static str)>,
) -> Row {
    Row {
        runtime,
        declared,
        held,
        found,
    }
}

const IGNORED: &str = "capability-ignored";
const UNKNOWN: &str = "capability-unknown";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("containerd", "{capabilities: {drop: [CAP_NET_RAW]}}", CONTAINERD, Some((IGNORED, "drop[0]", "containerd puts CAP_ before every name", "write NET_RAW"))),
    row("containerd", "{capabilities: {drop: [NET_RAW]}}", CONTAINERD & !NET_RAW, None),
    row("containerd", "{capabilities: {drop: [net_raw]}}", CONTAINERD & !NET_RAW, None),
    row("containerd", "{capabilities: {drop: [CAP_ALL]}}", CONTAINERD, Some((IGNORED, "drop[0]", "containerd puts CAP_ before every name", "write ALL"))),
    row("containerd", "{capabilities: {drop: [all]}}", 0, None),
    row("containerd", "{capabilities: {drop: [All], add: [KILL]}}", 1 << 5, None),
    row("containerd", "{capabilities: {add: [CAP_NET_ADMIN]}}", CONTAINERD, Some((IGNORED, "add[0]", "containerd puts CAP_ before every name", "write NET_ADMIN"))),
    row("cri-o", "{capabilities: {add: [CAP_NET_ADMIN]}}", CRIO | NET_ADMIN, None),
    row("cri-o", "{capabilities: {drop: [CAP_ALL]}}", CRIO, Some((IGNORED, "drop[0]", "cri-o knows ALL, and no capability CAP_ALL", "write ALL"))),
    row("cri-o", "{capabilities: {drop: [KILL]}}", CRIO & !(1 << 5), None),
    row("containerd", "{capabilities: {add: [NET_ADMINS]}}", CONTAINERD, Some((UNKNOWN, "add[0]", "no kernel has a capability of this name", "correct the name"))),
    row("containerd", "{capabilities: {drop: [RAWNET]}}", CONTAINERD, Some((UNKNOWN, "drop[0]", "no kernel has a capability of this name", "correct the name"))),
    row("containerd", "{privileged: true, capabilities: {drop: [ALL]}}", ALL, Some((IGNORED, "drop[0]", "a privileged container has every capability", "set privileged: false"))),
    row("cri-o", "{privileged: true, capabilities: {drop: [NET_RAW]}}", ALL, Some((IGNORED, "drop[0]", "a privileged container has every capability", "set privileged: false"))),
    row("docker", "{capabilities: {add: [NET_ADMIN], drop: [NET_ADMIN]}}", CONTAINERD, None),
    // Spelled as it has to be, and yet not heeded: then something else changed it.
    row("containerd", "{capabilities: {drop: [NET_RAW]}}", CONTAINERD, Some((IGNORED, "drop[0]", "spelled as the runtime reads it", "start the container again"))),
];

/// This process's report as that of a root that holds these capabilities.
fn report(held: u64) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["--format", "json", "--no-probe"])
        .output()
        .unwrap();
    let mut report: Report = serde_json::from_slice(&output.stdout).unwrap();
    let c = &mut report.confinement;
    let (held, none) = (
        Reading::Known(CapabilitySet(held)),
        Reading::Known(CapabilitySet::EMPTY),
    );
    c.capabilities.bounding = held.clone();
    c.capabilities.effective = held.clone();
    c.capabilities.permitted = held;
    c.capabilities.inheritable = none.clone();
    c.capabilities.ambient = none;
    serde_json::to_string(&report).unwrap()
}

#[test]
fn what_a_runtime_ignores_is_told_with_the_spelling_that_works() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (pod, actual) = (
        folder.path().join("pod.yaml"),
        folder.path().join("report.json"),
    );
    for row in ROWS {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n    securityContext: {}\n",
            row.declared
        );
        std::fs::write(&pod, text).unwrap();
        std::fs::write(&actual, report(row.held)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
            .arg("compare")
            .arg("--declared")
            .arg(&pod)
            .arg("--actual")
            .arg(&actual)
            .args(["--runtime", row.runtime, "--format", "json"])
            .output()
            .unwrap();
        let comparison: Value = serde_json::from_slice(&output.stdout).unwrap();
        let shown = format!("{} {}: {comparison:#}", row.runtime, row.declared);
        let found: Vec<&Value> = comparison["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f["kind"] == "drift" && f["control"] == "capabilities")
            .collect();
        let Some((id, field, why, mend)) = row.found else {
            assert!(found.is_empty(), "{shown}");
            continue;
        };
        assert_eq!(found.len(), 1, "{shown}");
        assert_eq!(found[0]["id"], id, "{shown}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        assert!(
            text(&found[0]["declared"]["source"]["field"]).ends_with(field),
            "{shown}"
        );
        assert_eq!(found[0]["declared"]["source"]["line"], 7, "{shown}");
        assert!(text(&found[0]["why"]).contains(why), "{shown}");
        assert!(text(&found[0]["mend"]).contains(mend), "{shown}");
    }
}
