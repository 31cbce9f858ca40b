//! gVisor's own kernel, which has no listener: what is asked there, what is said, and when.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

/// The longest that a run may take.
const LIMIT: Duration = Duration::from_secs(2);

fn missing() -> Option<&'static str> {
    if !nix::unistd::geteuid().is_root() {
        return Some("root");
    }
    let needed = [
        ("/usr/bin/runsc", "runsc"),
        ("/usr/sbin/runc", "runc, for its spec"),
        ("/bin/busybox", "busybox-static"),
    ];
    needed
        .into_iter()
        .find_map(|(path, what)| (!Path::new(path).exists()).then_some(what))
}

/// The report of a container whose bundle asks for these filters. gVisor heeds them with
/// `--oci-seccomp` alone.
fn inside(seccomp: &Value, runsc: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let rootfs = folder.path().join("rootfs");
    for name in ["proc", "dev", "sys"] {
        std::fs::create_dir_all(rootfs.join(name)).unwrap();
    }
    for (from, to) in [
        (env!("CARGO_BIN_EXE_amiconfined"), "amiconfined"),
        ("/bin/busybox", "busybox"),
    ] {
        std::fs::copy(from, rootfs.join(to)).unwrap();
    }
    let mut runc = Command::new("runc");
    let spec = runc.arg("spec").current_dir(folder.path()).status();
    assert!(spec.unwrap().success());
    let file = folder.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    config["process"]["terminal"] = json!(false);
    config["process"]["rlimits"] = json!([]);
    config["process"]["args"] = json!([
        "/busybox",
        "time",
        "-f",
        "took %e s",
        "/amiconfined",
        "--format",
        "json"
    ]);
    config["linux"]["seccomp"] = seccomp.clone();
    std::fs::write(&file, serde_json::to_vec(&config).unwrap()).unwrap();
    let id = format!("amiconfined-test-{}-{}", runsc.len(), std::process::id());
    // One that may be written to, as a terminal may: `int 0x80` with i386's getpid is x86_64's
    // writev there, which then succeeds.
    let input = || {
        let mut options = std::fs::File::options();
        options.read(true).write(true).open("/dev/null").unwrap()
    };
    let command = |words: &[&str]| {
        let mut command = Command::new("runsc");
        command.arg("--root").arg(folder.path().join("state"));
        command.args(["--platform=ptrace", "--network=none", "--ignore-cgroups"]);
        command.args(runsc).args(words);
        command
            .arg(&id)
            .current_dir(folder.path())
            .stdin(input())
            .output()
            .unwrap()
    };
    let output = command(&["run"]);
    command(&["delete", "--force"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut lines = errors.lines();
    let took = lines.find_map(|line| line.strip_prefix("took ")?.strip_suffix(" s"));
    let took = Duration::from_secs_f64(took.unwrap().parse().unwrap());
    println!("{runsc:?}: {took:?}");
    assert!(took < LIMIT, "{took:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sandbox = &report["confinement"]["runtime"]["sandbox"];
    assert!(sandbox.to_string().contains("gvisor"), "{sandbox}");
    report["confinement"]["seccomp"].clone()
}

fn profile() -> Value {
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [
            {"names": ["mount"], "action": "SCMP_ACT_ERRNO"},
            {"names": ["acct"], "action": "SCMP_ACT_TRAP"},
        ],
    })
}

/// It takes no filter with a listener: what is let through is then as ENOSYS, and said to be
/// no verdict.
#[test]
fn below_its_filters_what_it_lets_through_is_said_not_to_be_known() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let seccomp = inside(&profile(), &["--oci-seccomp"]);
    assert_eq!(seccomp["mode"]["known"], "filter");
    assert_eq!(seccomp["method"]["method"], "trace_without_tracer");
    let why = seccomp["method"]["why"].as_str().unwrap();
    assert!(why.contains("EINVAL"), "{why}");
    let native = &seccomp["abis"][0];
    assert_eq!(native["abi"], "x86_64");
    let mut unknown = 0;
    for syscall in native["syscalls"].as_array().unwrap() {
        let verdict = &syscall["verdict"];
        match syscall["name"].as_str().unwrap() {
            "mount" => assert_eq!(verdict["errno"]["name"], "EPERM"),
            "acct" => assert_eq!(verdict["trapped"], 0),
            name => {
                let why = verdict["inconclusive"].as_str();
                assert!(
                    why.is_some_and(|w| w.starts_with("ENOSYS")),
                    "{name}: {verdict}"
                );
                unknown += 1;
            }
        }
    }
    assert!(unknown > 300, "{unknown}");
    // It takes `int 0x80` for a native call: 165 would be x86_64's mount.
    let i386 = &seccomp["abis"][1];
    assert_eq!(i386["offered"], false);
    let taken = "this kernel takes i386 calls for those of x86_64";
    for syscall in i386["syscalls"].as_array().unwrap() {
        assert_eq!(syscall["verdict"]["not_probed"], taken, "{syscall}");
    }
}

/// Without that option it has no filters, whatever the bundle asks for, and it has neither of
/// the other ABIs.
#[test]
fn without_filters_nothing_is_asked_of_it() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let seccomp = inside(&profile(), &[]);
    assert_eq!(seccomp["mode"]["known"], "disabled");
    assert_eq!(seccomp["method"]["method"], "no_filter");
    let abis = seccomp["abis"].as_array().unwrap();
    let foreign = abis.iter().filter(|abi| abi["native"] == false);
    for abi in foreign {
        assert_eq!(abi["offered"], false, "{}", abi["abi"]);
    }
}
