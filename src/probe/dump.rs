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

/// How long it is waited for a process to stop, for which it needs a processor: a control
/// group's quota may keep it from one for a tenth of a second (`cpu.max`), and others that
/// compute as well. One that sleeps where nothing wakes it never stops; then it goes on as
/// if nothing had been asked.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long it is waited without giving way, where this thread does not go before others.
const SPIN: Duration = Duration::from_micros(200);

/// How long way is given at a time: what is waited for may need this very processor.
const TURN: Duration = Duration::from_micros(20);

/// More filters than the kernel lets a task have: `MAX_INSNS_PER_PATH` of kernel/seccomp.c
/// is 32768 instructions, each filter counted with four more.
const MAX_FILTERS: libc::c_ulong = 8192;

/// The filters of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The programs; the one that was installed first comes first.
    pub programs: Vec<Program>,
    /// The longest that the process may have stood still: from when it was last seen not
    /// to, until it was let go.
    pub pause: Duration,
}

/// The bytes of each filter, and how long its process stood still for them.
type Held = (Vec<Vec<u8>>, Duration);

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
            Self::NotStopped(_) => {
                "a process that waits neither in the kernel nor, for long, for a processor"
            }
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
    let (filters, pause) = std::thread::scope(|scope| {
        let tracer = scope.spawn(|| traced(pid, same));
        tracer.join().unwrap_or(Err(DumpError::Gone(pid)))
    })?;
    // What they are is looked at once the other goes on, and without precedence.
    let programs: Result<_, BytesError> = filters
        .iter()
        .map(|bytes| Program::from_ne_bytes(bytes))
        .collect();
    Ok(Dump {
        programs: programs?,
        pause,
    })
}

/// What the thread that traces does.
fn traced(pid: u32, same: &(dyn Fn() -> bool + Sync)) -> Result<Held, DumpError> {
    let failed = |request| move |errno| DumpError::Ptrace { request, errno };
    let tracee = i32::try_from(pid).map_err(|_| DumpError::Gone(pid))?;
    let tracee = Pid::from_raw(tracee);
    // Written to, so that no page of it has to be found while another stands still.
    let mut buffer = vec![[u8::MAX; INSTRUCTION_LEN]; MAX_INSTRUCTIONS];
    let first = go_first();
    // Seized, not attached to: no signal is sent, and no option makes it end with its tracer.
    ptrace::seize(tracee, Options::empty()).map_err(failed("PTRACE_SEIZE"))?;
    let begun = Instant::now();
    let stopped = ptrace::interrupt(tracee)
        .map_err(failed("PTRACE_INTERRUPT"))
        .and_then(|()| wait(tracee, begun, pid, first));
    let (signal, since) = stopped?;
    let filters = if same() {
        filters(tracee, &mut buffer)
    } else {
        Err(DumpError::Gone(pid))
    };
    // Let go whatever came of it; a signal that was on its way is given back.
    ptrace::detach(tracee, signal).map_err(failed("PTRACE_DETACH"))?;
    let pause = since.elapsed();
    Ok((filters?, pause))
}

/// Lets this thread, and no other, go before all that only compute, as long as it lasts:
/// it is for a fraction of a millisecond that another stands still. Gives whether it does;
/// without `CAP_SYS_NICE`, or in a control group without a share of real time, it goes
/// before others as far as it may, and the pause may be longer.
fn go_first() -> bool {
    let lowest = libc::sched_param { sched_priority: 1 };
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: 0 is the calling thread, and the kernel reads the parameter alone.
    let set = unsafe { libc::sched_setscheduler(0, policy, &raw const lowest) };
    if set != 0 {
        let _ = rustix::process::setpriority_process(None, -20);
    }
    set == 0
}

/// Waits until it has stopped; gives the signal that it was stopped at, if any, and when it
/// was last seen not to stand still. On its way there it is as any process that wakes: what
/// it waits for is a processor.
fn wait(
    tracee: Pid,
    begun: Instant,
    pid: u32,
    first: bool,
) -> Result<(Option<Signal>, Instant), DumpError> {
    let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
    let mut going = begun;
    loop {
        let asked = Instant::now();
        match waitpid(tracee, Some(flags)) {
            Ok(WaitStatus::StillAlive) => {
                going = asked;
                let waited = begun.elapsed();
                if waited >= PATIENCE {
                    return Err(DumpError::NotStopped(pid));
                }
                // Most stop within microseconds; who gives way may be called back too late,
                // unless it goes first.
                if first || waited >= SPIN {
                    std::thread::sleep(TURN);
                }
            }
            Ok(WaitStatus::Stopped(_, signal)) => return Ok((Some(signal), going)),
            // PTRACE_EVENT_STOP: by the interrupt, or job control.
            Ok(WaitStatus::PtraceEvent(..)) => return Ok((None, going)),
            Ok(_) | Err(Errno::ECHILD) => return Err(DumpError::Gone(pid)),
            Err(errno) => {
                let request = "waitpid";
                return Err(DumpError::Ptrace { request, errno });
            }
        }
    }
}

/// The bytes of each filter.
fn filters(tracee: Pid, buffer: &mut [[u8; INSTRUCTION_LEN]]) -> Result<Vec<Vec<u8>>, DumpError> {
    let mut filters = Vec::new();
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
