//! Containers of every runtime, each with what the runtime itself says of it.

use std::process::Command;

use serde_json::{Value, json};

use super::arena::{Arena, has, must};
use super::{heartbeat, managed, pods, rootless, unmanaged};

/// What a runtime says of a container that it started.
#[derive(Debug)]
pub(super) struct Told {
    /// What started it.
    pub(super) runtime: &'static str,
    /// Its id, where there is a runtime that gives one.
    pub(super) id: Option<String>,
    /// Its first process.
    pub(super) pid: u32,
    /// Its name.
    pub(super) name: Option<String>,
    /// Namespace, name and uid of its Pod, as they are shown.
    pub(super) pod: Option<[&'static str; 3]>,
    /// Its image.
    pub(super) image: Option<String>,
    /// Its manager, in the record's words.
    pub(super) manager: Option<&'static str>,
    /// Whether it was told that its root file system is read-only.
    pub(super) read_only: Option<bool>,
    /// The capabilities that it was told to bound itself by, sorted.
    pub(super) bounding: Option<Vec<String>>,
}

impl Told {
    /// One of which nothing is said but its first process.
    pub(super) fn of(runtime: &'static str, pid: u32) -> Self {
        Self {
            runtime,
            id: None,
            pid,
            name: None,
            pod: None,
            image: None,
            manager: None,
            read_only: None,
            bounding: None,
        }
    }
}

/// Names as JSON lists them, sorted.
pub(super) fn sorted(names: &Value) -> Option<Vec<String>> {
    let names = names.as_array()?.iter().filter_map(Value::as_str);
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    Some(names)
}

/// Starts a container.
type Start = fn(&Arena) -> Result<Told, String>;

/// Every runtime: its programs, and how it starts a container.
pub(super) const ALL: [(&[&str], Start); 16] = [
    (&["runc"], |arena| oci(arena, "runc")),
    (&["crun"], |arena| oci(arena, "crun")),
    (&["youki", "runc"], |arena| oci(arena, "youki")),
    (&["podman", "crun"], managed::podman),
    (&["podman", "newuidmap", "setpriv"], rootless::podman),
    (&["dockerd", "docker", "runc"], managed::docker),
    (&["lxc-start", "lxc-info"], managed::lxc),
    (&["containerd", "ctr", "runc"], managed::containerd),
    (&["containerd", "ctr", "runc", "podman"], pods::sandbox),
    (
        &["containerd", "ctr", "runc", "podman", "curl"],
        pods::container,
    ),
    (&["runsc"], managed::gvisor),
    (&["bwrap"], unmanaged::bubblewrap),
    (&["systemd-nspawn"], unmanaged::nspawn),
    (&["firejail"], unmanaged::firejail),
    (&["nsjail"], unmanaged::nsjail),
    (&["unshare"], unmanaged::unshare),
];

/// Starts one, unless its programs are not there.
pub(super) fn start(arena: &Arena, programs: &[&str], start: Start) -> Option<Told> {
    if let Some(missing) = programs.iter().find(|program| !has(program)) {
        match *missing {
            "youki" => println!("SKIPPED: youki, which `make lab-youki` builds"),
            missing => println!("SKIPPED: {missing}"),
        }
        return None;
    }
    Some(start(arena).unwrap_or_else(|why| panic!("{}: {why}", programs[0])))
}

/// The heartbeat of a runtime's container, as it is run inside.
pub(super) fn beat(runtime: &str) -> Vec<String> {
    heartbeat::command("/beat/exe", &format!("/beat/{runtime}"))
}

/// A bundle that runs these arguments.
pub(super) fn bundle(
    arena: &Arena,
    id: &str,
    args: &[String],
    edit: impl FnOnce(&mut Value),
) -> std::path::PathBuf {
    let dir = arena.path(&format!("bundle-{id}"));
    std::fs::create_dir(&dir).unwrap();
    must(Command::new("runc").arg("spec").current_dir(&dir)).unwrap();
    let file = dir.join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    config["process"]["terminal"] = json!(false);
    config["process"]["rlimits"] = json!([]);
    config["process"]["args"] = json!(args);
    config["root"]["path"] = json!(arena.path("rootfs"));
    let beats = json!({"destination": "/beat", "type": "bind", "source": arena.path("beat"), "options": ["bind", "rw"]});
    config["mounts"].as_array_mut().unwrap().push(beats);
    edit(&mut config);
    std::fs::write(&file, config.to_string()).unwrap();
    dir
}

/// Starts a bundle, and gives what `state` says of it.
pub(super) fn run(program: &str, dir: &std::path::Path, id: &str) -> Result<Value, String> {
    let log = dir.join("log");
    let file = || std::fs::File::create(&log).unwrap();
    let status = Command::new(program)
        .args(["run", "--detach", "--bundle"])
        .arg(dir)
        .arg(id)
        .stdin(std::process::Stdio::null())
        .stdout(file())
        .stderr(file())
        .status();
    if !status.is_ok_and(|s| s.success()) {
        return Err(std::fs::read_to_string(&log).unwrap_or_default());
    }
    let state = must(Command::new(program).args(["state", id]))?;
    serde_json::from_str(&state).map_err(|e| e.to_string())
}

/// A process's id out of JSON.
pub(super) fn pid(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn oci(arena: &Arena, program: &'static str) -> Result<Told, String> {
    let id = format!("sweep-{program}");
    let dir = bundle(arena, &id, &beat(program), |_| {});
    let state = run(program, &dir, &id)?;
    let config = std::fs::read(dir.join("config.json")).map_err(|e| e.to_string())?;
    let config: Value = serde_json::from_slice(&config).map_err(|e| e.to_string())?;
    Ok(Told {
        id: Some(state["id"].as_str().unwrap().to_owned()),
        read_only: config["root"]["readonly"].as_bool(),
        bounding: sorted(&config["process"]["capabilities"]["bounding"]),
        ..Told::of(program, pid(&state["pid"]))
    })
}

/// The root filesystem as an archive, for engines.
pub(super) fn archive(arena: &Arena) -> Result<std::path::PathBuf, String> {
    let file = arena.path("rootfs.tar");
    must(
        Command::new("tar")
            .arg("-C")
            .arg(arena.path("rootfs"))
            .arg("-cf")
            .arg(&file)
            .arg("."),
    )?;
    Ok(file)
}

/// What podman's and docker's `inspect` says.
pub(super) fn inspected(runtime: &'static str, said: &Value, image: Option<&str>) -> Told {
    Told {
        id: said["Id"].as_str().map(str::to_owned),
        name: said["Name"]
            .as_str()
            .map(|name| name.trim_start_matches('/').to_owned()),
        image: image.map(str::to_owned),
        manager: Some(runtime),
        read_only: said["HostConfig"]["ReadonlyRootfs"].as_bool(),
        bounding: sorted(&said["BoundingCaps"]),
        ..Told::of(runtime, pid(&said["State"]["Pid"]))
    }
}
