//! Containers that lie, hide, multiply and die, beside honest ones.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::arena::{Arena, has, must, sweep, until};
use super::engines::{bundle, run};
use super::reused::again;

const TEST: &str = "sweep::live::hostile::hostile_containers_are_told_apart_and_change_nothing";

/// An honest Pod's container, whose cgroup path others imitate.
const POD: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";

/// An escape code, a line feed, a mark that turns the line around, what ends a string.
pub(super) const NAME: &str = "w\u{1b}[2J\n\u{202e}b\"}\\";
pub(super) const SHOWN: &str = "w\\x1b[2J\\n\\u{202e}b\"}\\\\";

fn shell(script: &str) -> Vec<String> {
    ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
}

/// A bundle with a root filesystem of its own that it may write.
fn own_root(
    arena: &Arena,
    id: &str,
    script: &str,
    prepare: fn(&Path),
    edit: fn(&mut Value),
) -> u64 {
    let root = arena.rootfs(&format!("root-{id}"));
    prepare(&root);
    let dir = bundle(arena, id, &shell(script), |config| {
        config["root"] = json!({"path": root, "readonly": false});
        config["linux"]["resources"]["cpu"] = json!({"quota": 20000, "period": 100_000});
        edit(config);
    });
    run("runc", &dir, id).unwrap()["pid"].as_u64().unwrap()
}

fn honest(arena: &Arena) -> u64 {
    let dir = bundle(arena, POD, &shell("exec sleep 1000"), |config| {
        config["linux"]["cgroupsPath"] = json!(format!(
            "/sweep-kubepods/kubepods/besteffort/podabc-1/{POD}"
        ));
        config["annotations"] = json!({
            "io.kubernetes.cri.container-type": "container",
            "io.kubernetes.cri.container-name": "web",
            "io.kubernetes.cri.sandbox-name": NAME,
            "io.kubernetes.cri.sandbox-namespace": "shop",
            "io.kubernetes.cri.sandbox-uid": "abc-1",
        });
    });
    run("runc", &dir, POD).unwrap()["pid"].as_u64().unwrap()
}

/// In a cgroup whose path names the honest one.
fn imitator(arena: &Arena) -> u64 {
    own_root(
        arena,
        "sweep-imitator",
        "exec sleep 1000",
        |_| {},
        |config| {
            config["linux"]["cgroupsPath"] =
                json!(format!("/sweep-evil/cri-containerd-{POD}.scope"));
        },
    )
}

/// Calls itself something else all the time, never in UTF-8.
fn renamer(arena: &Arena) -> u64 {
    let script =
        "i=0; while :; do i=$((i+1)); printf 'x\\377\\033[31m%d' $i > /proc/self/comm; done";
    own_root(arena, "sweep-renamer", script, |_| {}, |_| {})
}

/// Binds its own mounts into themselves until there are more than five thousand.
fn mounter(arena: &Arena) -> u64 {
    let script = "mount -t tmpfs x /tmp; i=0; while [ $i -lt 13 ]; do mkdir /tmp/$i; mount -o rbind /tmp /tmp/$i; i=$((i+1)); done; : > /beat/mounted; exec sleep 1000";
    let pid = own_root(
        arena,
        "sweep-mounter",
        script,
        |_| {},
        |config| {
            for set in ["bounding", "effective", "permitted"] {
                config["process"]["capabilities"][set]
                    .as_array_mut()
                    .unwrap()
                    .push(json!("CAP_SYS_ADMIN"));
            }
        },
    );
    until("mounts", || {
        arena.path("beat/mounted").exists().then_some(())
    })
    .unwrap();
    let mounts = fs::read(format!("/proc/{pid}/mountinfo")).unwrap();
    let count = mounts.iter().filter(|b| **b == b'\n').count();
    assert!(count > 5000, "{count} mounts");
    pid
}

/// As many processes as it may have, all of them starting more.
fn bomb(arena: &Arena) -> u64 {
    // Shells that cannot fork end; watch lives on, and starts it again.
    let script = "exec busybox watch -n 1 'b() { while :; do b & sleep 0.05; done; }; b & b & b &'";
    own_root(
        arena,
        "sweep-bomb",
        script,
        |_| {},
        |config| {
            config["linux"]["resources"]["pids"] = json!({"limit": 40});
        },
    )
}

/// Whose file tree leads whoever looks into it astray: a FIFO, which would not end, and
/// links out of the tree.
fn trap(arena: &Arena) -> u64 {
    own_root(
        arena,
        "sweep-trap",
        "exec sleep 1000",
        |root| {
            nix::unistd::mkfifo(
                &root.join("run/.containerenv"),
                nix::sys::stat::Mode::S_IRWXU,
            )
            .unwrap();
            symlink("../../../../../../../etc/hostname", root.join(".dockerenv")).unwrap();
            symlink("/proc/1/root/run/.containerenv", root.join("run/systemd")).unwrap();
            symlink("/run/systemd", root.join("run/host")).unwrap();
        },
        |_| {},
    )
}

/// A container that was killed without its runtime's knowing, and a process that has its
/// number now.
fn reused(arena: &Arena) -> Option<(u64, std::process::Child)> {
    let dir = bundle(arena, "sweep-stale", &shell("exec sleep 1000"), |_| {});
    let old = run("runc", &dir, "sweep-stale").unwrap()["pid"]
        .as_u64()
        .unwrap();
    kill(Pid::from_raw(i32::try_from(old).unwrap()), Signal::SIGKILL).unwrap();
    until("end", || {
        (!Path::new(&format!("/proc/{old}")).exists()).then_some(())
    })
    .unwrap();
    Some((old, again(old)?))
}

fn by_pid(records: &[Value], pid: u64) -> &Value {
    let found: Vec<&Value> = records
        .iter()
        .filter(|r| r["confinement"]["process"]["pid"] == pid)
        .collect();
    assert_eq!(found.len(), 1, "pid {pid}: {:?}", super::ids(records));
    found[0]
}

#[test]
fn hostile_containers_are_told_apart_and_change_nothing() {
    let Some(arena) = Arena::enter(TEST) else {
        return;
    };
    if !has("runc") {
        println!("SKIPPED: runc");
        return;
    }
    let honest = honest(&arena);
    let imitator = imitator(&arena);
    let renamer = renamer(&arena);
    let mounter = mounter(&arena);
    let bomb = bomb(&arena);
    let trap = trap(&arena);
    let stale = reused(&arena);
    std::thread::sleep(Duration::from_millis(300));

    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Containers that come and go all the while.
        scope.spawn(|| {
            let dir = bundle(&arena, "sweep-dying", &shell("exec sleep 1000"), |_| {});
            while !over.load(Ordering::Relaxed) {
                let pid = run("runc", &dir, "sweep-dying").unwrap()["pid"]
                    .as_u64()
                    .unwrap();
                std::thread::sleep(Duration::from_millis(7));
                let _ = kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL);
                let _ = must(Command::new("runc").args(["delete", "--force", "sweep-dying"]));
            }
        });
        let checks = || {
            for _ in 0..10 {
                let records = sweep(&[]);
                let known = |pid: u64, field: &str| {
                    by_pid(&records, pid)["identity"][field]["known"].clone()
                };
                assert_eq!(by_pid(&records, honest)["identity"]["id"], POD);
                assert_eq!(known(honest, "pod_name"), SHOWN);
                assert_eq!(known(honest, "pod_namespace"), "shop");
                assert_eq!(known(honest, "container_name"), "web");
                let evil = by_pid(&records, imitator);
                assert_eq!(evil["identity"]["id"], "sweep-imitator");
                assert_eq!(known(imitator, "pod_name"), Value::Null);
                assert!(
                    evil["half_seen"][0].as_str().unwrap().contains(POD),
                    "{}",
                    evil["half_seen"]
                );
                for (pid, id) in [
                    (renamer, "sweep-renamer"),
                    (mounter, "sweep-mounter"),
                    (bomb, "sweep-bomb"),
                    (trap, "sweep-trap"),
                ] {
                    assert_eq!(by_pid(&records, pid)["identity"]["id"], id);
                }
                let name = by_pid(&records, renamer)["confinement"]["process"]["comm"]["known"]
                    .as_str()
                    .unwrap();
                assert!(name.starts_with("x\\xff\\x1b[31m"), "{name}");
                let evidence = by_pid(&records, trap)["confinement"]["runtime"].to_string();
                assert!(
                    !evidence.contains(".dockerenv") && !evidence.contains("podman"),
                    "{evidence}"
                );
                let processes = by_pid(&records, bomb)["processes"].as_u64().unwrap();
                assert!(
                    (1..=40).contains(&processes),
                    "{processes} processes in the bomb"
                );
                if let Some((pid, _)) = &stale {
                    let id = by_pid(&records, *pid)["identity"]["id"].as_str().unwrap();
                    assert_ne!(id, "sweep-stale");
                }
            }
        };
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(checks));
        over.store(true, Ordering::Relaxed);
        if let Err(why) = checked {
            std::panic::resume_unwind(why);
        }
    });
    assert!(stale.is_some(), "no number was given a second time");
    assert!(refused_forks(bomb) > 0, "the bomb never reached its limit");
    nothing_moved_the_terminal();
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
