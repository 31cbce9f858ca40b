//! The files of `/proc` that one container's first process has.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The Pod's uid.
pub(super) const UID: &str = "f18954ce-2d8c-4f6b-8e46-b1ec0e9913aa";
/// The container's id.
pub(super) const ID: &str = "342cbe34c6666795675c568e0eafae0e48fe283267dda012d669707ec88d3e22";

/// What the node runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Containerd,
    Crio,
}

impl Node {
    /// As a Pod's status names it.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Crio => "cri-o",
        }
    }
}

/// Capabilities of containerd's containers by default, of CRI-O's, and all that a node has.
pub(super) const CONTAINERD: u64 = 0xa804_25fb;
pub(super) const CRIO: u64 = 0x5fb;
pub(super) const ALL: u64 = 0x1ff_ffff_ffff;

/// What the kernel enforces.
#[derive(Debug)]
pub(super) struct Enforced {
    node: Node,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) groups: Vec<u32>,
    /// The outer side of the user namespace's map; `None` for the node's own.
    pub(super) user_namespace: Option<u32>,
    pub(super) bounding: u64,
    /// Permitted and effective.
    pub(super) effective: u64,
    /// Inheritable and ambient.
    pub(super) ambient: u64,
    pub(super) no_new_privs: bool,
    pub(super) filters: u32,
    /// Namespaces that are the node's.
    pub(super) of_node: Vec<&'static str>,
    /// The process's numbers in its pid namespaces, outermost first.
    pub(super) numbers: &'static str,
    pub(super) root_read_only: bool,
    pub(super) paths_protected: bool,
    pub(super) token: bool,
    /// Lines of mountinfo behind their ids.
    pub(super) mounts: Vec<&'static str>,
    /// The kernel's security modules, and the process's label.
    pub(super) label: Option<(&'static str, &'static str)>,
}

impl Enforced {
    /// A Pod that declares nothing, as user 0 of its image.
    pub(super) fn by_default(node: Node) -> Self {
        let capabilities = match node {
            Node::Containerd => CONTAINERD,
            Node::Crio => CRIO,
        };
        Self {
            node,
            uid: 0,
            gid: 0,
            groups: vec![0],
            user_namespace: None,
            bounding: capabilities,
            effective: capabilities,
            ambient: 0,
            no_new_privs: false,
            filters: 0,
            of_node: vec!["cgroup", "time", "user"],
            numbers: "7\t1",
            root_read_only: false,
            paths_protected: true,
            token: true,
            mounts: Vec::new(),
            label: None,
        }
    }

    /// As what a privileged container is.
    pub(super) fn privileged(&mut self) {
        self.bounding = ALL;
        self.effective = ALL;
        self.paths_protected = false;
    }

    /// As another user than 0: no effective capability.
    pub(super) fn user(&mut self, uid: u32) {
        self.uid = uid;
        self.effective = 0;
    }

    /// Writes process 7 below `tree/proc`, and the node's first one.
    pub(super) fn write(&self, tree: &Path) {
        let dir = tree.join("proc/7");
        fs::create_dir_all(dir.join("ns")).unwrap();
        fs::create_dir_all(tree.join("proc/1/ns")).unwrap();
        let write = |file: &str, text: String| fs::write(dir.join(file), text).unwrap();
        write("status", self.status());
        let map = self.user_namespace.map_or_else(
            || String::from("0 0 4294967295\n"),
            |outer| format!("0 {outer} 65536\n"),
        );
        write("uid_map", map.clone());
        write("gid_map", map);
        write("setgroups", String::from("allow\n"));
        write("oom_score_adj", String::from("1000\n"));
        write("cgroup", format!("0::{}\n", self.cgroup()));
        write("mountinfo", self.mountinfo());
        let initial = [
            ("cgroup", 4_026_531_835_u64),
            ("ipc", 4_026_531_839),
            ("mnt", 4_026_531_832),
            ("net", 4_026_531_833),
            ("pid", 4_026_531_836),
            ("time", 4_026_531_834),
            ("user", 4_026_531_837),
            ("uts", 4_026_531_838),
        ];
        for (kind, inode) in initial {
            symlink(
                format!("{kind}:[{inode}]"),
                tree.join("proc/1/ns").join(kind),
            )
            .unwrap();
            let own = if self.of_node.contains(&kind) {
                inode
            } else {
                inode + 1_000
            };
            symlink(format!("{kind}:[{own}]"), dir.join("ns").join(kind)).unwrap();
        }
        let security = tree.join("sys/kernel/security");
        fs::create_dir_all(&security).unwrap();
        let modules = self.label.map_or("capability", |(modules, _)| modules);
        fs::write(security.join("lsm"), modules).unwrap();
        if let Some((_, label)) = self.label {
            fs::create_dir_all(dir.join("attr/apparmor")).unwrap();
            write("attr/current", format!("{label}\n"));
            write("attr/apparmor/current", format!("{label}\n"));
        }
    }

    fn cgroup(&self) -> String {
        let prefix = match self.node {
            Node::Containerd => "",
            Node::Crio => "crio-",
        };
        format!("/kubepods/besteffort/pod{UID}/{prefix}{ID}")
    }

    fn status(&self) -> String {
        let outer = self.user_namespace.unwrap_or(0);
        let four = |id: u32| [id + outer; 4].map(|id| id.to_string()).join("\t");
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|g| (g + outer).to_string())
            .collect();
        let (effective, ambient, bounding) = (self.effective, self.ambient, self.bounding);
        let mode = if self.filters > 0 { 2 } else { 0 };
        format!(
            "Name:\tsleep\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\nPPid:\t6\n\
             TracerPid:\t0\nUid:\t{}\nGid:\t{}\nGroups:\t{} \nNSpid:\t{}\nCapInh:\t{ambient:016x}\n\
             CapPrm:\t{effective:016x}\nCapEff:\t{effective:016x}\nCapBnd:\t{bounding:016x}\n\
             CapAmb:\t{ambient:016x}\nNoNewPrivs:\t{}\nSeccomp:\t{mode}\nSeccomp_filters:\t{}\n",
            four(self.uid),
            four(self.gid),
            groups.join(" "),
            self.numbers,
            u8::from(self.no_new_privs),
            self.filters,
        )
    }

    fn mountinfo(&self) -> String {
        let mode = |read_only: bool| if read_only { "ro" } else { "rw" };
        let layers = match self.node {
            Node::Containerd => {
                "lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/2/fs"
            }
            Node::Crio => "lowerdir=/var/lib/containers/storage/overlay/l/ABC",
        };
        let mut text = format!(
            "100 99 0:50 / / {},relatime - overlay overlay rw,{layers}\n\
             101 100 0:51 / /proc rw,nosuid - proc proc rw\n\
             102 100 0:52 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755\n\
             103 100 0:53 / /sys ro,nosuid - sysfs sysfs ro\n\
             104 100 254:0 /var/lib/kubelet/pods/{UID}/etc-hosts /etc/hosts rw,relatime - ext4 /dev/vda rw\n\
             105 102 254:0 /var/lib/kubelet/pods/{UID}/containers/c/d2250a36 /dev/termination-log rw,relatime - ext4 /dev/vda rw\n",
            mode(self.root_read_only),
        );
        let mut lines: Vec<String> = self.mounts.iter().map(|line| (*line).to_owned()).collect();
        if self.paths_protected {
            for path in ["/proc/acpi", "/proc/scsi", "/sys/firmware"] {
                lines.push(format!("0:60 / {path} ro,relatime - tmpfs tmpfs ro"));
            }
            for path in [
                "/proc/kcore",
                "/proc/keys",
                "/proc/latency_stats",
                "/proc/sched_debug",
                "/proc/timer_list",
                "/proc/timer_stats",
            ] {
                lines.push(format!("0:52 /null {path} rw,nosuid - tmpfs tmpfs rw"));
            }
            for path in ["bus", "fs", "irq", "sys", "sysrq-trigger"] {
                lines.push(format!(
                    "0:51 /{path} /proc/{path} ro,nosuid - proc proc rw"
                ));
            }
        }
        if self.token {
            lines.push(String::from(
                "0:61 / /var/run/secrets/kubernetes.io/serviceaccount ro,relatime - tmpfs tmpfs rw",
            ));
        }
        for (at, line) in lines.iter().enumerate() {
            let parent = if line.contains(" /proc/") {
                101
            } else if line.contains(" /sys/") {
                103
            } else {
                100
            };
            writeln!(text, "{} {parent} {line}", 200 + at).unwrap();
        }
        text
    }
}
