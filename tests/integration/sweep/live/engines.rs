//! Containers of every runtime, each with what the runtime itself says of it.

use std::process::Command;

use serde_json::{Value, json};

use super::arena::{Arena, background, has, must, until};
use super::heartbeat;

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
    /// Its image.
    pub(super) image: Option<String>,
    /// Its manager, in the record's words.
    pub(super) manager: Option<&'static str>,
}

type Start = fn(&Arena) -> Result<Told, String>;

/// Every runtime: its programs, and how it starts a container.
pub(super) const ALL: [(&[&str], Start); 10] = [
    (&["runc"], |arena| oci(arena, "runc")),
    (&["crun"], |arena| oci(arena, "crun")),
    (&["podman", "crun"], podman),
    (&["dockerd", "docker", "runc"], docker),
    (&["lxc-start", "lxc-info"], lxc),
    (&["containerd", "ctr", "runc"], containerd),
    (&["runsc"], gvisor),
    (&["bwrap"], bubblewrap),
    (&["systemd-nspawn"], nspawn),
    (&["unshare"], unshare),
];

/// Starts one, unless its programs are not there.
pub(super) fn start(arena: &Arena, programs: &[&str], start: Start) -> Option<Told> {
    if let Some(missing) = programs.iter().find(|program| !has(program)) {
        println!("SKIPPED: {missing}");
        return None;
    }
    Some(start(arena).unwrap_or_else(|why| panic!("{}: {why}", programs[0])))
}

/// The heartbeat of a runtime's container, as it is run inside.
fn beat(runtime: &str) -> Vec<String> {
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

fn pid(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn oci(arena: &Arena, program: &'static str) -> Result<Told, String> {
    let id = format!("sweep-{program}");
    let dir = bundle(arena, &id, &beat(program), |_| {});
    let state = run(program, &dir, &id)?;
    Ok(Told {
        runtime: program,
        id: Some(state["id"].as_str().unwrap().to_owned()),
        pid: pid(&state["pid"]),
        name: None,
        image: None,
        manager: None,
    })
}

/// The root filesystem as an archive, for engines.
fn archive(arena: &Arena) -> Result<std::path::PathBuf, String> {
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

fn podman(arena: &Arena) -> Result<Told, String> {
    // This machine may not raise limits, which is what podman's own defaults do.
    let conf = "[containers]\ndefault_ulimits = []\n[engine]\nevents_logger = \"none\"\n";
    std::fs::write(arena.path("containers.conf"), conf).unwrap();
    let podman = || {
        let mut command = Command::new("podman");
        command.env("CONTAINERS_CONF", arena.path("containers.conf"));
        command.args(["--cgroup-manager", "cgroupfs"]);
        command
    };
    must(
        podman()
            .args(["import", "-q"])
            .arg(archive(arena)?)
            .arg("localhost/lab:1"),
    )?;
    let beats = format!("{}:/beat", arena.path("beat").display());
    must(
        podman()
            .args([
                "run",
                "-d",
                "--name",
                "sweep-podman",
                "--network",
                "none",
                "--cap-drop",
                "all",
                "-v",
                &beats,
                "localhost/lab:1",
            ])
            .args(beat("podman")),
    )?;
    let said: Value =
        serde_json::from_str(&must(podman().args(["inspect", "sweep-podman"]))?).unwrap();
    Ok(inspected("podman", &said[0], said[0]["ImageName"].as_str()))
}

fn docker(arena: &Arena) -> Result<Told, String> {
    background(
        Command::new("dockerd").args(["--iptables=false", "--bridge=none"]),
        &arena.path("dockerd.log"),
    );
    let docker = || {
        let mut command = Command::new("docker");
        command
            .args(["-H", "unix:///run/docker.sock"])
            .env("DOCKER_CONFIG", arena.dir.path());
        command
    };
    until("dockerd", || must(docker().arg("version")).ok())?;
    must(
        docker()
            .arg("import")
            .arg(archive(arena)?)
            .arg("localhost/lab:1"),
    )?;
    let beats = format!("{}:/beat", arena.path("beat").display());
    must(
        docker()
            .args([
                "run",
                "-d",
                "--name",
                "sweep-docker",
                "--network",
                "none",
                "--read-only",
                "-v",
                &beats,
                "localhost/lab:1",
            ])
            .args(beat("docker")),
    )?;
    let said: Value =
        serde_json::from_str(&must(docker().args(["inspect", "sweep-docker"]))?).unwrap();
    Ok(inspected(
        "docker",
        &said[0],
        said[0]["Config"]["Image"].as_str(),
    ))
}

fn inspected(runtime: &'static str, said: &Value, image: Option<&str>) -> Told {
    Told {
        runtime,
        id: said["Id"].as_str().map(str::to_owned),
        pid: pid(&said["State"]["Pid"]),
        name: said["Name"]
            .as_str()
            .map(|name| name.trim_start_matches('/').to_owned()),
        image: image.map(str::to_owned),
        manager: Some(runtime),
    }
}

fn containerd(arena: &Arena) -> Result<Told, String> {
    background(
        &mut Command::new("containerd"),
        &arena.path("containerd.log"),
    );
    let ctr = || Command::new("ctr");
    until("containerd", || must(ctr().arg("version")).ok())?;
    let name = "sweep-ctr";
    let beats = format!(
        "type=bind,src={},dst=/beat,options=bind:rw",
        arena.path("beat").display()
    );
    must(
        ctr()
            .args(["run", "-d", "--mount", &beats, "--rootfs"])
            .arg(arena.path("rootfs"))
            .arg(name)
            .args(beat("containerd")),
    )?;
    let tasks = must(ctr().args(["task", "ls"]))?;
    let line = tasks.lines().find(|line| line.starts_with(name));
    let pid = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    Ok(Told {
        runtime: "containerd",
        id: Some(name.to_owned()),
        pid: pid.ok_or(tasks)?,
        name: None,
        image: None,
        manager: Some("containerd"),
    })
}

/// Its processes are its own kernel's: what beats is the sentry, and has no file to beat to.
fn gvisor(arena: &Arena) -> Result<Told, String> {
    let id = "sweep-runsc";
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let dir = bundle(arena, id, &sleep, |_| {});
    let runsc = || {
        let mut command = Command::new("runsc");
        command.args(["--network=none", "--ignore-cgroups", "--platform=ptrace"]);
        command
    };
    let mut start = runsc();
    start
        .args(["run", "--detach", "--bundle"])
        .arg(&dir)
        .arg(id);
    background(&mut start, &arena.path("runsc.log"));
    let state = until("runsc", || {
        let said: Value = serde_json::from_str(&must(runsc().args(["state", id])).ok()?).ok()?;
        (said["status"] == "running").then_some(said)
    })?;
    Ok(Told {
        runtime: "runsc",
        id: Some(id.to_owned()),
        pid: pid(&state["pid"]),
        name: None,
        image: None,
        manager: None,
    })
}

fn lxc(arena: &Arena) -> Result<Told, String> {
    let name = "sweep-lxc";
    let config = format!(
        "lxc.rootfs.path = dir:{}\nlxc.uts.name = x\nlxc.net.0.type = none\nlxc.mount.auto = proc:mixed\n\
         lxc.mount.entry = {} beat none bind,create=dir 0 0\nlxc.execute.cmd = {}\nlxc.init.cmd = /bin/sh /beat/lxc.sh\n",
        arena.path("rootfs").display(),
        arena.path("beat").display(),
        "/bin/true",
    );
    let file = arena.path("lxc.conf");
    std::fs::write(&file, config).unwrap();
    std::fs::write(arena.path("beat/lxc.sh"), &beat("lxc")[2]).unwrap();
    must(
        Command::new("lxc-start")
            .args(["-n", name, "-d", "-f"])
            .arg(&file),
    )?;
    let said = must(Command::new("lxc-info").args(["-n", name, "-p", "-H"]))?;
    Ok(Told {
        runtime: "lxc",
        id: Some(name.to_owned()),
        pid: said.trim().parse().map_err(|_| said.clone())?,
        name: Some(name.to_owned()),
        image: None,
        manager: Some("lxc"),
    })
}

/// One that has no state to ask: its heartbeat is found by its arguments.
fn unmanaged(arena: &Arena, runtime: &'static str, command: &mut Command) -> Result<Told, String> {
    background(command, &arena.path(&format!("{runtime}.log")));
    heartbeat::wait(&arena.path("beat").join(runtime));
    let pid = until(runtime, || heartbeat::process(runtime))?;
    Ok(Told {
        runtime,
        id: None,
        pid,
        name: None,
        image: None,
        manager: None,
    })
}

fn bubblewrap(arena: &Arena) -> Result<Told, String> {
    let mut command = Command::new("bwrap");
    command
        .args(["--unshare-all", "--bind"])
        .arg(arena.path("rootfs"))
        .arg("/");
    command
        .args(["--bind"])
        .arg(arena.path("beat"))
        .arg("/beat");
    command
        .args(["--proc", "/proc", "--dev", "/dev"])
        .args(beat("bwrap"));
    unmanaged(arena, "bwrap", &mut command)
}

fn nspawn(arena: &Arena) -> Result<Told, String> {
    let mut command = Command::new("systemd-nspawn");
    command.args([
        "-q",
        "--register=no",
        "--keep-unit",
        "-M",
        "sweep-nspawn",
        "-D",
    ]);
    command.arg(arena.rootfs("rootfs-nspawn"));
    command
        .arg(format!("--bind={}:/beat", arena.path("beat").display()))
        .args(beat("nspawn"));
    unmanaged(arena, "nspawn", &mut command)
}

fn unshare(arena: &Arena) -> Result<Told, String> {
    let exe = arena.path("beat/exe");
    let file = arena.path("beat/unshare");
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount", "--net", "--kill-child"]);
    command.args(heartbeat::command(
        exe.to_str().unwrap(),
        file.to_str().unwrap(),
    ));
    unmanaged(arena, "unshare", &mut command)
}
