//! Containers that lie, hide, multiply and die, beside honest ones.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::arena::{Arena, until};
use super::engines::{bundle, run};
use super::reused::again;

/// An honest Pod's container, whose cgroup path others imitate.
pub(super) const POD: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";

/// An escape code, a line feed, a mark that turns the line around, what ends a string.
pub(super) const NAME: &str = "w\u{1b}[2J\n\u{202e}b\"}\\";
pub(super) const SHOWN: &str = "w\\x1b[2J\\n\\u{202e}b\"}\\\\";

pub(super) fn shell(script: &str) -> Vec<String> {
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
fn reused(arena: &Arena) -> Option<(u64, Child)> {
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

/// All of them, each by its first process.
pub(super) struct Hostile {
    pub(super) honest: u64,
    pub(super) imitator: u64,
    pub(super) renamer: u64,
    pub(super) mounter: u64,
    pub(super) bomb: u64,
    pub(super) trap: u64,
    pub(super) stale: (u64, Child),
}

impl Hostile {
    /// How many rows they are.
    pub(super) const ROWS: usize = 7;

    pub(super) fn start(arena: &Arena) -> Self {
        Self {
            honest: honest(arena),
            imitator: imitator(arena),
            renamer: renamer(arena),
            mounter: mounter(arena),
            bomb: bomb(arena),
            trap: trap(arena),
            stale: reused(arena).expect("a number a second time"),
        }
    }
}
