//! The release binary in runc's containers, three ways: every setting against the bundle's
//! config.json, every verdict of 0 to 1023 against the filter that was installed.

mod bundle;
pub(crate) mod fourteen;
pub(crate) mod profile;
mod round_trip;
mod settings;
mod verdicts;

use std::path::Path;

use amiconfined::confinement::{CapabilitySet, Report, Verdict};
use serde_json::{Value, json};

use crate::bpf::simulator::Simulator;
use bundle::{Bundle, Ran};
use fourteen::FOURTEEN;
use profile::{PROFILE, docker_profile};

fn missing() -> Option<&'static str> {
    if !nix::unistd::geteuid().is_root() {
        return Some("root");
    }
    let needed = [
        (PROFILE, "golang-github-docker-docker-dev"),
        ("/usr/sbin/runc", "runc"),
    ];
    needed
        .into_iter()
        .find_map(|(path, what)| (!Path::new(path).exists()).then_some(what))
}

/// What all three have: limits, a group of its own, a name.
fn usual(config: &mut Value, name: &str) {
    config["hostname"] = format!("live-{name}").into();
    config["process"]["rlimits"] = json!([
        {"type": "RLIMIT_NOFILE", "soft": 512, "hard": 1024},
        {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
    ]);
    config["process"]["oomScoreAdj"] = json!(500);
    let path = format!("/amiconfined-live-{name}-{}", std::process::id());
    config["linux"]["cgroupsPath"] = path.into();
    config["linux"]["resources"]["memory"] = json!({"limit": 64 << 20});
    config["linux"]["resources"]["pids"] = json!({"limit": 64});
    config["linux"]["resources"]["cpu"] = json!({"quota": 50_000, "period": 100_000});
}

/// Holds what ran against its bundle and its filter, and says how much that was.
fn held(name: &str, ran: &Ran) -> Report {
    let report: Report = serde_json::from_value(ran.report.clone()).unwrap();
    let facts = settings::as_configured(&report, &ran.bundle.config);
    println!("{name}: {facts} settings as configured");
    if let Some(filter) = &ran.filter {
        let profile = &ran.bundle.config["linux"]["seccomp"];
        let words = verdicts::as_written(&report, profile);
        println!("{name}: {words} verdicts as the profile's words have them");
        if let Some(simulator) = Simulator::build() {
            let agreed = verdicts::as_simulated(&report, &simulator, filter);
            println!("{name}: {agreed} verdicts as libseccomp's simulator decides the filter");
        }
    }
    report
}

#[test]
fn root_with_default_capabilities() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let bundle = Bundle::new(&|config| {
        usual(config, "root");
        config["process"]["noNewPrivileges"] = json!(false);
        config["process"]["capabilities"] =
            json!({"effective": FOURTEEN, "permitted": FOURTEEN, "bounding": FOURTEEN});
        config["root"]["readonly"] = json!(false);
        config["linux"]["seccomp"] = docker_profile(&FOURTEEN);
    });
    held("root", &bundle.run("root"));
}

#[test]
fn a_user_without_capabilities() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let bundle = Bundle::new(&|config| {
        usual(config, "user");
        config["process"]["user"] =
            json!({"uid": 1000, "gid": 1000, "additionalGids": [2000, 3000], "umask": 0o27});
        config["process"]["noNewPrivileges"] = json!(true);
        config["process"]["capabilities"] = json!({});
        config["linux"]["seccomp"] = docker_profile(&[]);
        config["mounts"].as_array_mut().unwrap().push(json!({
            "destination": "/data", "type": "bind", "source": data.path(),
            "options": ["bind", "ro"],
        }));
    });
    held("user", &bundle.run("user"));
}

/// As `docker run --privileged`: all capabilities that this machine has, the host's device
/// nodes, sysfs and cgroups writable, nothing masked, no profile.
#[test]
fn privileged() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let own = caps_of_this_process();
    let bundle = Bundle::new(&|config| {
        usual(config, "privileged");
        config["process"]["noNewPrivileges"] = json!(false);
        config["process"]["capabilities"] =
            json!({"effective": own, "permitted": own, "bounding": own});
        config["root"]["readonly"] = json!(false);
        config["linux"]["maskedPaths"] = json!([]);
        config["linux"]["readonlyPaths"] = json!([]);
        config["linux"]["devices"] = host_devices();
        config["linux"]["resources"]["devices"] = json!([{"allow": true, "access": "rwm"}]);
        for mount in config["mounts"].as_array_mut().unwrap() {
            if let Some(options) = mount["options"].as_array_mut() {
                options.retain(|option| option != "ro");
            }
        }
    });
    let report = held("privileged", &bundle.run("privileged"));
    for abi in &report.confinement.seccomp.abis {
        assert!(abi.syscalls.iter().all(|s| s.verdict == Verdict::Allowed));
    }
}

/// What this process may hand on: the most that a privileged container gets here.
fn caps_of_this_process() -> Vec<String> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("CapEff:")).unwrap();
    let raw = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
    CapabilitySet(raw).names()
}

/// The host's device nodes beside those that every container gets.
fn host_devices() -> Value {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let every = [
        "null", "zero", "full", "tty", "random", "urandom", "console", "ptmx",
    ];
    let mut devices = Vec::new();
    for entry in std::fs::read_dir("/dev").unwrap() {
        let entry = entry.unwrap();
        let (name, found) = (entry.file_name(), entry.metadata().unwrap());
        let name = name.to_str().unwrap();
        let kind = found.file_type();
        if every.contains(&name) || !(kind.is_char_device() || kind.is_block_device()) {
            continue;
        }
        devices.push(json!({
            "path": format!("/dev/{name}"),
            "type": if kind.is_block_device() { "b" } else { "c" },
            "major": nix::sys::stat::major(found.rdev()),
            "minor": nix::sys::stat::minor(found.rdev()),
            "fileMode": 0o600,
        }));
    }
    devices.into()
}
