//! What `podman inspect` and `docker inspect` print of a container, held against the container
//! itself, and against one of the same name that was started with one option changed.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::bundle::{rootfs, succeed};
use super::dockerd::{Dockerd, apart};
use super::{compared, missing};

/// One container, one option changed, and what has to be found then.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// Rows that both engines know; `NOTHING` is a folder of the host, `PROFILE` a seccomp profile.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("cap-more", &[], &["--cap-add=SYS_ADMIN"], &["capability-extra"]),
    ("cap-less", &[], &["--cap-drop=CHOWN"], &["capability-missing"]),
    ("nnp-off", &["--security-opt=no-new-privileges"], &[], &["no-new-privs"]),
    ("seccomp-off", &[], &["--security-opt=seccomp=unconfined"], &["seccomp-mode"]),
    ("seccomp-swapped", &[], &["--security-opt=seccomp=PROFILE"], &["seccomp-verdicts"]),
    ("root-writable", &["--read-only"], &[], &["root-filesystem"]),
    ("uid", &["--user=1000:3000"], &["--user=1001:3000"], &["uid"]),
    ("gid", &["--user=1000:3000"], &["--user=1000:3001"], &["gid"]),
    ("host-pid", &[], &["--pid=host"], &["namespace-pid"]),
    ("host-uts", &[], &["--uts=host"], &["namespace-uts"]),
    ("memory", &["--memory=64m"], &["--memory=128m"], &["memory-limit"]),
    ("pids", &["--pids-limit=50"], &["--pids-limit=100"], &["pids-limit"]),
    ("cpu", &["--cpus=0.5"], &["--cpus=1"], &["cpu-limit"]),
    ("oom", &["--oom-score-adj=500"], &["--oom-score-adj=100"], &["oom-score-adj"]),
    ("ulimit", &["--ulimit=nproc=900", "--ulimit=nofile=128:256"], &["--ulimit=nproc=900", "--ulimit=nofile=128:512"], &["rlimit"]),
    ("mount-more", &[], &["--volume=NOTHING:/mnt:ro"], &["mount-extra"]),
    ("mount-writable", &["--volume=NOTHING:/mnt:ro"], &["--volume=NOTHING:/mnt"], &["mount-writable"]),
    ("device-more", &["--device=/dev/zero:/dev/first"], &["--device=/dev/zero:/dev/first", "--device=/dev/fuse"], &["device-extra"]),
];

/// What Docker's inspect says and Podman 4's leaves out.
#[rustfmt::skip]
const DOCKER_ROWS: &[Row] = &[
    ("device-none", &[], &["--device=/dev/fuse"], &["device-extra"]),
    ("host-ipc", &[], &["--ipc=host"], &["namespace-ipc"]),
    ("sysctl", &["--sysctl=net.ipv4.ip_unprivileged_port_start=80"], &["--sysctl=net.ipv4.ip_unprivileged_port_start=90"], &["sysctl"]),
];

/// An engine that is up.
struct Engine {
    /// Its program and first arguments, in namespaces of its own where it has no daemon.
    command: Vec<String>,
    folder: PathBuf,
}

impl Engine {
    fn run(&self, args: &[&str]) -> String {
        let (program, first) = self.command.split_first().unwrap();
        let mut command = Command::new(program);
        command.args(first).args(args);
        command.env("CONTAINERS_CONF", self.folder.join("containers.conf"));
        String::from_utf8(succeed(&mut command).stdout).unwrap()
    }

    /// Starts a container, and gives its report, what `inspect` says, and its id.
    fn container(&self, name: &str, flags: &[&str]) -> (String, String, String) {
        let (nothing, profile) = (self.folder.join("nothing"), self.folder.join("profile"));
        let flags: Vec<String> = flags
            .iter()
            .map(|flag| flag.replace("NOTHING", nothing.to_str().unwrap()))
            .map(|flag| flag.replace("PROFILE", profile.to_str().unwrap()))
            .collect();
        let mut args = vec!["run", "--name", name, "--network=none"];
        args.extend(flags.iter().map(String::as_str));
        args.extend([
            "localhost/amiconfined:1",
            "/amiconfined",
            "--format",
            "json",
        ]);
        let report = self.run(&args);
        let inspect = self.run(&["container", "inspect", name]);
        self.run(&["rm", "--force", name]);
        let parsed: Value = serde_json::from_str(&inspect).unwrap();
        let id = parsed[0]["Id"].as_str().unwrap().to_owned();
        (report, inspect, id)
    }

    fn rows(&self, engine: &str, more: &[Row]) -> Vec<String> {
        let archive = self.folder.join("rootfs.tar");
        let mut tar = Command::new("tar");
        tar.arg("-C")
            .arg(rootfs())
            .arg("-cf")
            .arg(&archive)
            .arg(".");
        succeed(&mut tar);
        self.run(&[
            "import",
            archive.to_str().unwrap(),
            "localhost/amiconfined:1",
        ]);
        let declared = self.folder.join("inspect.json");
        let actual = self.folder.join("report.json");
        let name = format!("amiconfined-compare-{}", std::process::id());
        let plain = self.container(&name, &[]);
        let mut wrong = Vec::new();
        for (row, flags, changed, finds) in ROWS.iter().chain(more) {
            let start = |flags: &[&str]| match flags {
                [] => plain.clone(),
                flags => self.container(&name, flags),
            };
            let (report, inspect, id) = start(flags);
            let mut hold = |report: &str, inspect: &str, finds: &[&str]| {
                std::fs::write(&declared, inspect).unwrap();
                std::fs::write(&actual, report).unwrap();
                let (mut found, told) = compared(&declared, &actual, &[]);
                found.dedup();
                let wanted: Vec<String> = finds.iter().map(|id| format!("drift {id}")).collect();
                if found != wanted {
                    wrong.push(format!("{engine} {row}: wanted {wanted:?}, found:\n{told}"));
                }
            };
            hold(&report, &inspect, &[]);
            // The changed one has the name and a new id.
            let (report, _, new) = start(changed);
            hold(&report, &inspect.replace(&id, &new), finds);
        }
        println!(
            "{engine}: {} declarations held and changed",
            ROWS.len() + more.len()
        );
        wrong
    }
}

/// A folder with what the rows name.
fn folder() -> tempfile::TempDir {
    // Sockets have short names.
    let folder = tempfile::Builder::new().prefix("amic-").tempdir().unwrap();
    std::fs::create_dir(folder.path().join("nothing")).unwrap();
    // This machine may not raise limits, which is what podman's own defaults do.
    let conf = "[containers]\ndefault_ulimits = []\n[engine]\nevents_logger = \"none\"\n";
    std::fs::write(folder.path().join("containers.conf"), conf).unwrap();
    let profile = r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}"#;
    std::fs::write(folder.path().join("profile"), profile).unwrap();
    folder
}

#[test]
fn podman_containers_are_as_inspect_says_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["podman", "crun", "runc", "unshare", "ip"]) {
        println!("SKIPPED: {what}");
        return;
    }
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let mut command = apart();
    command.extend(["podman", "--cgroup-manager=cgroupfs"].map(str::to_owned));
    command.extend([
        "--root".to_owned(),
        at("root"),
        "--runroot".to_owned(),
        at("run"),
    ]);
    let engine = Engine {
        command,
        folder: folder.path().to_owned(),
    };
    let wrong = engine.rows("podman", &[]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn docker_containers_are_as_inspect_says_and_one_change_is_one_finding() {
    if let Some(what) = missing(&[
        "docker",
        "dockerd",
        "containerd",
        "runc",
        "iptables",
        "unshare",
        "ip",
    ]) {
        println!("SKIPPED: {what}");
        return;
    }
    let folder = folder();
    let socket = format!("unix://{}", folder.path().join("sock").display());
    let daemon = Dockerd::start(folder.path(), &socket);
    let engine = Engine {
        command: ["docker", "-H", &socket].map(str::to_owned).to_vec(),
        folder: folder.path().to_owned(),
    };
    let up = (0..300).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let mut asked = Command::new("docker");
        asked.args(["-H", &socket, "version"]);
        asked.output().unwrap().status.success()
    });
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(up, "{log}");
    let wrong = engine.rows("docker", DOCKER_ROWS);
    drop(daemon);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
