//! Docker in Docker: a container of a daemon that is itself in a container.

use std::process::Command;

use serde_json::Value;

use super::arena::{Arena, background, must, sweep, until};
use super::engines::archive;

const TEST: &str = "sweep::live::nested::a_container_in_a_container_is_its_own_and_says_so";

/// What the outer container runs: a daemon that may write its own control groups alone.
const DAEMON: &str = "for m in /sys/fs/cgroup/*; do mount -o remount,bind,rw $m; done
    export PATH=/usr/sbin:/usr/bin:/bin
    exec dockerd --iptables=false --bridge=none --ip-forward=false --storage-driver=vfs";

fn docker(arena: &Arena) -> Command {
    let mut command = Command::new("docker");
    command
        .args(["-H", "unix:///run/docker.sock"])
        .env("DOCKER_CONFIG", arena.dir.path());
    command
}

/// Starts the container whose daemon starts the other one; gives what both daemons say.
fn start(arena: &Arena) -> Result<[Value; 2], String> {
    background(
        Command::new("dockerd").args(["--iptables=false", "--bridge=none"]),
        &arena.path("dockerd.log"),
    );
    until("dockerd", || must(docker(arena).arg("version")).ok())?;
    let image = archive(arena)?;
    must(docker(arena).arg("import").arg(&image).arg("lab:1"))?;
    must(
        docker(arena)
            .args(["run", "-d", "--name", "outer", "--network", "none"])
            .args(["--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"])
            .args(["--security-opt", "seccomp=unconfined"])
            .args(["--tmpfs", "/var/lib/docker:exec", "--tmpfs", "/run"])
            .args(["-v", "/usr:/usr:ro", "-v", "/usr/lib:/lib:ro"])
            .args(["-v", "/usr/lib64:/lib64:ro", "-v"])
            .arg(format!("{}:/image.tar:ro", image.display()))
            .args(["lab:1", "/bin/sh", "-c", DAEMON]),
    )?;
    let inside = |args: &[&str]| {
        let mut command = docker(arena);
        must(
            command
                .args(["exec", "outer", "/usr/bin/docker"])
                .args(args),
        )
    };
    until("the inner dockerd", || inside(&["version"]).ok())?;
    inside(&["import", "/image.tar", "lab:1"])?;
    let run = ["run", "-d", "--name", "inner", "--network", "none", "lab:1"];
    inside(&[&run[..], &["/bin/sleep", "1000"]].concat())?;
    let said = |text: String| serde_json::from_str::<Value>(&text).unwrap()[0].clone();
    Ok([
        said(must(docker(arena).args(["inspect", "outer"]))?),
        said(inside(&["inspect", "inner"])?),
    ])
}

#[test]
fn a_container_in_a_container_is_its_own_and_says_so() {
    let Some(arena) = Arena::enter(TEST, &["dockerd", "docker", "runc"]) else {
        return;
    };
    let [outer, inner] = start(&arena).unwrap();
    let records = sweep(&[]);
    let of = |said: &Value| {
        let found: Vec<&Value> = records
            .iter()
            .filter(|r| r["identity"]["id"] == said["Id"])
            .collect();
        assert_eq!(found.len(), 1, "{:?}", super::ids(&records));
        found[0].clone()
    };
    assert_eq!(records.len(), 2, "{:?}", super::ids(&records));
    let (outside, nested) = (of(&outer), of(&inner));
    assert_eq!(outside["nested_in"], Value::Null);
    assert_eq!(
        outside["confinement"]["process"]["pid"],
        outer["State"]["Pid"]
    );
    assert_eq!(outside["identity"]["container_name"]["known"], "outer");
    // The daemon and its containerd are the outer container's own.
    assert!(outside["processes"].as_u64().unwrap() >= 2, "{outside}");

    assert_eq!(nested["nested_in"], outer["Id"]);
    assert_eq!(nested["processes"], 1);
    assert_eq!(nested["confinement"]["process"]["comm"]["known"], "sleep");
    // The inner daemon counts processes as its own pid namespace does.
    let pids = &nested["confinement"]["namespaces"]["pids"]["known"];
    assert!(
        pids.as_array().unwrap().contains(&inner["State"]["Pid"]),
        "{pids}"
    );
    // Its state is in the outer container's file tree, which is that one's word alone.
    assert_eq!(nested["identity"]["container_name"]["known"], Value::Null);
    super::kernel_agrees(
        &nested,
        nested["confinement"]["process"]["pid"].as_u64().unwrap(),
    );
}
