//! Whether a process may write a path, against what the kernel does when it is tried.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_amiconfined");

/// What the binary reports under a filter, which bubblewrap loads right before it.
fn under(filter: &ScmpFilterContext) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter.bpf");
    filter
        .export_bpf(std::fs::File::create(&file).unwrap())
        .unwrap();
    let output = Command::new("sh")
        .args([
            "-c",
            "exec bwrap --dev-bind / / --seccomp 3 \"$0\" --no-probe --format json 3<\"$1\"",
        ])
        .arg(BINARY)
        .arg(&file)
        .output()
        .unwrap();
    if output.status.code() == Some(127) {
        println!("SKIPPED: bubblewrap");
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Profiles that know no faccessat2 answer it with EPERM: that is no word about the file.
#[test]
fn a_filter_that_refuses_the_question_is_not_taken_for_a_no() {
    let all = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let mut without = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let call = ScmpSyscall::from_name("faccessat2").unwrap();
    without.add_rule(ScmpAction::Errno(1), call).unwrap();
    let (Some(asked), Some(refused)) = (under(&all), under(&without)) else {
        return;
    };
    let paths = |report: &Value| report["confinement"]["filesystem"]["sensitive"].clone();
    assert!(paths(&asked).to_string().contains("faccessat says"));
    assert_eq!(paths(&refused), paths(&asked));
}

/// A shell in a user namespace of its own that has ids 100000 to 100009 as 0 to 9, and
/// docker's socket, which is a given file, in its file tree.
fn in_user_namespace(socket: &str) -> Option<Child> {
    let script = format!(
        "mount -t tmpfs none /run && : > /run/docker.sock && mount --bind {socket} /run/docker.sock \
         && exec unshare --user --keep-caps sh -c 'echo ready; read go; \
         exec setpriv --reuid 0 --regid 0 --clear-groups sh -c \"echo as root; read end\"'"
    );
    let mut child = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    if lines.next()?.ok()? != "ready" {
        return None;
    }
    for map in ["uid_map", "gid_map"] {
        std::fs::write(format!("/proc/{}/{map}", child.id()), "0 100000 10").unwrap();
    }
    child.stdin.as_mut()?.write_all(b"go\n").ok()?;
    assert_eq!(lines.next()?.ok()?, "as root");
    Some(child)
}

/// What the report says of docker's socket, and whether a write as the process succeeds.
fn connectable(owner: u32) -> Option<(Value, bool)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    std::fs::set_permissions(&socket, PermissionsExt::from_mode(0o600)).unwrap();
    chown(&socket, Some(owner), Some(owner)).unwrap();
    let mut child = in_user_namespace(socket.to_str().unwrap())?;
    let pid = child.id().to_string();
    let report = Command::new(BINARY)
        .args(["--pid", &pid, "--format", "json"])
        .output()
        .unwrap();
    // The kernel's own rule, asked as the process by another program.
    let truth = Command::new("nsenter")
        .args([
            "--target", &pid, "--user", "--mount", "--setuid", "0", "--setgid", "0",
        ])
        .args(["test", "-w", "/run/docker.sock"])
        .status()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let sockets = &report["confinement"]["filesystem"]["runtime_sockets"];
    Some((sockets[0]["connectable"]["known"].clone(), truth.success()))
}

#[test]
fn a_capability_in_a_user_namespace_reaches_the_ids_that_are_mapped_there() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    for (owner, reached) in [(100_001, true), (100_010, false), (0, false)] {
        let Some((said, truth)) = connectable(owner) else {
            println!("SKIPPED: user namespaces");
            return;
        };
        assert_eq!(truth, reached, "{owner}: the kernel");
        assert_eq!(said["writable"], reached, "{owner}: {said}");
        let why = said["decided_by"].as_str().unwrap();
        assert!(why.contains(&format!("{owner}:{owner}")), "{why}");
    }
}

/// Root without a capability may not look into another user's process.
#[test]
fn what_may_not_be_looked_at_is_not_said_to_be_missing() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let mut child = Command::new("setpriv")
        .args(["--reuid=1000", "--regid=1000", "--clear-groups"])
        .args(["sleep", "60"])
        .spawn()
        .unwrap();
    let pid = child.id().to_string();
    let comm = format!("/proc/{pid}/comm");
    while std::fs::read(&comm).unwrap() != b"sleep\n" {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = Command::new("setpriv")
        .args(["--inh-caps=-all", "--bounding-set=-all", BINARY])
        .args(["--pid", &pid, "--format", "json"])
        .output()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let seen = &report["confinement"];
    let denied = &seen["filesystem"]["runtime_sockets_denied"];
    assert_eq!(denied["errno"]["name"], "EACCES", "{denied}");
    let evidence = &seen["runtime"]["kubernetes"]["evidence"];
    assert_eq!(
        evidence[1], "could not be looked for: token, variable",
        "{evidence}"
    );
}

/// What the tool says of a device, and whether it opens, below a `/dev` of its own with
/// these mount options and nodes.
fn device(options: &str, path: &str, number: &str, before: &str) -> Option<(Value, bool)> {
    let script = format!(
        "mount -t tmpfs -o {options} none /dev && mknod {path} c {number} && mknod /dev/null c 1 3 \
         && exec {before} sh -c '\"$0\" --no-probe --format json; ( : >> {path} ) && exit 0; exit 9' \"$0\""
    );
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script, BINARY])
        .output()
        .ok()?;
    let report: Value = serde_json::from_slice(&output.stdout).ok()?;
    let paths = report["confinement"]["filesystem"]["sensitive"].as_array()?;
    let said = paths.iter().find(|said| said["path"] == path)?;
    Some((said["writable"].clone(), output.status.success()))
}

/// A mode lets root write the nodes; something else does not let it open them.
#[test]
fn a_device_that_does_not_open_is_not_said_to_be_writable() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let setpriv = "setpriv --bounding-set=-sys_rawio";
    for (options, path, number, before, opened, why) in [
        ("mode=755", "/dev/kmsg", "1 11", "", true, "faccessat"),
        ("nodev", "/dev/kmsg", "1 11", "", false, "nodev"),
        (
            "mode=755",
            "/dev/mem",
            "1 1",
            setpriv,
            false,
            "CAP_SYS_RAWIO",
        ),
    ] {
        let (said, truth) = device(options, path, number, before).unwrap();
        assert_eq!(truth, opened, "{path} {options}: the kernel");
        assert_eq!(
            said["known"]["writable"], opened,
            "{path} {options}: {said}"
        );
        let decided = said["known"]["decided_by"].as_str().unwrap();
        assert!(decided.contains(why), "{decided}");
    }
}
