//! Captured containers: what was declared, told and enforced, as other tools wrote it down.
//!
//! Reads the captured files of `/proc` by itself, so that what is compared does not rest on
//! the code that observes.

use std::fs;
use std::path::{Path, PathBuf};

use amiconfined::confinement::*;

/// One captured container.
pub(crate) struct Capture {
    /// `node/pod/container`.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

impl Capture {
    /// The runtime of its node.
    pub(crate) fn runtime(&self) -> amiconfined::declared::RuntimeName {
        if self.name.contains("crio") {
            "cri-o"
        } else {
            "containerd"
        }
        .parse()
        .unwrap()
    }

    pub(crate) fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(file)).ok()
    }

    /// What was enforced, as far as it was captured; `None` for a container that never ran.
    pub(crate) fn enforced(&self) -> Option<Confinement> {
        let status = self.read("proc/status")?;
        let field = |key: &str| -> Option<String> {
            status
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{key}:")))
                .map(|value| value.trim().to_owned())
        };
        Some(confinement(self, &field))
    }
}

/// Every captured container, or nothing with the reason printed.
pub(crate) fn captures() -> Vec<Capture> {
    let root = std::env::var_os("AMICONFINED_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let root = root.join("captures");
    let mut found = Vec::new();
    let list = |dir: &Path| -> Vec<PathBuf> {
        let mut entries: Vec<PathBuf> = fs::read_dir(dir)
            .map(|entries| {
                entries
                    .map(|e| e.unwrap().path())
                    .filter(|p| p.is_dir())
                    .collect()
            })
            .unwrap_or_default();
        entries.sort();
        entries
    };
    for node in list(&root) {
        for pod in list(&node) {
            for dir in list(&pod) {
                let name = dir.strip_prefix(&root).unwrap().display().to_string();
                found.push(Capture { name, dir });
            }
        }
    }
    if found.is_empty() {
        println!("SKIPPED: no captures in {}", root.display());
    }
    found
}

fn not_captured<T>(what: &str) -> Reading<T> {
    Reading::denied("none", what, None, "a capture that has it")
}

fn confinement(capture: &Capture, field: &dyn Fn(&str) -> Option<String>) -> Confinement {
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

struct Row<'a> {
    root: &'a str,
    point: &'a str,
    options: &'a str,
    fstype: &'a str,
    source: &'a str,
}

fn rows(mountinfo: &str) -> Vec<Row<'_>> {
    mountinfo
        .lines()
        .map(|line| {
            let (left, right) = line.split_once(" - ").unwrap();
            let left: Vec<&str> = left.split(' ').collect();
            let right: Vec<&str> = right.split(' ').collect();
            Row {
                root: left[3],
                point: left[4],
                options: left[5],
                fstype: right[0],
                source: right[1],
            }
        })
        .collect()
}

fn mount(row: &Row<'_>) -> Mount {
    Mount {
        mount_point: row.point.into(),
        root: row.root.into(),
        fstype: row.fstype.into(),
        source: row.source.into(),
        read_only: row.options.split(',').any(|o| o == "ro"),
        options: row.options.into(),
        super_read_only: false,
        propagation: Vec::new(),
    }
}

fn filesystem(mountinfo: &str) -> Filesystem {
    let rows = rows(mountinfo);
    let state = |path: &str| {
        let covering = rows
            .iter()
            .filter(|row| path == row.point || path.starts_with(&format!("{}/", row.point)))
            .max_by_key(|row| row.point.len());
        let Some(row) = covering else {
            return not_captured("mountinfo");
        };
        let read_only = row.options.split(',').any(|o| o == "ro");
        Reading::Known(match (row.point == path, row.fstype, row.root) {
            (true, "tmpfs" | "devtmpfs", "/null") => Protection::Masked,
            (true, "tmpfs", _) if read_only => Protection::Masked,
            _ if read_only => Protection::ReadOnly,
            // A path that the kernel has not looks the same in mountinfo as one left open.
            _ if [
                "/proc/latency_stats",
                "/proc/timer_stats",
                "/proc/sched_debug",
                "/proc/scsi",
                "/proc/asound",
                "/proc/kcore",
            ]
            .contains(&path) =>
            {
                return Reading::absent("not on the captured kernel");
            }
            _ => Protection::None,
        })
    };
    let protected = |paths: &[&str]| {
        paths
            .iter()
            .map(|path| ProtectedPath {
                path: (*path).into(),
                state: state(path),
            })
            .collect()
    };
    Filesystem {
        root: Reading::Known(mount(rows.iter().find(|row| row.point == "/").unwrap())),
        masked: protected(&[
            "/proc/acpi",
            "/proc/keys",
            "/proc/timer_list",
            "/sys/firmware",
            "/proc/kcore",
            "/proc/scsi",
        ]),
        readonly: protected(&["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"]),
        sensitive: Vec::new(),
        host_paths: Reading::Known(
            rows.iter()
                .filter(|row| row.source.starts_with("/dev/"))
                .map(mount)
                .collect(),
        ),
        devices: not_captured("dev"),
        runtime_sockets: Vec::new(),
        mount_count: not_captured("mountinfo"),
    }
}

/// A mounted token directory stands for its token.
fn tokens(mountinfo: &str) -> Reading<Vec<ServiceAccountToken>> {
    let mounted = rows(mountinfo).iter().any(|row| {
        row.point
            .ends_with("run/secrets/kubernetes.io/serviceaccount")
    });
    let token = ServiceAccountToken {
        path: "/var/run/secrets/kubernetes.io/serviceaccount/token".into(),
        audiences: not_captured("token"),
        expires_unix_seconds: not_captured("token"),
        namespace: not_captured("token"),
        service_account: not_captured("token"),
    };
    Reading::Known(if mounted { vec![token] } else { Vec::new() })
}
