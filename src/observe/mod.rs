//! Floor 2: what the kernel says of a process, read through one [`ProcRoot`].
//!
//! [`observe`] fills every noun of [`Confinement`]. What only a system call tells
//! that this floor does not make (the landlock ABI, how deep a user namespace
//! lies, seccomp verdicts) is left `Denied` or not probed, for [`crate::probe`]'s
//! answers to replace.

mod access;
mod apparmor;
mod bounded;
mod capabilities;
mod cgroup;
mod cgroup_hierarchy;
mod cgroup_limits;
mod credentials;
mod device_access;
mod devices;
mod evidence;
mod filesystem;
mod host_paths;
mod identity;
mod kept;
mod kernel;
mod kubernetes;
mod limits;
mod lsm;
mod mountinfo;
mod namespaces;
mod observer;
mod proc_root;
mod process;
mod process_dir;
mod protected;
mod read_error;
mod release_agent;
mod runtime;
mod sandbox;
mod sandbox_signs;
mod seccomp;
mod sensitive;
mod sockets;
mod status;
mod sysctls;
mod token;
mod walk;

use std::sync::Arc;

pub use bounded::{MAX_DIR_ENTRIES, MAX_FILE_BYTES};
pub use lsm::active_modules;
pub use proc_root::ProcRoot;
pub use process_dir::ProcessDir;
pub use read_error::ReadError;

use crate::confinement::{Confinement, Errno, SeccompMode};
use observer::Observer;

/// Which process to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its id in the pid namespace that the `/proc` shows.
    pub pid: u32,
    /// Whether it is the process that asks.
    pub is_self: bool,
}

impl Target {
    /// The calling process.
    pub fn own() -> Self {
        Self {
            pid: std::process::id(),
            is_self: true,
        }
    }

    /// Another process.
    pub fn other(pid: u32) -> Self {
        Self {
            pid,
            is_self: pid == std::process::id(),
        }
    }
}

/// What to observe, and where.
#[derive(Debug, Clone)]
pub struct Observe {
    /// Which process.
    pub target: Target,
    /// The file tree that `/sys` is read from, and of the process itself (or of a
    /// captured tree) every other file: `/`, a host's root, a captured tree. What the
    /// machine has once is read of it once, for all who are observed with it.
    pub root: Arc<ProcRoot>,
    /// Whether this is the running machine. If not, nothing is asked of the kernel:
    /// `root` and the `/proc` are captured trees, and what they do not hold is `Denied`.
    pub live: bool,
}

/// Why a process could not be observed at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObserveError {
    /// The directory of processes could not be opened, and the process is another one.
    #[error("cannot open the directory of processes: {0}")]
    Proc(ReadError),
    /// There is no such process.
    #[error("no process {pid}: {source}")]
    NoProcess {
        /// The id that was asked for.
        pid: u32,
        /// What looking for it gave.
        source: ReadError,
    },
    /// The process ended while it was looked at, or its id passed to another one.
    #[error("process {pid} ended while it was looked at: {errno}")]
    Gone {
        /// The id.
        pid: u32,
        /// Always `ESRCH`.
        errno: Errno,
    },
}

/// Observes one process.
///
/// Facts that are refused are `Denied` in the result. Of the calling process there
/// is always a result, also without any `/proc`.
///
/// # Errors
/// [`ObserveError`], where another process is not there or ends meanwhile.
///
/// ```no_run
/// use amiconfined::observe::{Observe, ProcRoot, Target, observe};
/// let root = std::sync::Arc::new(ProcRoot::open("/"));
/// let options = Observe { target: Target::own(), root, live: true };
/// let confinement = observe(&ProcRoot::open("/proc"), &options)?;
/// println!("{:?}", confinement.capabilities.effective);
/// # Ok::<(), amiconfined::observe::ObserveError>(())
/// ```
pub fn observe(proc: &ProcRoot, options: &Observe) -> Result<Confinement, ObserveError> {
    observe_by(&Observer::new(proc, options)?)
}

/// Observes one process. As soon as its seccomp mode is known that is told to `begin`, which may
/// start what is to run meanwhile; gives what that gave as well.
///
/// # Errors
/// As [`observe`].
pub fn observe_while<T>(
    proc: &ProcRoot,
    options: &Observe,
    begin: impl FnOnce(Option<SeccompMode>) -> T,
) -> Result<(Confinement, T), ObserveError> {
    let observer = Observer::new(proc, options)?;
    let begun = begin(seccomp::mode_of(&observer).known().copied());
    Ok((observe_by(&observer)?, begun))
}

/// Observes one process without looking into its file tree, which it may have made to
/// hang whoever looks (a FUSE file system, an NFS server that is gone).
///
/// # Errors
/// [`ObserveError`], as [`observe`].
pub fn observe_outside(proc: &ProcRoot, options: &Observe) -> Result<Confinement, ObserveError> {
    let mut observer = Observer::new(proc, options)?;
    observer.files = observer.files.failed("openat", Errno(nix::libc::ETIMEDOUT));
    observe_by(&observer)
}

fn observe_by(observer: &Observer<'_>) -> Result<Confinement, ObserveError> {
    let process = process::process(observer);
    let credentials = credentials::credentials(observer);
    let namespaces = namespaces::namespaces(observer);
    let filesystem = filesystem::filesystem(observer, &namespaces);
    let confinement = Confinement {
        identity: identity::identity(observer),
        capabilities: capabilities::capabilities(observer),
        lsm: lsm::lsm(observer),
        seccomp: seccomp::seccomp(observer),
        cgroup: cgroup::cgroup(observer),
        limits: limits::limits(observer),
        runtime: runtime::runtime(observer, &namespaces, &filesystem, &credentials),
        credentials: credentials.noun(),
        kernel: kernel::kernel(observer),
        sysctls: sysctls::sysctls(observer),
        process,
        namespaces,
        filesystem,
    };
    observer.still_the_same(&confinement.process)?;
    Ok(confinement)
}
