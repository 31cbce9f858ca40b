//! The image: built by the repository's own Dockerfile, and run.
//!
//! Nothing is pulled: the builder image is made here, of the machine's own tools, which
//! are mounted into the build.

use std::path::Path;
use std::process::{Command, Output};

use amiconfined::confinement::{Confinement, Report};

use super::package::release_binary;

const BUILDER: &str = "localhost/amiconfined-test-builder";
const IMAGE: &str = "localhost/amiconfined-test";

fn podman(args: &[&str]) -> Output {
    Command::new("podman").args(args).output().unwrap()
}

fn succeeded(output: &Output, what: &str) {
    assert!(
        output.status.success(),
        "{what}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Removes the images at the end, whatever the end is.
struct Images;

impl Drop for Images {
    fn drop(&mut self) {
        podman(&["rmi", "--force", IMAGE, BUILDER]);
    }
}

/// What is missing for this test.
fn missing() -> Option<&'static str> {
    if !nix::unistd::geteuid().is_root() {
        return Some("root");
    }
    for (path, what) in [
        ("/usr/bin/podman", "podman"),
        ("/usr/sbin/runc", "runc"),
        ("/lib64/ld-linux-x86-64.so.2", "an x86_64 Debian"),
    ] {
        if !Path::new(path).exists() {
            return Some(what);
        }
    }
    None
}

/// Where the toolchain is, by the environment variable that says so.
fn toolchain() -> [(&'static str, String); 2] {
    [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")].map(|(name, default)| {
        let folder = std::env::var(name);
        let home = || format!("{}/{default}", std::env::var("HOME").unwrap());
        (name, folder.unwrap_or_else(|_| home()))
    })
}

/// An image of empty folders and the links that a merged-/usr Debian has, with the
/// environment that finds the toolchain.
fn make_builder() {
    let [(_, cargo), (_, rustup)] = toolchain();
    let script = "set -e; d=$(mktemp -d); trap 'rm -rf $d' EXIT; cd $d
        mkdir usr etc tmp var root src proc dev sys; chmod 1777 tmp
        for l in bin sbin lib lib64; do ln -s usr/$l $l; done
        tar c . | podman import --change \"ENV PATH=$1/bin:/usr/bin:/usr/sbin\" \\
            --change \"ENV CARGO_HOME=$1\" --change \"ENV RUSTUP_HOME=$2\" - \"$0\"";
    let made = Command::new("sh")
        .args(["-c", script, BUILDER, &cargo, &rustup])
        .output()
        .unwrap();
    succeeded(&made, "podman import");
}

#[test]
fn the_image_is_built_and_runs_without_root_or_capabilities() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    // What it compiled need not be compiled again in the image.
    release_binary();
    let debug = Path::new(env!("CARGO_BIN_EXE_amiconfined"));
    let target = debug.ancestors().nth(3).unwrap().to_str().unwrap();
    let _images = Images;
    make_builder();
    let mut build = Command::new("podman");
    build.args([
        "build",
        "--isolation",
        "chroot",
        "--pull=never",
        "--network",
        "host",
    ]);
    build.args(["--build-arg", &format!("BUILDER={BUILDER}"), "--tag", IMAGE]);
    for (host, inside) in [
        ("/usr", "/usr"),
        ("/etc/alternatives", "/etc/alternatives"),
        ("/var/lib/dpkg", "/var/lib/dpkg"),
    ] {
        build.args(["--volume", &format!("{host}:{inside}:ro")]);
    }
    build.args(["--volume", &format!("{target}:/src/target")]);
    for (_, folder) in toolchain() {
        if Path::new(&folder).is_dir() {
            build.args(["--volume", &format!("{folder}:{folder}")]);
        }
    }
    build.arg(".").current_dir(env!("CARGO_MANIFEST_DIR"));
    succeeded(&build.output().unwrap(), "podman build");

    let inspected = podman(&[
        "image",
        "inspect",
        "--format",
        "{{.Config.User}} {{len .RootFS.Layers}}",
        IMAGE,
    ]);
    succeeded(&inspected, "podman image inspect");
    assert_eq!(
        String::from_utf8_lossy(&inspected.stdout).trim(),
        "65532:65532 1"
    );
    run_image();
}

/// As the image's own user, root, an ordinary one, and the highest that runc takes.
fn run_image() {
    for (user, uid) in [
        (None, 65532),
        (Some("0:0"), 0),
        (Some("1000:1000"), 1000),
        (Some("2147483647:2147483647"), 2_147_483_647),
    ] {
        let c = run_as(user);
        let ids = c.identity.uid.known().unwrap();
        assert_eq!(
            [ids.real, ids.effective, ids.saved, ids.filesystem],
            [uid; 4]
        );
        assert!(c.identity.no_new_privs.is(&true));
        for (name, set) in c.capabilities.sets() {
            assert!(set.known().unwrap().is_empty(), "{user:?}: {name}");
        }
        let root = c.filesystem.root.known().unwrap();
        assert!(root.read_only || root.super_read_only, "{root:?}");
        assert!(c.seccomp.asked(), "{user:?}: {:?}", c.seccomp.method);
    }
}

/// What it says of itself: read-only, without capabilities or network.
fn run_as(user: Option<&str>) -> Confinement {
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("containers.conf");
    // The defaults of some machines raise limits, which not every root may.
    std::fs::write(&conf, "[containers]\ndefault_ulimits = []\n").unwrap();
    let script =
        "ip link set lo up 2>/dev/null; umount /sys/fs/cgroup/unified 2>/dev/null; exec \"$@\"";
    let mut run = Command::new("unshare");
    run.args(["--net", "--mount", "--propagation", "private"]);
    run.args(["sh", "-c", script, "sh", "podman", "run", "--rm"]);
    run.args(["--runtime", "runc", "--network", "none", "--read-only"]);
    run.args(["--cap-drop", "all", "--security-opt", "no-new-privileges"]);
    if let Some(user) = user {
        run.args(["--user", user]);
    }
    run.args([IMAGE, "--format", "json"]);
    let output = run.env("CONTAINERS_CONF", &conf).output().unwrap();
    succeeded(&output, "podman run");
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    report.confinement
}
