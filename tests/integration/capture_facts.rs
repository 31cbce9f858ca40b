//! What was enforced on a captured container.
//!
//! Reads the captured files of `/proc` by itself, so that what is compared does not rest on
//! the code that observes.

use std::fs;

use amiconfined::confinement::*;

use crate::capture_mounts::{filesystem, tokens};
use crate::captures::{Capture, not_captured};

/// Its facts; `field` gives a line of its `status`.
pub(crate) fn confinement(
    capture: &Capture,
    field: &dyn Fn(&str) -> Option<String>,
) -> Confinement {
    let ids = |key: &str| {
        let numbers: Vec<u32> = field(key)
            .unwrap()
            .split('\t')
            .map(|n| n.parse().unwrap())
            .collect();
        Reading::Known(Ids {
            real: numbers[0],
            effective: numbers[1],
            saved: numbers[2],
            filesystem: numbers[3],
        })
    };
    let caps = |key: &str| {
        let mask = u64::from_str_radix(&field(key).unwrap(), 16).unwrap();
        Reading::Known(CapabilitySet(mask))
    };
    let map = |file: &str| {
        let text = capture.read(file).unwrap();
        let rows = text.lines().map(|line| {
            let n: Vec<u32> = line
                .split_whitespace()
                .map(|n| n.parse().unwrap())
                .collect();
            IdMapping {
                inside: n[0],
                outside: n[1],
                count: n[2],
            }
        });
        Reading::Known(rows.collect())
    };
    let claim = || Claim {
        value: None,
        evidence: Vec::new(),
    };
    let nothing = |what: &str| not_captured(what);
    Confinement {
        process: Process {
            pid: 1,
            is_self: false,
            comm: nothing("comm"),
            parent: not_captured("parent"),
            tracer: not_captured("tracer"),
            start_ticks: not_captured("stat"),
        },
        identity: Identity {
            uid: ids("Uid"),
            gid: ids("Gid"),
            groups: Reading::Known(
                field("Groups")
                    .unwrap()
                    .split_whitespace()
                    .map(|n| n.parse().unwrap())
                    .collect(),
            ),
            no_new_privs: Reading::Known(field("NoNewPrivs").unwrap() == "1"),
            securebits: not_captured("securebits"),
            dumpable: not_captured("dumpable"),
            umask: not_captured("umask"),
            uid_map: map("proc/uid_map"),
            gid_map: map("proc/gid_map"),
            setgroups: not_captured("setgroups"),
        },
        capabilities: Capabilities {
            effective: caps("CapEff"),
            permitted: caps("CapPrm"),
            inheritable: caps("CapInh"),
            bounding: caps("CapBnd"),
            ambient: caps("CapAmb"),
            last: not_captured("cap_last_cap"),
        },
        namespaces: namespaces(capture),
        lsm: lsm(capture),
        seccomp: Seccomp {
            mode: Reading::Known(match field("Seccomp").unwrap().as_str() {
                "0" => SeccompMode::Disabled,
                "1" => SeccompMode::Strict,
                _ => SeccompMode::Filter,
            }),
            filters: Reading::Known(field("Seccomp_filters").unwrap().parse().unwrap()),
            method: SeccompMethod::NotProbed {
                why: "a capture".into(),
            },
            abis: Vec::new(),
            dumped: Vec::new(),
        },
        filesystem: filesystem(&capture.read("proc/mountinfo").unwrap()),
        cgroup: Cgroup {
            version: not_captured("cgroup"),
            paths: not_captured("cgroup"),
            memory_max: not_captured("memory.limit_in_bytes"),
            cpu_max: not_captured("cpu.cfs_quota_us"),
            pids_max: not_captured("pids.max"),
            writable: not_captured("cgroup"),
            release_agent_writable: not_captured("release_agent"),
        },
        limits: Limits {
            rlimits: not_captured("limits"),
            oom_score_adj: Reading::Known(
                capture
                    .read("proc/oom_score_adj")
                    .unwrap()
                    .trim()
                    .parse()
                    .unwrap(),
            ),
        },
        runtime: Runtime {
            sandbox: Claim {
                value: None,
                evidence: Vec::new(),
            },
            manager: Claim {
                value: None,
                evidence: Vec::new(),
            },
            container_id: nothing("cgroup"),
            kubernetes: claim(),
            pod_name: nothing("pod"),
            pod_namespace: nothing("pod"),
            pod_uid: nothing("pod"),
        },
        credentials: Credentials {
            service_account_tokens: tokens(&capture.read("proc/mountinfo").unwrap()),
        },
        sysctls: Vec::new(),
        kernel: Kernel {
            release: nothing("uname"),
            version: nothing("uname"),
            machine: nothing("uname"),
        },
    }
}

/// Held against the node's own namespaces, which were captured beside.
fn namespaces(capture: &Capture) -> Namespaces {
    let host = capture.dir.join("../../host-ns.json");
    let host: serde_json::Value = serde_json::from_str(&fs::read_to_string(host).unwrap()).unwrap();
    let own: serde_json::Value =
        serde_json::from_str(&capture.read("proc/ns.json").unwrap()).unwrap();
    Namespaces {
        namespaces: NamespaceKind::ALL
            .into_iter()
            .map(|kind| Namespace {
                kind,
                inode: not_captured("ns"),
                initial: Reading::Known(Initial {
                    initial: own[kind.name()] == host[kind.name()],
                    known_by: "the node's own, captured beside".into(),
                }),
                shared_with_pid1: not_captured("ns"),
            })
            .collect(),
        user_depth: not_captured("ns"),
        pids: not_captured("NSpid"),
    }
}

/// The captured kernels have neither AppArmor nor SELinux: attr/current gives EINVAL.
fn lsm(capture: &Capture) -> Lsm {
    assert_eq!(
        capture.read("proc/attr_current").unwrap(),
        "!Invalid argument"
    );
    Lsm {
        active: not_captured("lsm"),
        apparmor: Reading::absent("attr/current: EINVAL"),
        selinux: Reading::absent("attr/current: EINVAL"),
        selinux_enforcing: not_captured("enforce"),
        smack: not_captured("smack"),
        landlock_abi: not_captured("landlock"),
        yama_ptrace_scope: not_captured("yama"),
        lockdown: not_captured("lockdown"),
    }
}
