//! The calls of the asking child's own: the only instruction that its own filter lets through.

use std::arch::asm;

use nix::libc;

/// The routine: what puts the arguments where the kernel takes them and enters it, and how it
/// goes on.
macro_rules! routine {
    ($($enters:literal),*; $($goes_on:literal),*) => {
        std::arch::global_asm!(
            ".pushsection .text.amiconfined_exempt,\"ax\",@progbits",
            ".globl amiconfined_exempt",
            ".globl amiconfined_exempt_return",
            ".hidden amiconfined_exempt",
            ".hidden amiconfined_exempt_return",
            "amiconfined_exempt:",
            $($enters,)*
            "amiconfined_exempt_return:",
            $($goes_on,)*
            ".popsection",
        );
    };
}

#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
routine!(
    "mov rax, rdi", "mov rdi, rsi", "mov rsi, rdx", "mov rdx, rcx", "mov r10, r8", "mov r8, r9",
    "syscall";
    "ret"
);

// A new thread finds where it begins in its seventh argument.
#[cfg(target_arch = "aarch64")]
#[rustfmt::skip]
routine!(
    "mov x8, x0", "mov x0, x1", "mov x1, x2", "mov x2, x3", "mov x3, x4", "mov x4, x5",
    "svc 0";
    "cbz x6, 2f", "cbnz x0, 2f", "mov x29, xzr", "blr x6", "2: ret"
);

unsafe extern "C" {
    fn amiconfined_exempt(
        number: u64,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        #[cfg(target_arch = "aarch64")] start: u64,
    ) -> i64;
    fn amiconfined_exempt_return();
}

/// Where the kernel says that a call made by [`call`] comes from
/// (`seccomp_data.instruction_pointer`).
pub(super) fn address() -> u64 {
    (amiconfined_exempt_return as *const ()).expose_provenance() as u64
}

/// One system call of the native ABI, by the only instruction that the own filter lets
/// through.
///
/// # Safety
/// The call must be safe with these arguments: its body runs.
pub(super) unsafe fn call(number: i64, args: [u64; 5]) -> i64 {
    let [a, b, c, d, e] = args;
    // SAFETY: as this function's own; the routine keeps to the C calling convention.
    unsafe {
        amiconfined_exempt(
            number.cast_unsigned(),
            a,
            b,
            c,
            d,
            e,
            #[cfg(target_arch = "aarch64")]
            0,
        )
    }
}

/// Starts a process or thread in this memory, on its own stack, by [`call`]'s
/// instruction. Gives the kernel's answer: its id, or a negative error.
///
/// # Safety
/// `stack_top` must be the end, aligned to 16, of memory that nothing else uses; `run`
/// must not return, unwind, or use thread-local storage of the C library.
pub(super) unsafe fn start(flags: i32, stack_top: *mut u8, run: extern "C" fn() -> !) -> i64 {
    let run = (run as *const ()).expose_provenance() as u64;
    let number = libc::SYS_clone.cast_unsigned();
    let flags = u64::from(flags.cast_unsigned());
    // SAFETY: the new thread leaves the routine by `run`, on its own stack, which it takes
    // from its top (x86_64) or from the register; the old one returns as from any call.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        {
            let top = stack_top.cast::<u64>().sub(2);
            top.write(run);
            amiconfined_exempt(number, flags, top.expose_provenance() as u64, 0, 0, 0)
        }
        #[cfg(target_arch = "aarch64")]
        {
            let top = stack_top.expose_provenance() as u64;
            amiconfined_exempt(number, flags, top, 0, 0, 0, run)
        }
    }
}

/// What [`call`] answers for a call that a filter traps.
const TRAPPED: i32 = libc::ENOSYS;

/// Leaves a handler of SIGSYS, and has the call that it came in return [`TRAPPED`], without
/// rt_sigreturn, which a filter may stop. Signals stay as the handler has them.
///
/// # Safety
/// `context` must be what the kernel has passed to the handler, and the trapped call
/// [`call`]'s; nothing that the handler was doing may be needed again.
pub(super) unsafe fn fail(context: *const libc::ucontext_t) -> ! {
    // SAFETY: as this function's own: registers that a called function keeps are put back, and
    // the routine returns to its caller, which finds its address where it has left it.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov rbx, [rdi + 8 * {rbx}]",
            "mov rbp, [rdi + 8 * {rbp}]",
            "mov r12, [rdi + 8 * {r12}]",
            "mov r13, [rdi + 8 * {r13}]",
            "mov r14, [rdi + 8 * {r14}]",
            "mov r15, [rdi + 8 * {r15}]",
            "mov rsp, [rdi + 8 * {rsp}]",
            "mov rax, -{trapped}",
            "ret",
            rbx = const libc::REG_RBX, rbp = const libc::REG_RBP, rsp = const libc::REG_RSP,
            r12 = const libc::REG_R12, r13 = const libc::REG_R13,
            r14 = const libc::REG_R14, r15 = const libc::REG_R15,
            trapped = const TRAPPED,
            in("rdi") (&raw const (*context).uc_mcontext.gregs),
            options(noreturn),
        );
        #[cfg(target_arch = "aarch64")]
        asm!(
            "ldp x19, x20, [x1, 8 * 19]",
            "ldp x21, x22, [x1, 8 * 21]",
            "ldp x23, x24, [x1, 8 * 23]",
            "ldp x25, x26, [x1, 8 * 25]",
            "ldp x27, x28, [x1, 8 * 27]",
            "ldp x29, x30, [x1, 8 * 29]",
            "mov sp, x2",
            "mov x0, -{trapped}",
            "ret",
            trapped = const TRAPPED,
            in("x1") (&raw const (*context).uc_mcontext.regs),
            in("x2") (*context).uc_mcontext.sp,
            options(noreturn),
        );
    }
}
