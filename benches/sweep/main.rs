//! What a sweep of a whole node costs: 10, 100 and 1,000 containers of ten sleeping
//! processes each, in namespaces and control groups of their own, with a runtime's state on
//! disk; beside a C program that reads the same files and does nothing with them
//! (`read.c`). The files are those that strace sees the sweep read.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod cluster;
#[path = "../../tests/integration/live_runc/profile.rs"]
mod profile;
mod traced;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const SIZES: [usize; 3] = [10, 100, 1000];
const PROCESSES: usize = 10;
const RUNS: usize = 5;
const GROUP: &str = "amiconfined-bench";
const TASKS: &str = "/run/containerd/io.containerd.runtime.v2.task/k8s.io";
/// The hierarchies of version 1 that a container is put into, where they are there.
const HIERARCHIES: [&str; 6] = ["systemd", "pids", "memory", "cpu", "devices", "freezer"];
/// What runtimes write is not to be seen by the machine.
const SCRIPT: &str = "ip link set lo up; mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib \
    && exec \"$@\"";

fn must(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn compile(source: &str, to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    must(
        Command::new("cc")
            .args(["-O2", "-static", "-o"])
            .arg(to)
            .arg(source),
    );
}

/// The control groups' directories: each hierarchy of version 1, or the only one.
fn hierarchies() -> Vec<PathBuf> {
    let root = Path::new("/sys/fs/cgroup");
    if root.join("cgroup.procs").exists() {
        return vec![root.to_owned()];
    }
    HIERARCHIES
        .map(|name| root.join(name))
        .into_iter()
        .filter(|dir| dir.is_dir())
        .collect()
}

fn pod(id: &str) -> String {
    format!("kubepods/besteffort/pod{}", &id[32..])
}

/// Ids as containerd's: 64 hexadecimal digits, each in a Pod of its own.
fn ids(count: usize) -> Vec<String> {
    (1..=count)
        .map(|n| format!("{n:032x}{:032x}", n * 7 + 1))
        .collect()
}

/// The container's directory, with what its runtime was told.
fn bundle(id: &str, config: &mut Value) -> PathBuf {
    let dir = Path::new(TASKS).join(id);
    fs::create_dir_all(&dir).unwrap();
    config["annotations"] = json!({
        "io.kubernetes.cri.container-type": "container",
        "io.kubernetes.cri.container-name": "web",
        "io.kubernetes.cri.image-name": "registry.example/web:1",
        "io.kubernetes.cri.sandbox-name": format!("web-{}", &id[24..32]),
        "io.kubernetes.cri.sandbox-namespace": "shop",
        "io.kubernetes.cri.sandbox-uid": &id[32..],
    });
    config["linux"]["cgroupsPath"] = json!(format!("/{GROUP}/{}/{id}", pod(id)));
    fs::write(dir.join("config.json"), config.to_string()).unwrap();
    dir
}

/// Starts the containers, with the state that containerd keeps of each.
fn start(folder: &Path, count: usize) -> Child {
    let rootfs = folder.join("rootfs");
    for dir in ["proc", "sys", "dev", "tmp", "etc", "run", "var"] {
        fs::create_dir_all(rootfs.join(dir)).unwrap();
    }
    for file in ["hosts", "hostname", "resolv.conf", "os-release"] {
        fs::write(rootfs.join("etc").join(file), "").unwrap();
    }
    must(Command::new("runc").arg("spec").current_dir(folder));
    let text = fs::read(folder.join("config.json")).unwrap();
    let mut config: Value = serde_json::from_slice(&text).unwrap();
    config["linux"]["seccomp"] = profile::docker_profile(&[]);
    let ids = ids(count);
    for id in &ids {
        for hierarchy in hierarchies() {
            fs::create_dir_all(hierarchy.join(GROUP).join(pod(id))).unwrap();
        }
        bundle(id, &mut config);
    }
    compile("benches/sweep/node.c", &folder.join("node"));
    let mut node = Command::new(folder.join("node"))
        .arg(&rootfs)
        .args([GROUP, &PROCESSES.to_string()])
        .args(hierarchies())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = node.stdin.take().unwrap();
    for id in &ids {
        writeln!(to, "{}/{id}", pod(id)).unwrap();
    }
    drop(to);
    // The containers hold the pipe open: it has no end.
    let mut said = BufReader::new(node.stdout.take().unwrap()).lines();
    for _ in 0..count {
        let line = said.next().expect("a container that started").unwrap();
        let (pid, path) = line.split_once(' ').unwrap();
        let id = path.rsplit('/').next().unwrap();
        fs::write(Path::new(TASKS).join(id).join("init.pid"), pid).unwrap();
    }
    node
}

/// Least and median milliseconds, and the peak of resident memory in KiB.
fn measured(folder: &Path, command: &[&str]) -> (f64, f64, u64) {
    let printed = must(
        Command::new(folder.join("measure"))
            .arg(RUNS.to_string())
            .args(command),
    );
    let mut words = printed.split_whitespace();
    let mut next = || words.next().unwrap().parse::<f64>().unwrap();
    let (least, median) = (next(), next());
    (least, median, words.next().unwrap().parse().unwrap())
}

/// Everything inside, for one size.
fn inside(count: usize, binary: &str, sample: &Path) {
    let folder = tempfile::tempdir().unwrap();
    compile("benches/inspect/measure.c", &folder.path().join("measure"));
    compile("benches/sweep/read.c", &folder.path().join("read"));
    let mut node = start(folder.path(), count);
    let sweep = [binary, "sweep", "--format", "ndjson"];
    let printed = must(Command::new(binary).args(&sweep[1..]));
    let found = printed
        .lines()
        .filter(|line| line.contains("\"web-"))
        .count();
    assert_eq!(found, count, "containers found");
    let first = printed
        .lines()
        .find(|line| line.contains("\"web-00000001\""));
    fs::write(sample, first.unwrap()).unwrap();
    let list = folder.path().join("list");
    let files = traced::list(folder.path(), &sweep, &list);
    let mut baseline: Vec<f64> = (0..RUNS)
        .map(|_| {
            let printed = must(Command::new(folder.path().join("read")).arg(&list));
            printed.split_whitespace().next().unwrap().parse().unwrap()
        })
        .collect();
    baseline.sort_by(f64::total_cmp);
    for format in ["ndjson", "text"] {
        let (least, median, peak) = measured(folder.path(), &[&sweep[..3], &[format]].concat());
        println!(
            "{count:>10} {:>9} {files:>9} {:>9.1} {:>9.1} {least:>9.1} {median:>9.1} {:>6.2} {peak:>9} {:>9.3}  {format}",
            count * PROCESSES,
            baseline[0],
            baseline[RUNS / 2],
            least / baseline[0],
            least / count as f64,
        );
    }
    node.kill().unwrap();
    node.wait().unwrap();
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let binary = std::env::var("AMICONFINED_MEASURED").expect("make bench sets it");
    if let (Some(count), Some(sample)) = (args.next(), args.next()) {
        inside(count.parse().unwrap(), &binary, Path::new(&sample));
        return;
    }
    if !nix::unistd::geteuid().is_root() || !Path::new(profile::PROFILE).exists() {
        println!("SKIPPED: root, runc, strace and golang-github-docker-docker-dev");
        return;
    }
    println!(
        "{:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>9} {:>9}",
        "containers",
        "processes",
        "files",
        "C least",
        "C median",
        "least ms",
        "median ms",
        "ratio",
        "peak KiB",
        "ms each"
    );
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("sample");
    for size in SIZES {
        let status = Command::new("unshare")
            .args([
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "-n",
                "-m",
            ])
            .args(["--propagation", "private", "sh", "-c", SCRIPT, "node"])
            .arg(std::env::current_exe().unwrap())
            .arg(size.to_string())
            .arg(&sample)
            .status()
            .unwrap();
        remove_groups();
        assert!(status.success(), "inside: {status}");
    }
    let measure = folder.path().join("measure");
    compile("benches/inspect/measure.c", &measure);
    let most = std::env::var("NODES").map_or(10_000, |most| most.parse().unwrap());
    let record = fs::read_to_string(&sample).unwrap();
    cluster::run(&measure, &binary, &record, &ids(1)[0], most);
}

/// Removes the control groups once what was in them has ended.
fn remove_groups() {
    for group in hierarchies().iter().map(|dir| dir.join(GROUP)) {
        for _ in 0..100 {
            let _ = Command::new("find")
                .arg(&group)
                .args(["-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
                .output();
            if !group.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert!(!group.exists(), "{} stays", group.display());
    }
}
