//! What a whole inspection costs: wall time, instructions and peak memory, in a runc
//! container with Docker's default capabilities and profile, with every question asked;
//! beside the least that asking one ABI's numbers can cost (`baseline.c`), and beside the
//! prototype in `AMICONFINED_SHARED` where that is there.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "../../tests/integration/live_runc/fourteen.rs"]
mod fourteen;
#[path = "../../tests/integration/live_runc/profile.rs"]
mod profile;

use std::path::{Path, PathBuf};
use std::process::Command;

use fourteen::FOURTEEN;
use serde_json::{Value, json};

const RUNS: &str = "50";
fn compile(source: &Path, to: &Path) -> bool {
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-static", "-w", "-o"]).arg(to).arg(source);
    cc.status().is_ok_and(|status| status.success())
}

/// A bundle with everything that is measured in its rootfs.
fn bundle(folder: &Path) -> Value {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rootfs = folder.join("rootfs");
    for name in ["proc", "dev", "sys"] {
        std::fs::create_dir_all(rootfs.join(name)).unwrap();
    }
    std::fs::copy(
        std::env::var_os("AMICONFINED_MEASURED").expect("make bench sets AMICONFINED_MEASURED"),
        rootfs.join("amiconfined"),
    )
    .unwrap();
    for name in ["measure", "baseline"] {
        let source = here.join(format!("benches/inspect/{name}.c"));
        assert!(compile(&source, &rootfs.join(name)), "cc {name}.c");
    }
    let shared = std::env::var_os("AMICONFINED_SHARED");
    let shared = shared.map_or_else(|| here.join("../shared"), PathBuf::from);
    let prototype = shared.join("prototypes/nonexecuting-probe.c");
    if !compile(&prototype, &rootfs.join("prototype")) {
        println!("SKIPPED: the prototype in AMICONFINED_SHARED");
    }
    let mut runc = Command::new("runc");
    assert!(
        runc.arg("spec")
            .current_dir(folder)
            .status()
            .unwrap()
            .success()
    );
    let file = std::fs::read(folder.join("config.json")).unwrap();
    let mut config: Value = serde_json::from_slice(&file).unwrap();
    config["process"]["terminal"] = json!(false);
    config["process"]["noNewPrivileges"] = json!(false);
    config["process"]["capabilities"] =
        json!({"effective": FOURTEEN, "permitted": FOURTEEN, "bounding": FOURTEEN});
    config["linux"]["seccomp"] = profile::docker_profile(&FOURTEEN);
    config
}

/// Measures those of the commands that are there, in turn; prints a line for each.
fn measure(folder: &Path, config: &mut Value, commands: &[&[&str]]) {
    let is_there = |command: &&&[&str]| folder.join("rootfs").join(&command[0][1..]).exists();
    let commands: Vec<&[&str]> = commands.iter().filter(is_there).copied().collect();
    let args = [&["/measure", RUNS][..], &commands.join(&"--")].concat();
    config["process"]["args"] = json!(args);
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let id = format!("amiconfined-bench-{}", std::process::id());
    let output = Command::new("runc")
        .args(["run", &id])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), commands.len(), "{text}");
    for (command, line) in commands.iter().zip(text.lines()) {
        let [least, median, peak, instructions] = line.split_whitespace().collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let name = command.join(" ");
        println!(
            "{:<36} {least:>10} {median:>10} {peak:>10}  {instructions}",
            &name[1..]
        );
    }
}

fn main() {
    if !nix::unistd::geteuid().is_root() || !Path::new(profile::PROFILE).exists() {
        println!("SKIPPED: root, runc and golang-github-docker-docker-dev");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut config = bundle(folder.path());
    println!(
        "{RUNS} runs each in one container; instructions: those outside the kernel, or the error that counting them gives"
    );
    println!(
        "{:<36} {:>10} {:>10} {:>10}  instructions",
        "", "least ms", "median ms", "peak KiB"
    );
    for commands in [
        &[&["/baseline"][..]][..],
        &[&["/baseline", "i386"]],
        // In turn: they are held against each other.
        &[&["/prototype"], &["/amiconfined"]],
        &[&["/amiconfined", "--format", "json"]],
        &[&["/amiconfined", "--no-probe"]],
        &[&["/amiconfined", "--version"]],
    ] {
        measure(folder.path(), &mut config, commands);
    }
    // Counting is not for a container to do: its profile keeps perf_event_open from it.
    let profile = &mut config["linux"]["seccomp"]["syscalls"];
    profile
        .as_array_mut()
        .unwrap()
        .push(json!({"names": ["perf_event_open"], "action": "SCMP_ACT_ALLOW"}));
    for set in ["effective", "permitted", "bounding"] {
        let set = config["process"]["capabilities"][set].as_array_mut();
        set.unwrap().push("CAP_PERFMON".into());
    }
    println!("the same with perf_event_open let through:");
    measure(folder.path(), &mut config, &[&["/amiconfined"]]);
}
