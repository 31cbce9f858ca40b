//! The filters of another process, as the kernel keeps them: `PTRACE_SECCOMP_GET_FILTER`
//! (since Linux 4.4, with `CONFIG_CHECKPOINT_RESTORE`; `ptrace(2)`).

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::bpf::{BytesError, INSTRUCTION_LEN, MAX_INSTRUCTIONS, Program};

/// How long it is waited for a process to stop: a control group's quota may keep it from its
/// processor for a tenth of a second (`cpu.max`), and meanwhile it stands still anyhow. One
/// that sleeps where nothing wakes it never stops; then it goes on as if nothing had been
/// asked.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long it is waited without giving way.
const SPIN: Duration = Duration::from_micros(200);

/// More filters than the kernel lets a task have: `MAX_INSNS_PER_PATH` of kernel/seccomp.c
/// is 32768 instructions, each filter counted with four more.
const MAX_FILTERS: libc::c_ulong = 8192;

/// The filters of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The programs; the one that was installed first comes first.
    pub programs: Vec<Program>,
    /// How long the process may have stood still, from asking it to stop until it was let go.
    pub pause: Duration,
}

/// Why filters were not dumped. The process goes on in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// A request of `ptrace(2)` failed.
    #[error("ptrace({request}): {errno}")]
    Ptrace {
        /// The request.
        request: &'static str,
        /// Its error.
        errno: Errno,
    },
    /// It did not stop in time.
    #[error("process {0} did not stop when asked to")]
    NotStopped(u32),
    /// It ended, or its number is another process's now.
    #[error("process {0} is gone")]
    Gone(u32),
    /// What the kernel gave is no program.
    #[error("ptrace(PTRACE_SECCOMP_GET_FILTER): {0}")]
    Program(#[from] BytesError),
}

impl DumpError {
    /// The error number, where there is one.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Ptrace { errno, .. } => Some(*errno),
            Self::Gone(_) => Some(Errno::ESRCH),
            Self::NotStopped(_) => Some(Errno::ETIMEDOUT),
            Self::Program(_) => None,
        }
    }

    /// What would lift it.
    #[must_use]
    pub fn lifted_by(&self) -> &'static str {
        match self {
            Self::Ptrace {
                request: GET,
                errno: Errno::EACCES,
            } => {
                "CAP_SYS_ADMIN in the initial user namespace, in a reader without a seccomp filter"
            }
            Self::Ptrace {
                request: GET,
                errno: Errno::EINVAL | Errno::EIO,
            } => "Linux 4.4 with CONFIG_CHECKPOINT_RESTORE",
            Self::Ptrace {
                errno: Errno::EPERM | Errno::EACCES,
                ..
            } => "CAP_SYS_PTRACE, no other tracer, and no security module that refuses",
            Self::NotStopped(_) => "a process that does not wait in the kernel",
            _ => "a process that is still there",
        }
    }
}

/// The request's number, `include/uapi/linux/ptrace.h`.
const PTRACE_SECCOMP_GET_FILTER: libc::c_int = 0x420c;
const GET: &str = "PTRACE_SECCOMP_GET_FILTER";

/// Dumps the filters of a process's first thread, which stands still meanwhile: for about
/// a tenth of a millisecond.
///
/// `same` is asked once it stands still: whether it is the process that was meant, and not
/// another with its number. A process that job control has stopped stays stopped; should
/// this process be killed, the kernel lets the other go on.
///
/// # Errors
/// [`DumpError`]. Without `CAP_SYS_ADMIN`, or under a filter of its own, the kernel
/// refuses with `EACCES`.
pub fn dump(pid: u32, same: &(dyn Fn() -> bool + Sync)) -> Result<Dump, DumpError> {
    // Of a process that does not stop, the kernel lets go when its tracer's thread ends.
    std::thread::scope(|scope| {
        let tracer = scope.spawn(|| traced(pid, same));
        tracer.join().unwrap_or(Err(DumpError::Gone(pid)))
    })
}

/// What the thread that traces does.
fn traced(pid: u32, same: &(dyn Fn() -> bool + Sync)) -> Result<Dump, DumpError> {
    let failed = |request| move |errno| DumpError::Ptrace { request, errno };
    let tracee = i32::try_from(pid).map_err(|_| DumpError::Gone(pid))?;
    let tracee = Pid::from_raw(tracee);
    // While another stands still this thread, and no other, goes before who only computes;
    // without CAP_SYS_NICE it does not, and the pause may be longer.
    let _ = rustix::process::setpriority_process(None, -20);
    // Seized, not attached to: no signal is sent, and no option makes it end with its tracer.
    ptrace::seize(tracee, Options::empty()).map_err(failed("PTRACE_SEIZE"))?;
    let begun = Instant::now();
    let stopped = ptrace::interrupt(tracee)
        .map_err(failed("PTRACE_INTERRUPT"))
        .and_then(|()| wait(tracee, begun, pid));
    let signal = stopped?;
    let filters = if same() {
        filters(tracee)
    } else {
        Err(DumpError::Gone(pid))
    };
    // Let go whatever came of it; a signal that was on its way is given back.
    ptrace::detach(tracee, signal).map_err(failed("PTRACE_DETACH"))?;
    let pause = begun.elapsed();
    // What they are is looked at once the other goes on.
    let programs: Result<_, BytesError> = filters?
        .iter()
        .map(|bytes| Program::from_ne_bytes(bytes))
        .collect();
    Ok(Dump {
        programs: programs?,
        pause,
    })
}

/// Waits until it has stopped; gives the signal that it was stopped at, if any.
fn wait(tracee: Pid, begun: Instant, pid: u32) -> Result<Option<Signal>, DumpError> {
    let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
    loop {
        match waitpid(tracee, Some(flags)) {
            // Most stop within microseconds; who gives way may be called back too late.
            Ok(WaitStatus::StillAlive) if begun.elapsed() < SPIN => std::hint::spin_loop(),
            Ok(WaitStatus::StillAlive) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_micros(20));
            }
            Ok(WaitStatus::StillAlive) => return Err(DumpError::NotStopped(pid)),
            Ok(WaitStatus::Stopped(_, signal)) => return Ok(Some(signal)),
            // PTRACE_EVENT_STOP: by the interrupt, or job control.
            Ok(WaitStatus::PtraceEvent(..)) => return Ok(None),
            Ok(_) | Err(Errno::ECHILD) => return Err(DumpError::Gone(pid)),
            Err(errno) => {
                let request = "waitpid";
                return Err(DumpError::Ptrace { request, errno });
            }
        }
    }
}

/// The bytes of each filter.
fn filters(tracee: Pid) -> Result<Vec<Vec<u8>>, DumpError> {
    let mut filters = Vec::new();
    let mut buffer = vec![[0u8; INSTRUCTION_LEN]; MAX_INSTRUCTIONS];
    for index in 0..MAX_FILTERS {
        // SAFETY: the kernel writes at most MAX_INSTRUCTIONS (BPF_MAXINSNS) instructions of
        // INSTRUCTION_LEN bytes, for which the buffer has room, and keeps no pointer.
        let length = unsafe {
            libc::ptrace(
                PTRACE_SECCOMP_GET_FILTER.cast_unsigned(),
                tracee.as_raw(),
                index,
                buffer.as_mut_ptr(),
            )
        };
        match Errno::result(length) {
            Ok(length) => {
                let length = usize::try_from(length).unwrap_or(0);
                let instructions = buffer.get(..length).unwrap_or_default();
                filters.push(instructions.as_flattened().to_vec());
            }
            // No more of them.
            Err(Errno::ENOENT) => break,
            Err(errno) => {
                let request = GET;
                return Err(DumpError::Ptrace { request, errno });
            }
        }
    }
    Ok(filters)
}
