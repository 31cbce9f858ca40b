//! The kernel as oracle: programs are loaded in throw-away children, and calls
//! are made under them. Callers ask only about numbers whose calls do nothing.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, Ordering};

use amiconfined::bpf::{Instruction, Program, SeccompData};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use super::programs::I386;

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Observed {
    /// The return value.
    Returned(i64),
    /// SIGSYS came, with this `si_errno`.
    Trapped(i64),
    /// The child died by SIGSYS.
    Killed,
}

const TRAPPED: u64 = 1 << 40;
const FAILED: u64 = 1 << 41;

/// Words that a child writes and its parent reads.
struct Shared {
    words: *mut AtomicU64,
    len: usize,
}

impl Shared {
    fn new(len: usize) -> Self {
        // SAFETY: a new anonymous mapping; the kernel chooses the address.
        let words = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len * 8,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(words, libc::MAP_FAILED, "mmap");
        let words = words.cast();
        Self { words, len }
    }

    fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping holds `len` zeroed words and lives as long as self.
        unsafe { std::slice::from_raw_parts(self.words, self.len) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no reference outlives self.
        unsafe { libc::munmap(self.words.cast(), self.len * 8) };
    }
}

pub(crate) fn raw(program: &[Instruction]) -> Vec<libc::sock_filter> {
    let convert = |i: &Instruction| libc::sock_filter {
        code: i.code,
        jt: i.jt,
        jf: i.jf,
        k: i.k,
    };
    program.iter().map(convert).collect()
}

/// `seccomp(SECCOMP_SET_MODE_FILTER)`: 0 or more, or the negative errno.
pub(crate) fn install(filter: &mut [libc::sock_filter], flags: libc::c_ulong) -> i64 {
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: `program` names `filter.len()` instructions and lives during the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &program,
        )
    };
    if result < 0 {
        // SAFETY: errno is the thread's own.
        -i64::from(unsafe { *libc::__errno_location() })
    } else {
        result
    }
}

/// Runs `child` in a forked process, which then exits. The child may allocate
/// nothing: another thread may have held the allocator's lock.
fn in_child(child: impl FnOnce()) -> WaitStatus {
    // SAFETY: the child calls only what is safe after a fork, and exits.
    match unsafe { fork() }.expect("fork") {
        ForkResult::Parent { child } => waitpid(child, None).expect("waitpid"),
        ForkResult::Child => {
            let none = libc::rlimit {
                rlim_cur: 0,
                rlim_max: 0,
            };
            // SAFETY: plain syscalls on valid pointers.
            unsafe {
                libc::setrlimit(libc::RLIMIT_CORE, &none);
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            }
            child();
            // SAFETY: ends the child without running the parent's exit handlers.
            unsafe { libc::_exit(0) }
        }
    }
}

/// Whether the kernel takes each program; `None` where seccomp cannot be asked.
///
/// Nothing is installed but one filter that allows all and has a listener: the
/// kernel checks a further one and then refuses its listener with EBUSY.
pub(crate) fn accepts(programs: &[Vec<Instruction>]) -> Option<Vec<bool>> {
    let mut filters: Vec<_> = programs.iter().map(|program| raw(program)).collect();
    let shared = Shared::new(filters.len() + 1);
    let allow = Instruction {
        code: 6,
        jt: 0,
        jf: 0,
        k: 0x7fff_0000,
    };
    let mut first = raw(&[allow]);
    let status = in_child(|| {
        let words = shared.words();
        install(&mut first, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
        for (filter, word) in filters.iter_mut().zip(&words[1..]) {
            let result = install(filter, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
            word.store(result.unsigned_abs(), Ordering::SeqCst);
        }
    });
    assert!(matches!(status, WaitStatus::Exited(_, 0)), "{status:?}");
    shared.words()[1..]
        .iter()
        .map(|word| match word.load(Ordering::SeqCst) as i32 {
            libc::EBUSY => Some(true),
            libc::EINVAL => Some(false),
            _ => None,
        })
        .collect()
}

static TRAP: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_sigsys(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel hands a valid siginfo to a SA_SIGINFO handler.
    let data = unsafe { (*info).si_errno };
    TRAP.store(TRAPPED | u64::from(data.cast_unsigned()), Ordering::SeqCst);
}

/// Makes the calls under the filters, the first of which is installed first.
/// The filters must allow exit_group, rt_sigreturn, prctl and seccomp.
pub(crate) fn observe(programs: &[Program], calls: &[SeccompData]) -> Vec<Observed> {
    let shared = Shared::new(calls.len() + 1);
    let words = shared.words();
    let mut filters: Vec<_> = programs.iter().map(|p| raw(p.instructions())).collect();
    let mut observed = Vec::new();
    while observed.len() < calls.len() {
        let start = observed.len();
        let status = in_child(|| {
            // SAFETY: zero is a valid sigaction, and the handler only stores a word.
            unsafe {
                let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
                action.sa_sigaction = on_sigsys as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
                libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut());
            }
            for filter in &mut filters {
                if install(filter, 0) != 0 {
                    words[0].store(FAILED, Ordering::SeqCst);
                    return;
                }
            }
            for (index, call) in calls.iter().enumerate().skip(start) {
                words[0].store(index as u64, Ordering::SeqCst);
                TRAP.store(0, Ordering::SeqCst);
                let result = invoke(call);
                let word = match TRAP.load(Ordering::SeqCst) {
                    0 => (result as i32).cast_unsigned().into(),
                    trap => trap,
                };
                words[1 + index].store(word, Ordering::SeqCst);
            }
            words[0].store(calls.len() as u64, Ordering::SeqCst);
        });
        let reached = words[0].load(Ordering::SeqCst);
        assert_ne!(reached, FAILED, "the kernel refused a checked program");
        let reached = reached as usize;
        for word in &words[1 + start..=reached] {
            let word = word.load(Ordering::SeqCst);
            let low = i64::from((word as u32).cast_signed());
            observed.push(if word & TRAPPED != 0 {
                Observed::Trapped(low)
            } else {
                Observed::Returned(low)
            });
        }
        match status {
            WaitStatus::Exited(_, 0) => assert_eq!(observed.len(), calls.len()),
            WaitStatus::Signaled(_, nix::sys::signal::Signal::SIGSYS, _) => {
                observed.push(Observed::Killed);
            }
            other => panic!("child: {other:?}"),
        }
    }
    observed
}

/// Makes one call; i386 ones through `int 0x80`, with the low words alone.
#[cfg(target_arch = "x86_64")]
fn invoke(call: &SeccompData) -> i64 {
    let [a, b, c, d, e, f] = call.args;
    let result: i64;
    if call.arch == I386 {
        let low = |arg: u64| arg & 0xffff_ffff;
        let registers = [low(a), low(f)];
        // SAFETY: the number names a call without effect; rbx and rbp, which the
        // compiler keeps to itself, are put back.
        unsafe {
            std::arch::asm!(
                "push rbx", "push rbp",
                "mov rbx, [rdi]", "mov rbp, [rdi + 8]",
                "mov rdi, r12",
                "int 0x80",
                "pop rbp", "pop rbx",
                inlateout("rax") u64::from(call.nr) => result,
                inlateout("rdi") registers.as_ptr() => _,
                in("rcx") low(b), in("rdx") low(c), in("rsi") low(d), in("r12") low(e),
                lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _,
            );
        }
    } else {
        // SAFETY: the number names a call without effect.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") u64::from(call.nr) => result,
                in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
                lateout("rcx") _, lateout("r11") _,
            );
        }
    }
    result
}
