//! What is told once of the whole node: settings, modules, sockets, held to what others read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::Value;

use super::tree::Tree;

#[test]
fn settings_that_weaken_isolation_say_what_they_give_away() {
    let tree = Tree::new();
    tree.write("proc/sys/kernel/kptr_restrict", "0\n");
    tree.write("proc/sys/kernel/dmesg_restrict", "1\n");
    tree.write("proc/sys/kernel/yama/ptrace_scope", "0\n");
    tree.write("proc/sys/kernel/unprivileged_userns_clone", "1\n");
    tree.write("proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
    tree.write("proc/sys/kernel/modules_disabled", "0\n");
    tree.write("sys/kernel/security/lsm", "capability,yama,apparmor\n");
    let (_, outcome) = tree.sweep(false);
    let node = outcome.node;
    let weak: Vec<&str> = node
        .sysctls
        .iter()
        .filter(|setting| setting.weakens.is_some())
        .map(|setting| setting.name.as_str())
        .collect();
    assert_eq!(
        weak,
        [
            "kernel.unprivileged_userns_clone",
            "kernel.yama.ptrace_scope",
            "kernel.kptr_restrict",
            "kernel.modules_disabled",
        ]
    );
    let value = |name: &str| {
        let setting = node.sysctls.iter().find(|s| s.name == name).unwrap();
        setting.value.known().map(ToString::to_string)
    };
    assert_eq!(value("kernel.dmesg_restrict").as_deref(), Some("1"));
    assert_eq!(
        value("kernel.unprivileged_bpf_disabled").as_deref(),
        Some("2")
    );
    assert_eq!(value("user.max_user_namespaces"), None);
    let modules: Vec<String> = node
        .lsm
        .known()
        .unwrap()
        .iter()
        .map(|m| m.to_string())
        .collect();
    assert_eq!(modules, ["capability", "yama", "apparmor"]);
}

#[test]
fn sockets_of_runtimes_are_told_with_who_may_connect() {
    let tree = Tree::new();
    let root = tree.proc().parent().unwrap().to_owned();
    let mut listeners = Vec::new();
    for (path, mode) in [("run/docker.sock", 0o666), ("run/crio/crio.sock", 0o660)] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        listeners.push(UnixListener::bind(&path).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    tree.write("run/podman/podman.sock", "no socket");
    let (_, outcome) = tree.sweep(false);
    let told: Vec<(String, bool, String)> = outcome
        .node
        .runtime_sockets
        .iter()
        .map(|socket| {
            let by = socket.connectable.known().unwrap();
            (socket.path.to_string(), by.writable, by.decided_by.clone())
        })
        .collect();
    let [docker, crio] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((docker.0.as_str(), docker.1), ("/run/docker.sock", true));
    assert!(docker.2.starts_with("mode 0666"), "{}", docker.2);
    assert_eq!((crio.0.as_str(), crio.1), ("/run/crio/crio.sock", false));
    assert!(crio.2.contains("the user and the group"), "{}", crio.2);
    // Looked at, never connected to.
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err());
    }
}

/// The first line that a command prints; nothing where it fails.
fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    output
        .status
        .success()
        .then(|| text.trim().replace('\t', " "))
}

#[test]
fn this_machines_facts_are_those_that_its_own_tools_tell() {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["sweep", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let node = &report["node"];
    for (field, option) in [("release", "-r"), ("version", "-v"), ("machine", "-m")] {
        let told = node["kernel"][field]["known"].as_str().map(str::to_owned);
        assert_eq!(told, said("uname", &[option]), "{field}");
    }
    let name = node["name"]["known"].as_str().map(str::to_owned);
    assert_eq!(name, said("uname", &["-n"]));
    let sysctls = node["sysctls"].as_array().unwrap();
    assert_eq!(sysctls.len(), 8);
    for setting in sysctls {
        let name = setting["name"].as_str().unwrap();
        let told = setting["value"]["known"].as_str().map(str::to_owned);
        assert_eq!(told, said("sysctl", &["-n", name]), "{name}");
    }
}
