//! `amiconfined compare` as it is run, over captured containers.

use std::process::{Command, Output};

use crate::captures::{Capture, captures};

const DROPPED: &str = "k1.20.2-containerd1.6.20-runc1.1.5/dropcapall/c";

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .arg("compare")
        .args(args)
        .output()
        .unwrap()
}

fn capture(name: &str) -> Option<Capture> {
    captures().into_iter().find(|capture| capture.name == name)
}

/// Runs a comparison of pod.json with the captured state, with more arguments.
fn compared(name: &str, more: &[&str]) -> Option<Output> {
    let capture = capture(name)?;
    let folder = tempfile::tempdir().unwrap();
    let report = capture.report(folder.path()).unwrap();
    let pod = capture.dir.join("pod.json");
    let mut args = vec![
        "--declared",
        pod.to_str().unwrap(),
        "--actual",
        report.to_str().unwrap(),
        "--runtime",
        "containerd",
        "--container",
        "c",
    ];
    args.extend(more);
    Some(run(&args))
}

fn stdout(output: &Output) -> String {
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn names_the_line_the_reason_and_the_spelling_that_would_have_worked() {
    let Some(output) = compared(DROPPED, &[]) else {
        return;
    };
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("drift high  capability-ignored"), "{text}");
    assert!(text.contains("declared  drop CAP_ALL"), "{text}");
    assert!(
        text.contains("spec.containers[0].securityContext.capabilities.drop[0]"),
        "{text}"
    );
    assert!(
        text.contains("containerd puts CAP_ before every name"),
        "{text}"
    );
    assert!(text.contains("mend      write ALL"), "{text}");
    assert_eq!(text.matches("drift ").count(), 1, "{text}");
}

#[test]
fn agreement_is_shown_when_asked_for() {
    let name = "k1.36.2-containerd2.1.9-runc1.5.1/plain/c";
    let Some(output) = compared(name, &["--show", "all"]) else {
        return;
    };
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("agreement  namespace-pid"), "{text}");
}

#[test]
fn accepted_findings_do_not_fail_until_they_expire() {
    let ignored = ["--ignore", "capability-ignored=known since spring"];
    let Some(output) = compared(DROPPED, &ignored) else {
        return;
    };
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("accepted  known since spring"));

    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("baseline");
    for (until, code) in [("2999-12-31", 0), ("2001-01-01", 1), ("never", 0)] {
        let text = format!("# accepted\n\ncapability-ignored default/* {until} ticket 7\n");
        std::fs::write(&baseline, text).unwrap();
        let output = compared(DROPPED, &["--baseline", baseline.to_str().unwrap()]).unwrap();
        assert_eq!(output.status.code(), Some(code), "{until}");
    }
    std::fs::write(&baseline, "capability-ignored * soon ticket 7\n").unwrap();
    let output = compared(DROPPED, &["--baseline", baseline.to_str().unwrap()]).unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("baseline:1: until \"soon\""), "{error}");
    // What does not fit is not read in part.
    std::fs::write(&baseline, "# accepted\n".repeat(100_000)).unwrap();
    let output = compared(DROPPED, &["--baseline", baseline.to_str().unwrap()]).unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("baseline: more than 1048576 bytes"),
        "{error}"
    );
}

#[test]
fn severity_decides_what_fails() {
    let Some(output) = compared(DROPPED, &["--fail-on", "critical"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn sarif_points_into_the_declared_file() {
    let Some(output) = compared(DROPPED, &["--format", "sarif"]) else {
        return;
    };
    let text = stdout(&output);
    let _: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let failed = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["ruleId"] == "capability-ignored")
        .unwrap();
    assert_eq!(failed["level"], "error");
    let place = &failed["locations"][0]["physicalLocation"];
    assert!(
        place["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .ends_with("/pod.json")
    );
    assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
}

#[test]
fn junit_counts_a_drift_as_a_failure() {
    let Some(output) = compared(DROPPED, &["--format", "junit"]) else {
        return;
    };
    let text = stdout(&output);
    assert!(text.contains("failures=\"1\""), "{text}");
    assert!(
        text.contains("classname=\"default/dropcapall/c\""),
        "{text}"
    );
}

#[test]
fn policy_reports_are_a_list_that_kubectl_applies() {
    for (format, api, kind) in [
        ("policy-report", "wgpolicyk8s.io/v1alpha2", "PolicyReport"),
        ("openreports", "openreports.io/v1alpha1", "Report"),
    ] {
        let Some(output) = compared(DROPPED, &["--format", format]) else {
            return;
        };
        let list: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(list["kind"], "List");
        let report = &list["items"][0];
        assert_eq!(report["apiVersion"], api);
        assert_eq!(report["kind"], kind);
        assert_eq!(report["summary"]["fail"], 1);
        let results = report["results"].as_array().unwrap();
        let sum: u64 = report["summary"]
            .as_object()
            .unwrap()
            .values()
            .map(|n| n.as_u64().unwrap())
            .sum();
        assert_eq!(sum, results.len() as u64);
    }
}

#[test]
fn what_has_no_partner_is_listed() {
    let Some(other) = capture("k1.36.2-containerd2.1.9-runc1.5.1/groups/c") else {
        return;
    };
    let Some(output) = compared(
        DROPPED,
        &["--declared", other.dir.join("pod.json").to_str().unwrap()],
    ) else {
        return;
    };
    // Two declared Pods fit a report without a name: neither is taken.
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("declared, not observed:"), "{text}");
    assert!(text.contains("observed, not declared:"), "{text}");
    assert!(text.contains("default/groups/c"), "{text}");
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    for (text, wanted) in [
        ("kind: Pod\napiVersion: v1\nspec:\n  containers: {\n", ":4:"),
        (
            "kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec:\n  hostPID: maybe\n  containers: [{name: c}]\n",
            "spec.hostPID",
        ),
        (
            "kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec:\n  containers: []\n",
            "at least one container",
        ),
        ("kind: Frob\napiVersion: v1\n", "kind \"Frob\""),
        ("just: a map\n", "expected a Kubernetes object"),
        (
            "{\"ociVersion\": \"1.0\", \"process\": {\"user\": {\"uid\": \"root\"}}}",
            "process.user.uid",
        ),
        ("defaultAction: SCMP_ACT_MAYBE\n", "SCMP_ACT_MAYBE"),
    ] {
        let file = folder.path().join("input.yaml");
        std::fs::write(&file, text).unwrap();
        let report = folder.path().join("none.json");
        std::fs::write(&report, "").unwrap();
        let output = run(&[
            "--declared",
            file.to_str().unwrap(),
            "--actual",
            report.to_str().unwrap(),
        ]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains(wanted), "{error}");
    }
}
