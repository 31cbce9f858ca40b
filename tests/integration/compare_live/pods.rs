//! Pods as a well-known chapter on securing Pods has them, run with what the kubelet and the
//! runtime make of them, then with one thing changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::bundle::{base, report};
use super::oci::apply;
use super::{compared, missing};
use crate::live_runc::fourteen::FOURTEEN;
use crate::live_runc::profile::{PROFILE, docker_profile};

const OPEN: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}"#;

/// What is changed in the runtime's configuration, and what has to be found then.
type Change = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

#[rustfmt::skip]
const SECURITY_CONTEXT: &[Change] = &[
    (&[], &[]),
    (&[("/process/noNewPrivileges", "false")], &["no-new-privs"]),
    (&[("/root/readonly", "false")], &["root-filesystem"]),
    (&[("/process/user/uid", "0")], &["uid"]),
    (&[("/process/user/gid", "0")], &["gid"]),
    (&[("/process/user/additionalGids", "[]")], &["groups"]),
    (&[("-namespace", "network")], &["namespace-net"]),
    (&[("-namespace", "pid")], &["namespace-pid"]),
    (&[("/linux/maskedPaths", "[]")], &["masked-paths"]),
    (&[("/process/capabilities/bounding", r#"["CAP_SYS_ADMIN"]"#)], &["capability-extra", "capability-missing"]),
    (&[("+mount", "ro")], &["mount-extra"]),
];

/// This machine has no AppArmor: the annotation is never kept.
#[rustfmt::skip]
const PROFILES: &[Change] = &[
    (&[], &["apparmor"]),
    (&[("-seccomp", "")], &["apparmor", "seccomp-mode"]),
    (&[("/linux/seccomp", OPEN)], &["apparmor", "seccomp-verdicts"]),
    (&[("/process/noNewPrivileges", "false")], &["apparmor", "no-new-privs"]),
];

#[rustfmt::skip]
const KUARD: &[Change] = &[
    (&[], &[]),
    (&[("-namespace", "ipc")], &["namespace-ipc"]),
    (&[("/linux/readonlyPaths", "[]")], &["readonly-paths"]),
];

fn book(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/book")
        .join(name)
}

/// What a runtime with these capabilities as the bounding set is told: those alone for a user
/// that is not root.
fn told(uid: u32, bounding: &[&str]) -> Value {
    let mut config = base();
    let process = &mut config["process"];
    process["noNewPrivileges"] = json!(uid != 0);
    process["user"] = json!({"uid": uid, "gid": 0});
    let held = if uid == 0 { bounding } else { &[] };
    process["capabilities"] = json!({"bounding": bounding, "effective": held, "permitted": held});
    if uid != 0 {
        process["user"] = json!({"uid": uid, "gid": 3000, "additionalGids": [2000]});
    }
    config["root"]["readonly"] = json!(uid != 0);
    config
}

/// Holds a Pod against each change, and gives what was found otherwise than it has to be.
fn hold(pod: &str, config: &Value, changes: &[Change]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let actual = folder.path().join("report.json");
    let mut wrong = Vec::new();
    for (edits, finds) in changes {
        let mut config = config.clone();
        apply(&mut config, edits);
        std::fs::write(&actual, report(&["runc", "run"], "pod", &config)).unwrap();
        let more = ["--runtime", "docker", "--container", "kuard"];
        let (mut found, shown) = compared(&book(pod), &actual, &more);
        found.retain(|found| found.starts_with("drift"));
        found.dedup();
        let wanted: Vec<String> = finds.iter().map(|id| format!("drift {id}")).collect();
        if found != wanted {
            wrong.push(format!(
                "{pod} {edits:?}: wanted {wanted:?}, found:\n{shown}"
            ));
        }
    }
    wrong
}

#[test]
fn pods_of_the_book_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    if !Path::new(PROFILE).exists() {
        println!("SKIPPED: golang-github-docker-docker-dev");
        return;
    }
    let mut wrong = hold(
        "security-context.yaml",
        &told(1000, &FOURTEEN),
        SECURITY_CONTEXT,
    );
    let mut bounding = FOURTEEN.to_vec();
    bounding.retain(|name| *name != "CAP_NET_BIND_SERVICE");
    bounding.push("CAP_SYS_TIME");
    let mut config = told(1000, &bounding);
    config["linux"]["seccomp"] = docker_profile(&bounding);
    if Path::new("/sys/kernel/security/apparmor").exists() {
        println!("SKIPPED: a machine without AppArmor, for the Pod that asks for it");
    } else {
        wrong.extend(hold("profiles.yaml", &config, PROFILES));
    }
    wrong.extend(hold("kuard.yaml", &told(0, &FOURTEEN), KUARD));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_book_s_namespace_takes_kuard_and_warns_as_the_api_server_does() {
    let check = |pods: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
        command.args(["check", "--format", "kubectl", "--namespace-file"]);
        command.arg(book("namespace.yaml"));
        command.args(pods.iter().map(|pod| book(pod)));
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        check(&["kuard.yaml"]),
        "Warning: would violate PodSecurity \"restricted:v1.22\": allowPrivilegeEscalation != false (container \"kuard\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"kuard\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"kuard\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"kuard\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")\n"
    );
    // SYS_TIME is none of baseline's: the server would not take it.
    let text = check(&["profiles.yaml"]);
    let wanted = "violates PodSecurity \"baseline:v1.22\": non-default capabilities (container \"kuard\" must not include \"SYS_TIME\" in securityContext.capabilities.add)";
    assert!(text.contains(wanted), "{text}");
}
