//! A machine made of files: a `/proc`, and the state that runtimes keep.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use amiconfined::confinement::{ContainerRecord, Kernel, Reading};
use amiconfined::sweep::{Found, Options, Outcome, sweep};

/// The node's own namespaces, as a kernel before 6.18 numbers them.
pub(crate) const NODE: [(&str, u64); 8] = [
    ("cgroup", 4_026_531_835),
    ("ipc", 4_026_531_839),
    ("mnt", 4_026_531_841),
    ("net", 4_026_531_840),
    ("pid", 4_026_531_836),
    ("time", 4_026_531_834),
    ("user", 4_026_531_837),
    ("uts", 4_026_531_838),
];

pub(crate) struct Tree {
    dir: tempfile::TempDir,
}

/// One process to be made.
#[derive(Clone)]
pub(crate) struct Proc {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) comm: &'static [u8],
    pub(crate) nspid: String,
    pub(crate) cgroup: String,
    /// Namespaces other than the node's.
    pub(crate) own: Vec<(&'static str, u64)>,
    pub(crate) caps: u64,
    pub(crate) seccomp: u32,
    pub(crate) kernel: bool,
    pub(crate) uid_map: &'static str,
}

impl Proc {
    pub(crate) fn new(pid: u32, parent: u32) -> Self {
        Self {
            pid,
            parent,
            comm: b"sleep",
            nspid: pid.to_string(),
            cgroup: "0::/\n".to_owned(),
            own: Vec::new(),
            caps: 0x1ff_ffff_ffff,
            seccomp: 0,
            kernel: false,
            uid_map: "0 0 4294967295\n",
        }
    }

    /// In namespaces of its own, whose numbers start with `base`.
    pub(crate) fn contained(pid: u32, parent: u32, base: u64, inner: u32) -> Self {
        Self {
            nspid: format!("{pid}\t{inner}"),
            own: vec![
                ("mnt", base),
                ("pid", base + 1),
                ("net", base + 2),
                ("ipc", base + 3),
                ("uts", base + 4),
            ],
            caps: 0xa804_25fb,
            seccomp: 2,
            ..Self::new(pid, parent)
        }
    }

    pub(crate) fn at(mut self, cgroup: &str) -> Self {
        self.cgroup = format!("0::{cgroup}\n");
        self
    }

    pub(crate) fn lines(mut self, cgroup: &str) -> Self {
        self.cgroup = cgroup.to_owned();
        self
    }
}

impl Tree {
    /// A node with its first process and kthreadd.
    pub(crate) fn new() -> Self {
        let tree = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(tree.proc().join("sys/kernel")).unwrap();
        tree.add(&Proc::new(1, 0));
        for (pid, parent, comm) in [(2, 0, &b"kthreadd"[..]), (30, 2, b"kdevtmpfs")] {
            tree.add(&Proc {
                comm,
                kernel: true,
                ..Proc::new(pid, parent)
            });
        }
        tree
    }

    pub(crate) fn proc(&self) -> PathBuf {
        self.dir.path().join("proc")
    }

    /// Writes a file below the node's root.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Adds a process.
    pub(crate) fn add(&self, p: &Proc) {
        let dir = self.proc().join(p.pid.to_string());
        fs::create_dir_all(dir.join("ns")).unwrap();
        let memory = if p.kernel { "" } else { "VmSize:\t8 kB\n" };
        let rest = format!(
            "\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n\
             Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t \nNSpid:\t{}\n{memory}\
             CapInh:\t0000000000000000\nCapPrm:\t{caps:016x}\nCapEff:\t{caps:016x}\n\
             CapBnd:\t{caps:016x}\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n\
             Seccomp:\t{}\nSeccomp_filters:\t{}\n",
            p.pid,
            p.parent,
            p.nspid,
            p.seccomp,
            p.seccomp / 2,
            caps = p.caps,
        );
        let status = [b"Name:\t", p.comm, rest.as_bytes()].concat();
        fs::write(dir.join("status"), status).unwrap();
        fs::write(dir.join("comm"), [p.comm, b"\n"].concat()).unwrap();
        fs::write(dir.join("cgroup"), &p.cgroup).unwrap();
        fs::write(dir.join("uid_map"), p.uid_map).unwrap();
        let stat = format!(
            "{0} (x) S {1} {0} {0} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {2} 0 0\n",
            p.pid,
            p.parent,
            p.pid * 100
        );
        fs::write(dir.join("stat"), stat).unwrap();
        if p.kernel {
            return;
        }
        for (kind, node) in NODE {
            let own = p.own.iter().find(|(k, _)| *k == kind);
            let inode = own.map_or(node, |(_, inode)| *inode);
            symlink(format!("{kind}:[{inode}]"), dir.join("ns").join(kind)).unwrap();
        }
    }

    /// Sweeps it.
    pub(crate) fn sweep(&self, all: bool) -> (Vec<ContainerRecord>, Outcome) {
        let options = Options {
            proc: self.proc(),
            root: self.dir.path().to_owned(),
            live: false,
            all,
            dump: false,
            node: Reading::Known("node".into()),
            kernel: Kernel {
                release: Reading::Known("6.1.0".into()),
                version: Reading::Known("#1".into()),
                machine: Reading::Known("x86_64".into()),
            },
            time: "2026-01-01T00:00:00Z".to_owned(),
            declared: &|_, _| Vec::new(),
            stop: &|| false,
            progress: &|_| {},
        };
        let mut records = Vec::new();
        let outcome = sweep(&options, &mut |found| {
            if let Found::Container(record) = found {
                records.push(*record);
            }
            true
        })
        .unwrap();
        (records, outcome)
    }
}
