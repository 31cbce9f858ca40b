//! Containers of runtimes that keep state of them.

use std::process::Command;

use serde_json::Value;

use super::arena::{Arena, background, must, until};
use super::engines::{Told, archive, beat, bundle, inspected, pid};

pub(super) fn podman(arena: &Arena) -> Result<Told, String> {
    let podman = || Command::new("podman");
    let said = by_podman(arena, "podman", podman, &["--cap-drop", "all"])?;
    Ok(inspected("podman", &said, said["ImageName"].as_str()))
}

/// Starts a container by a podman that is called so, and gives what it says of it.
pub(super) fn by_podman(
    arena: &Arena,
    runtime: &str,
    start: impl Fn() -> Command,
    more: &[&str],
) -> Result<Value, String> {
    // This machine may not raise limits, which is what podman's own defaults do.
    let conf = "[containers]\ndefault_ulimits = []\n[engine]\nevents_logger = \"none\"\n";
    let file = arena.path(&format!("{runtime}.conf"));
    std::fs::write(&file, conf).map_err(|e| e.to_string())?;
    let podman = || {
        let mut command = start();
        command.args(["--cgroup-manager", "cgroupfs"]);
        command.env("CONTAINERS_CONF", &file);
        command
    };
    must(
        podman()
            .args(["import", "-q"])
            .arg(archive(arena)?)
            .arg(IMAGE),
    )?;
    run_in_engine(arena, runtime, podman, more)
}

/// The image that engines make of the root filesystem.
const IMAGE: &str = "localhost/lab:1";

/// Starts a container by a client of an engine that has the image, and gives what it says.
fn run_in_engine(
    arena: &Arena,
    runtime: &str,
    client: impl Fn() -> Command,
    more: &[&str],
) -> Result<Value, String> {
    let name = format!("sweep-{runtime}");
    let beats = format!("{}:/beat", arena.path("beat").display());
    let mut run = client();
    run.args(["run", "-d", "--name", &name, "--network", "none"]);
    run.args(["-v", &beats]).args(more).arg(IMAGE);
    must(run.args(beat(runtime)))?;
    let said = must(client().args(["inspect", &name]))?;
    let mut said: Value = serde_json::from_str(&said).map_err(|e| e.to_string())?;
    Ok(said[0].take())
}

pub(super) fn docker(arena: &Arena) -> Result<Told, String> {
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
    must(docker().arg("import").arg(archive(arena)?).arg(IMAGE))?;
    let said = run_in_engine(arena, "docker", docker, &["--read-only"])?;
    let image = said["Config"]["Image"].as_str();
    Ok(inspected("docker", &said, image))
}

pub(super) fn containerd(arena: &Arena) -> Result<Told, String> {
    // For Pods as well, without what a kubelet would see to.
    let config = format!(
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"{}\"\n\
         restrict_oom_score_adj = true\ndisable_apparmor = true\n",
        super::pods::IMAGE
    );
    let file = arena.path("containerd.toml");
    std::fs::write(&file, config).unwrap();
    background(
        Command::new("containerd").arg("--config").arg(file),
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
        id: Some(name.to_owned()),
        manager: Some("containerd"),
        ..Told::of("containerd", pid.ok_or(tasks)?)
    })
}

/// Its processes are its own kernel's: what beats is the sentry, and has no file to beat to.
pub(super) fn gvisor(arena: &Arena) -> Result<Told, String> {
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
        id: Some(id.to_owned()),
        ..Told::of("runsc", pid(&state["pid"]))
    })
}

pub(super) fn lxc(arena: &Arena) -> Result<Told, String> {
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
    let pid = said.trim().parse().map_err(|_| said.clone())?;
    Ok(Told {
        id: Some(name.to_owned()),
        name: Some(name.to_owned()),
        manager: Some("lxc"),
        ..Told::of("lxc", pid)
    })
}
