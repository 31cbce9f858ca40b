//! What every noun reads from: the process's directories, status and mounts.

use std::cell::OnceCell;

use super::mountinfo::Mounts;
use super::proc_root::ProcRoot;
use super::process::start_ticks;
use super::read_error::ReadError;
use super::status::{Status, lifted_by};
use super::{Observe, ObserveError};
use crate::confinement::{Capabilities, CgroupPath, Errno, Identity, Kernel, Process, Reading};

/// One process under observation.
#[derive(Debug)]
pub(super) struct Observer<'a> {
    /// The `/proc` that it is seen in.
    pub(super) proc: &'a ProcRoot,
    /// What was asked for.
    pub(super) options: &'a Observe,
    /// Its own directory in `/proc`. It stays the process's own: once that is gone,
    /// reads of it fail, whoever gets the id.
    pub(super) pid_dir: ProcRoot,
    /// The file tree that holds `/sys`.
    pub(super) sys: &'a ProcRoot,
    /// Its `ns` directory, where that is known to be the kernel's own.
    pub(super) ns: Option<ProcRoot>,
    /// The file tree that the process sees.
    pub(super) files: ProcRoot,
    /// Its status.
    pub(super) status: Status,
    /// Its mount table: read once.
    mounts: OnceCell<Result<Mounts, ReadError>>,
    /// The label that all security modules share, `attr/current`.
    pub(super) label: OnceCell<Result<Vec<u8>, ReadError>>,
    /// Its control groups and the kernel's name.
    pub(super) cgroups: OnceCell<Reading<Vec<CgroupPath>>>,
    pub(super) kernel: OnceCell<Kernel>,
    /// Its ids and capabilities, which decide about many of its files: read once.
    pub(super) identity: OnceCell<Identity>,
    pub(super) capabilities: OnceCell<Capabilities>,
}

/// The magic number of procfs in `statfs(2)`.
const PROC_SUPER_MAGIC: nix::sys::statfs::FsType =
    nix::sys::statfs::FsType(nix::libc::PROC_SUPER_MAGIC);

impl<'a> Observer<'a> {
    /// Opens the process's directory.
    pub(super) fn new(proc: &'a ProcRoot, options: &'a Observe) -> Result<Self, ObserveError> {
        let target = options.target;
        if let (false, Err(error)) = (target.is_self, proc.dir()) {
            return Err(ObserveError::Proc(error));
        }
        let mut pid_dir = proc.below(&target.pid.to_string());
        if options.live && target.is_self {
            // Its own name for itself holds in whatever pid namespace this /proc shows.
            pid_dir = proc.below("self");
        }
        if let (false, Err(source)) = (target.is_self, pid_dir.dir()) {
            return Err(ObserveError::NoProcess {
                pid: target.pid,
                source: ReadError {
                    errno: if source.is_missing() {
                        Errno::ESRCH
                    } else {
                        source.errno
                    },
                    ..source
                },
            });
        }
        if options.live {
            pid_dir = genuine(pid_dir);
        }
        let files = if options.live && !target.is_self {
            pid_dir.tree("root")
        } else {
            ProcRoot::open(options.root.path())
        };
        Ok(Self {
            status: Status::read(&pid_dir),
            mounts: OnceCell::new(),
            label: OnceCell::new(),
            cgroups: OnceCell::new(),
            kernel: OnceCell::new(),
            identity: OnceCell::new(),
            capabilities: OnceCell::new(),
            proc,
            options,
            ns: pid_dir.is_procfs().then(|| pid_dir.below("ns").of_procfs()),
            pid_dir,
            sys: &options.root,
            files,
        })
    }

    /// Its mount table.
    pub(super) fn mounts(&self) -> &Result<Mounts, ReadError> {
        self.mounts.get_or_init(|| {
            let mounts = Mounts::parse(&self.pid_dir.read("mountinfo")?);
            Ok(if self.options.live {
                mounts.seen_from(&self.files)
            } else {
                mounts
            })
        })
    }

    /// Whether the kernel can be asked about the calling thread.
    pub(super) fn is_live_self(&self) -> bool {
        self.options.live && self.options.target.is_self
    }

    /// A file of the process's directory could not be read: `Absent` where its status
    /// could, since only the kernel can have left the file out; else `Denied`.
    pub(super) fn missing_or_denied<T>(&self, error: &ReadError, absent: &str) -> Reading<T> {
        if error.is_missing() && self.options.live && self.status.error().is_none() {
            return Reading::absent(absent);
        }
        error.denied(lifted_by(error))
    }

    /// The same of a file of `/proc/sys`, which must be visible for `Absent`.
    pub(super) fn sysctl_missing<T>(&self, error: &ReadError, since: &str) -> Reading<T> {
        if error.is_missing() && self.options.live && self.proc.stat("sys/kernel").is_ok() {
            return Reading::absent(format!(
                "this kernel has no {} ({since})",
                error.path.display()
            ));
        }
        error.denied(match error.errno {
            Errno::EACCES | Errno::EPERM => "the permission to read it",
            _ => "procfs with its sys directory mounted there",
        })
    }

    /// The directory of `/proc/sys`, where it is the kernel's own.
    pub(super) fn genuine_sysctls(&self) -> Option<ProcRoot> {
        let sys = self.proc.below("sys");
        is_procfs(&sys).ok()?.then(|| sys.of_procfs())
    }

    /// What would make a file readable that `ptrace(2)` access checks guard.
    pub(super) fn ptrace_lift(&self, error: &ReadError) -> String {
        if !matches!(error.errno, Errno::EACCES | Errno::EPERM) {
            return lifted_by(error);
        }
        let held = caps::has_cap(
            None,
            caps::CapSet::Effective,
            caps::Capability::CAP_SYS_PTRACE,
        );
        if held.unwrap_or(false) {
            "a reader in the target's user namespace or one above it, outside any Landlock domain, \
             and no other security module that refuses: CAP_SYS_PTRACE is held already"
                .into()
        } else {
            "CAP_SYS_PTRACE in the target's user namespace".into()
        }
    }

    /// What `fstat(2)` says of an absolute path in the process's file tree.
    pub(super) fn stat(&self, path: &[u8]) -> Result<nix::sys::stat::FileStat, ReadError> {
        self.files.stat(path.strip_prefix(b"/").unwrap_or(path))
    }

    /// What would make a file of the process's tree readable.
    pub(super) fn file_lift(&self, error: &ReadError) -> String {
        if self.files.dir().is_err() {
            return self.ptrace_lift(error);
        }
        match error.errno {
            Errno::EACCES | Errno::EPERM => {
                "CAP_DAC_READ_SEARCH, and no security module that refuses".into()
            }
            _ if error.is_missing() => "a captured tree that holds it".into(),
            _ => format!("reading that does not fail with {}", error.errno),
        }
    }

    /// Checks at the end that what was read was of one process.
    pub(super) fn still_the_same(&self, process: &Process) -> Result<(), ObserveError> {
        if self.options.target.is_self || !self.options.live {
            return Ok(());
        }
        let gone = ObserveError::Gone {
            pid: self.options.target.pid,
            errno: Errno::ESRCH,
        };
        match (&process.start_ticks, start_ticks(self)) {
            (Reading::Known(before), Reading::Known(after)) if *before != after => Err(gone),
            (_, Reading::Denied(denial)) if denial.errno == Some(Errno::ESRCH) => Err(gone),
            // The directory was opened, so that its files can only go with the process.
            (_, Reading::Denied(denial)) if denial.errno == Some(Errno::ENOENT) => Err(gone),
            _ => Ok(()),
        }
    }
}

/// Refuses a process directory that is not procfs: files that anyone could have written.
fn genuine(pid_dir: ProcRoot) -> ProcRoot {
    match is_procfs(&pid_dir) {
        _ if pid_dir.dir().is_err() => pid_dir,
        Ok(true) => pid_dir.of_procfs(),
        Ok(false) => pid_dir.failed("fstatfs", Errno(nix::libc::EXDEV)),
        Err(errno) => pid_dir.failed("fstatfs", errno),
    }
}

/// Whether a directory that is open lies on procfs.
fn is_procfs(dir: &ProcRoot) -> Result<bool, Errno> {
    let dir = dir.dir().map_err(|error| error.errno)?;
    let found = nix::sys::statfs::fstatfs(dir)?;
    Ok(found.filesystem_type() == PROC_SUPER_MAGIC)
}
