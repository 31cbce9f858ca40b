//! What hostile containers look like to a sweep.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::arena::{Arena, must};
use super::engines::{bundle, run};
use super::hostile::{Hostile, POD, SHOWN, shell};

/// Containers that come and die, until it is over.
pub(super) fn dying(arena: &Arena, over: &AtomicBool) {
    let dir = bundle(arena, "sweep-dying", &shell("exec sleep 1000"), |_| {});
    while !over.load(Ordering::Relaxed) {
        let state = run("runc", &dir, "sweep-dying").unwrap();
        let pid = i32::try_from(state["pid"].as_u64().unwrap()).unwrap();
        std::thread::sleep(Duration::from_millis(7));
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        let _ = must(Command::new("runc").args(["delete", "--force", "sweep-dying"]));
    }
}

fn by_pid(records: &[Value], pid: u64) -> &Value {
    let found: Vec<&Value> = records
        .iter()
        .filter(|r| r["confinement"]["process"]["pid"] == pid)
        .collect();
    assert_eq!(found.len(), 1, "pid {pid}: {:?}", super::ids(records));
    found[0]
}

impl Hostile {
    /// Holds each to who it is, whatever it says.
    pub(super) fn held(&self, records: &[Value]) {
        let known =
            |pid: u64, field: &str| by_pid(records, pid)["identity"][field]["known"].clone();
        assert_eq!(by_pid(records, self.honest)["identity"]["id"], POD);
        assert_eq!(known(self.honest, "pod_name"), SHOWN);
        assert_eq!(known(self.honest, "pod_namespace"), "shop");
        assert_eq!(known(self.honest, "container_name"), "web");
        let evil = by_pid(records, self.imitator);
        assert_eq!(evil["identity"]["id"], "sweep-imitator");
        assert_eq!(known(self.imitator, "pod_name"), Value::Null);
        let why = evil["half_seen"][0].as_str().unwrap();
        assert!(why.contains(POD), "{why}");
        for (pid, id) in [
            (self.renamer, "sweep-renamer"),
            (self.mounter, "sweep-mounter"),
            (self.bomb, "sweep-bomb"),
            (self.trap, "sweep-trap"),
        ] {
            assert_eq!(by_pid(records, pid)["identity"]["id"], id);
        }
        let renamer = &by_pid(records, self.renamer)["confinement"]["process"];
        let name = renamer["comm"]["known"].as_str().unwrap();
        assert!(name.starts_with("x\\xff\\x1b[31m"), "{name}");
        let evidence = by_pid(records, self.trap)["confinement"]["runtime"].to_string();
        assert!(
            !evidence.contains(".dockerenv") && !evidence.contains("podman"),
            "{evidence}"
        );
        let processes = by_pid(records, self.bomb)["processes"].as_u64().unwrap();
        assert!((1..=40).contains(&processes), "{processes} in the bomb");
        let id = by_pid(records, self.stale.0)["identity"]["id"].as_str();
        assert_ne!(id.unwrap(), "sweep-stale");
    }

    /// What is held in the end: the bomb did what it is for, and no terminal was moved.
    pub(super) fn over(&self) {
        let refused = refused_forks(self.bomb);
        assert!(refused > 0, "the bomb never reached its limit");
        // What is left of a container that its runtime does not know to be dead.
        must(Command::new("runc").args(["delete", "--force", "sweep-stale"])).unwrap();
        nothing_moved_the_terminal();
    }
}

/// How many forks the limit of a process's cgroup has refused (`pids.events`).
fn refused_forks(pid: u64) -> u64 {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
    let paths = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let hierarchy = if controllers == "pids" { "/pids" } else { "" };
        matches!(controllers, "pids" | "")
            .then(|| format!("/sys/fs/cgroup{hierarchy}{path}/pids.events"))
    });
    let events = paths.filter_map(|path| fs::read_to_string(path).ok());
    let max = events.filter_map(|text| text.trim().strip_prefix("max ")?.parse::<u64>().ok());
    max.sum()
}

/// What is for people holds no byte that acts on a terminal.
fn nothing_moved_the_terminal() {
    for format in ["text", "html", "prometheus", "ndjson", "json"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
        let printed = must(command.args(["sweep", "--wide", "--format", format])).unwrap();
        let bad = printed
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{format}");
        assert!(printed.contains("shop"), "{format}");
        if format == "prometheus" {
            assert_eq!(crate::metrics::objections(&printed), None);
        }
    }
}
