//! What a sweep sees with which privilege: what is withheld is denied, never missing.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::arena::{Arena, must, until};
use super::engines::{bundle, run};
use super::grants::GRANTS;

const TEST: &str = "sweep::live::privileges::what_is_withheld_is_denied_and_never_missing";

/// Whose state `sweep-rootless` is.
const USER: u32 = 60_125;

fn sweep(with: &[String]) -> Vec<Value> {
    let mut command = Command::new("setpriv");
    command.args(with).arg("--");
    command
        .arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["sweep", "--format", "ndjson"]);
    records(&mut command)
}

/// A container that a user made, with a runtime's state in that user's own directory.
fn rootless() {
    let id = USER.to_string();
    let mut made = Command::new("setpriv")
        .args(["--reuid", &id, "--regid", &id, "--clear-groups"])
        .args(["unshare", "--user", "--map-root-user", "--mount", "--pid"])
        .args(["--fork", "--kill-child", "/bin/sleep", "1000"])
        .spawn()
        .unwrap();
    let children = format!("/proc/{0}/task/{0}/children", made.id());
    let first = until("its first process", || {
        let pid: u32 = fs::read_to_string(&children).ok()?.trim().parse().ok()?;
        let comm = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        (comm == "sleep\n").then_some(pid)
    });
    assert!(made.try_wait().unwrap().is_none());
    let dir = PathBuf::from(format!("/run/user/{USER}"));
    let state = dir.join("crun/sweep-rootless");
    fs::create_dir_all(&state).unwrap();
    let said = json!({"pid": first.unwrap()}).to_string();
    fs::write(state.join("status"), said).unwrap();
    fs::set_permissions(&dir, Permissions::from_mode(0o700)).unwrap();
    chown(&dir, Some(USER), Some(USER)).unwrap();
}

fn records(command: &mut Command) -> Vec<Value> {
    let printed = must(command).unwrap();
    let mut records: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    records.sort_by_key(|r| r["confinement"]["process"]["pid"].as_u64());
    records
}

/// Every reading that is known in one is known or denied in the other; gives how many
/// were denied.
fn denied_at_most(whole: &Value, part: &Value, path: &str) -> u32 {
    match whole {
        Value::Object(fields) if fields.contains_key("known") => {
            if let Some(denial) = part.get("denied") {
                assert!(
                    !denial["lifted_by"].as_str().unwrap().is_empty(),
                    "{path}: {part}"
                );
                // What was not tried, since something before it was refused, has no errno.
                let tried = denial["syscall"] != "none";
                assert_eq!(
                    denial["errno"]["number"].is_number(),
                    tried,
                    "{path}: {part}"
                );
                return 1;
            }
            assert!(part.get("known").is_some(), "{path}: {part}");
            0
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| denied_at_most(value, &part[name], &format!("{path}.{name}")))
            .sum(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| match part.get(at) {
                Some(part) => denied_at_most(value, part, &format!("{path}[{at}]")),
                None => 0,
            })
            .sum(),
        _ => 0,
    }
}

fn inode(record: &Value) -> &Value {
    let all = record["confinement"]["namespaces"]["namespaces"]
        .as_array()
        .unwrap();
    &all.iter().find(|n| n["kind"] == "mnt").unwrap()["inode"]
}

#[test]
fn what_is_withheld_is_denied_and_never_missing() {
    let Some(arena) = Arena::enter(TEST, &["runc", "setpriv"]) else {
        return;
    };
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    for id in ["sweep-one", "sweep-two"] {
        run("runc", &bundle(&arena, id, &sleep, |_| {}), id).unwrap();
    }
    let dir = bundle(&arena, "sweep-user", &sleep, |config| {
        config["process"]["user"] = json!({"uid": 1234, "gid": 1234});
    });
    run("runc", &dir, "sweep-user").unwrap();
    rootless();
    let whole = sweep(&[]);
    assert_eq!(whole.len(), 4);
    let of_user = |record: &Value| record["identity"]["id"] == "sweep-rootless";
    assert_eq!(whole.iter().filter(|record| of_user(record)).count(), 1);
    for grant in &GRANTS {
        let name = grant.name;
        let part = sweep(&grant.options());
        assert_eq!(part.len(), whole.len(), "{name}");
        let mut denied = 0;
        for (whole, part) in whole.iter().zip(&part) {
            assert_eq!(
                whole["confinement"]["process"]["pid"], part["confinement"]["process"]["pid"],
                "{name}"
            );
            denied += denied_at_most(&whole["confinement"], &part["confinement"], name);
            denied += denied_at_most(&whole["identity"], &part["identity"], name);
            let link = inode(part);
            assert_eq!(link.get("known").is_some(), grant.links, "{name}: {link}");
            let named = whole["identity"]["id"] == part["identity"]["id"];
            let open = if of_user(whole) {
                grant.users
            } else {
                grant.named
            };
            assert_eq!(named, open, "{name}: {}", part["identity"]);
        }
        println!("{name}: {denied} readings denied");
        let all = grant.links && grant.named && grant.users;
        assert_eq!(denied == 0, all, "{name}");
    }
    elsewhere(&arena, &whole);
    without_host_pid();
}

/// In a pid namespace of its own with its own `/proc`, as a Pod without hostPID: that
/// others are not seen is said.
fn without_host_pid() {
    let run = |format: &str| {
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--mount-proc"]);
        command.args([
            env!("CARGO_BIN_EXE_amiconfined"),
            "sweep",
            "--format",
            format,
        ]);
        must(&mut command).unwrap()
    };
    let node: Value = serde_json::from_str(&run("json")).unwrap();
    let ids = node["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["identity"]["id"]);
    assert!(ids.clone().all(|id| id != "sweep-one" && id != "sweep-two"));
    let denial = &node["node"]["all_processes"]["denied"];
    assert!(
        denial["lifted_by"].as_str().unwrap().contains("hostPID"),
        "{node}"
    );
    assert!(run("text").contains("only the processes of one pid namespace are seen"));
}

/// From another pid and mount namespace, as in a Pod that mounts the host's.
fn elsewhere(arena: &Arena, whole: &[Value]) {
    let script = format!(
        "mkdir -p {0}/host/proc {0}/host/root && mount --bind /proc {0}/host/proc && \
         mount --rbind / {0}/host/root && mount -t proc proc /proc && \
         exec \"$0\" sweep --format ndjson --host-proc {0}/host/proc --host-root {0}/host/root",
        arena.dir.path().display()
    );
    let mut command = Command::new("unshare");
    command.args([
        "--pid",
        "--fork",
        "--mount",
        "sh",
        "-c",
        &script,
        env!("CARGO_BIN_EXE_amiconfined"),
    ]);
    let seen = records(&mut command);
    let same = |records: &[Value]| -> Vec<Value> {
        let mut kept = Vec::new();
        for record in records {
            let mut identity = record["identity"].clone();
            // What the path is told below is the host's root either way.
            let pid = record["confinement"]["process"]["pid"].clone();
            identity["pid"] = pid;
            kept.push(identity);
        }
        kept
    };
    // The sweep itself, which is in namespaces of its own there, is one more.
    let found: Vec<Value> = same(&seen)
        .into_iter()
        .filter(|i| i["kind"]["known"] == "workload")
        .collect();
    assert_eq!(found, same(whole));
}
