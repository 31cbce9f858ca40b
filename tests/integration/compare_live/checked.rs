//! `check` with no file, in containers: the level that each keeps in fact, and what it fails.

use serde_json::{Value, json};

use super::bundle::{base, output};
use super::missing;
use super::oci::apply;

const PROFILE: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["keyctl"],"action":"SCMP_ACT_ERRNO"}]}"#;
const ADMIN: &str = r#"{"bounding":["CAP_SYS_ADMIN"]}"#;
const KILL: &str = r#"{"bounding":["CAP_KILL"]}"#;

/// What is changed of a container that keeps restricted, the exit code of `--level restricted`,
/// how its verdict ends, and the controls that it fails.
type Row = (
    &'static [(&'static str, &'static str)],
    i32,
    &'static str,
    &'static [&'static str],
);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (&[], 0, "in fact restricted", &[]),
    (&[("/process/noNewPrivileges", "false")], 1, "in fact baseline: no_new_privs is 0", &["restricted allowPrivilegeEscalation"]),
    (&[("/process/user", r#"{"uid":0,"gid":0}"#)], 1, "in fact baseline: user id is 0", &["restricted runAsNonRoot"]),
    (&[("-seccomp", "")], 1, "in fact baseline: no seccomp filter is installed", &["restricted seccompProfile_restricted"]),
    (&[("/process/capabilities", KILL)], 1, "in fact baseline: the bounding set is 0000000000000020: CAP_KILL", &["restricted capabilities_restricted"]),
    (&[("/process/capabilities", ADMIN)], 1, "in fact privileged: the bounding set is 0000000000200000: CAP_SYS_ADMIN", &["baseline capabilities_baseline", "restricted capabilities_restricted"]),
    (&[("-namespace", "ipc")], 1, "in fact privileged: the ipc namespace is the node's", &["baseline hostNamespaces"]),
    (&[("/linux/readonlyPaths", "[]")], 1, "in fact privileged: ", &["baseline procMount", "restricted procMount_restricted"]),
    (&[("+mount", "ro")], 1, "in fact privileged: ", &["baseline hostPathVolumes", "restricted restrictedVolumes"]),
];

fn restricted() -> Value {
    let mut config = base();
    let args = ["/amiconfined", "check", "--level", "restricted"];
    config["process"]["args"] = json!(args);
    config["process"]["user"] = json!({"uid": 1000, "gid": 1000});
    config["process"]["capabilities"] = json!({});
    config["linux"]["seccomp"] = serde_json::from_str(PROFILE).unwrap();
    config
}

#[test]
fn a_container_is_told_the_level_that_it_keeps_and_each_control_it_fails() {
    if let Some(what) = missing(&["runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let mut wrong = Vec::new();
    for (edits, code, verdict, fails) in ROWS {
        let mut config = restricted();
        apply(&mut config, edits);
        let output = output(&["runc", "run"], "check", &config, |_| false);
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let head = format!("this process: declared restricted, {verdict}");
        let failed =
            |(line, control): (&&str, &&str)| line.starts_with(&format!("  fails {control}: "));
        let right = output.status.code() == Some(*code)
            && lines[0].starts_with(&head)
            && lines.len() == fails.len() + 1
            && lines[1..].iter().zip(*fails).all(failed);
        if !right {
            let stderr = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!(
                "{edits:?}: wanted {head} {fails:?}, found {text}{stderr}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
