//! Fields that leave no trace in a process: each says so, why, and what would show it.

use std::process::Command;

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  runtimeClassName: gvisor\n  securityContext: {fsGroup: 1, fsGroupChangePolicy: Always, windowsOptions: {}}\n  containers:\n  - name: c\n    ports: [{containerPort: 80, hostPort: 8080}]\n";

#[test]
fn each_says_what_it_is_why_and_what_would_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let (pod, report) = (folder.path().join("pod.yaml"), folder.path().join("report"));
    std::fs::write(&pod, POD).unwrap();
    let tool = || Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let made = tool().args(["--format", "json", "--no-probe"]).output();
    std::fs::write(&report, made.unwrap().stdout).unwrap();
    let mut compare = tool();
    compare.arg("compare").arg("--declared").arg(&pod);
    compare.arg("--actual").arg(&report);
    let output = compare.args(["--format", "json"]).output().unwrap();
    let comparison: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = comparison["findings"].as_array().unwrap();
    for (control, kind, value, line, why, mend) in [
        (
            "hostPort",
            "unobserved",
            "8080",
            9,
            "the node forwards the port",
            "/var/lib/cni/results",
        ),
        (
            "runtimeClassName",
            "unobserved",
            "gvisor",
            5,
            "known to the cluster alone",
            "kubectl get runtimeclass",
        ),
        (
            "fsGroupChangePolicy",
            "unobserved",
            "set",
            6,
            "when a volume's files are given",
            "owners of the volume's files",
        ),
        (
            "windowsOptions",
            "not_applicable",
            "set",
            6,
            "no effect on Linux",
            "",
        ),
    ] {
        let found = findings
            .iter()
            .find(|f| f["id"] == "unobservable" && f["control"] == control)
            .unwrap_or_else(|| panic!("no {control}: {comparison:#}"));
        assert_eq!(found["kind"], kind);
        assert_eq!(found["declared"]["value"], value);
        assert_eq!(found["declared"]["source"]["line"], line, "{control}");
        assert!(found["why"].as_str().unwrap().contains(why), "{found:#}");
        assert!(found["mend"].as_str().unwrap().contains(mend), "{found:#}");
    }
}
