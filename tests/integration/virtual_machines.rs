//! What is said of virtual machines: of Kata Containers by what its runtime mounts and how it
//! starts the kernel, of Firecracker by its ACPI tables. Captured views of real containers and
//! of a real machine, with the lines changed that differ there; no other machine is needed.

use std::fs;

use serde_json::Value;

use crate::captured_trees::{Tree, object, unpack};

/// What Kata's runtime gives to the kernel of an image that systemd starts.
const KATA: &str = "tsc=reliable no_timer_check reboot=k panic=1 nr_cpus=4 selinux=0 \
    systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service agent.log=debug\n";
/// What an agent gets that is the first process itself.
const INIT: &str = "tsc=reliable reboot=k panic=1 nr_cpus=4 init=/usr/bin/kata-agent\n";
/// What a machine of Firecracker is usually started with, and others may be as well.
const FIRECRACKER: &str = "console=ttyS0 reboot=k panic=1 pci=off root=/dev/vda rw\n";

/// `runc run` as it was seen, with another root mount and the kernel's command line.
fn container(root: &str, cmdline: &str) -> Tree {
    let tree = unpack("runc-defaults");
    let file = tree
        .root
        .path()
        .join(format!("proc/{}/mountinfo", tree.pid));
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        match fields.get(4) {
            Some(&"/") => format!("{} {} 0:33 {root}", fields[0], fields[1]),
            _ => line.to_owned(),
        }
    });
    let lines: Vec<String> = lines.collect();
    assert_ne!(lines.join("\n"), text.trim_end());
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    put(&tree, "proc/cmdline", cmdline.as_bytes());
    tree
}

/// The same with one mount more.
fn mounted(tree: Tree, line: &str) -> Tree {
    let file = tree
        .root
        .path()
        .join(format!("proc/{}/mountinfo", tree.pid));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, format!("{text}{line}\n")).unwrap();
    tree
}

fn put(tree: &Tree, path: &str, bytes: &[u8]) {
    let path = tree.root.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The head of an ACPI table, with its maker's name.
fn table(oem: &[u8; 6]) -> Vec<u8> {
    [b"DSDT\x53\x0f\0\0\x02w".as_slice(), oem, b"FCVMDSDT"].concat()
}

const DSDT: &str = "sys/firmware/acpi/tables/DSDT";

#[track_caller]
fn is(tree: &Tree, sandbox: Option<&str>, evidence: &str) {
    let told = object(tree)["confinement"]["runtime"]["sandbox"].clone();
    assert_eq!(told["value"].as_str(), sandbox, "{told}");
    let said = told["evidence"].as_array().unwrap();
    let said = said.iter().filter_map(Value::as_str);
    assert!(said.clone().any(|line| line.contains(evidence)), "{told}");
}

const SHARED: &str = "/0123/rootfs / rw,relatime - virtiofs kataShared rw";
const NAMELESS: &str = "/0123/rootfs / rw,relatime - virtiofs none rw";
const DISK: &str = "/ / rw,relatime - ext4 /dev/vdb rw";

#[test]
fn kata_is_told_by_its_share_or_by_what_its_kernel_starts() {
    is(
        &container(SHARED, INIT),
        Some("kata"),
        "the mount at / is of kataShared",
    );
    let older = "/0123/rootfs / rw,relatime - 9p kataShared rw,trans=virtio";
    is(
        &container(older, INIT),
        Some("kata"),
        "the mount at / is of kataShared",
    );
    let start = "starts kata-containers.target";
    is(&container(NAMELESS, KATA), Some("kata"), start);
    is(&container(DISK, KATA), Some("kata"), start);
    // The agent itself, which no container is.
    let agent = unpack("bare-host");
    put(&agent, "proc/cmdline", KATA.as_bytes());
    is(&agent, Some("kata"), start);
}

#[test]
fn a_root_that_a_host_shares_with_an_unnamed_machine_is_unknown() {
    is(
        &container(NAMELESS, INIT),
        None,
        "the root is a virtiofs, shared by the host",
    );
}

#[test]
fn what_only_sounds_like_kata_is_not_called_so() {
    let masked = "paths that OCI runtimes mask are masked";
    let tree = container(DISK, "systemd.unit=kata-containers.target.wants quiet\n");
    is(&tree, Some("runc_like"), masked);
    let folder = "900 1 8:1 /srv/kataShared /data rw - ext4 /dev/sda1 rw";
    is(
        &mounted(container(DISK, ""), folder),
        Some("runc_like"),
        masked,
    );
    // Whoever may mount chooses the source of a tmpfs.
    let named = "900 1 0:90 / /data rw - tmpfs kataShared rw";
    is(
        &mounted(container(DISK, ""), named),
        Some("runc_like"),
        masked,
    );
}

#[test]
fn firecracker_is_told_by_its_tables_alone() {
    let own = "every namespace is the";
    let machine = unpack("bare-host");
    put(&machine, "proc/cmdline", FIRECRACKER.as_bytes());
    is(&machine, Some("none"), own);
    for (bytes, sandbox) in [
        (table(b"FIRECK"), "firecracker"),
        (table(b"BOCHS "), "none"),
        (b"DSDT".to_vec(), "none"),
        (Vec::new(), "none"),
    ] {
        put(&machine, DSDT, &bytes);
        is(&machine, Some(sandbox), own);
    }
    // A container in such a machine is one of runc all the same, and Kata's is Kata's.
    let inside = container(DISK, FIRECRACKER);
    put(&inside, DSDT, &table(b"FIRECK"));
    is(
        &inside,
        Some("runc_like"),
        "the kernel runs in a virtual machine",
    );
    let kata = container(DISK, KATA);
    put(&kata, DSDT, &table(b"FIRECK"));
    is(&kata, Some("kata"), "starts kata-containers.target");
}

#[test]
fn this_machine_is_called_firecracker_only_where_its_tables_say_so() {
    let table = fs::read(format!("/{DSDT}")).unwrap_or_default();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["--no-probe", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = &report["confinement"]["runtime"]["sandbox"];
    let wrong = match table.get(10..16) {
        Some(b"FIRECK") => "none",
        _ => "firecracker",
    };
    assert_ne!(told["value"], wrong, "{told}");
}
