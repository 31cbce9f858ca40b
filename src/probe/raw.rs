//! System calls by number, past the C library, so that nothing but the question is asked.

#[cfg(target_arch = "x86_64")]
use std::arch::asm;

#[cfg(not(any(
    all(target_arch = "x86_64", target_pointer_width = "64"),
    target_arch = "aarch64"
)))]
compile_error!(
    "amiconfined asks filters on x86_64 and aarch64 alone: see \"How to add\" in ARCHITECTURE.md"
);

/// One system call of the native ABI: the kernel's own answer, errors as negative numbers.
///
/// # Safety
/// The call must be safe with these arguments, or be stopped by a seccomp filter
/// before its body runs.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) unsafe fn native(number: u64, args: [u64; 6]) -> i64 {
    let answer: i64;
    // SAFETY: registers as the kernel's x86_64 entry takes and leaves them.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
            in("r10") args[3], in("r8") args[4], in("r9") args[5],
            lateout("rcx") _, lateout("r11") _,
        );
    }
    answer
}

/// One system call of the i386 ABI, by `int 0x80`. Arguments are cut to 32 bits.
///
/// # Safety
/// As [`native`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) unsafe fn i386(number: u64, args: [u64; 6]) -> i64 {
    let answer: i64;
    // SAFETY: rbx and rbp are the compiler's own and are put back; `int 0x80` may clear r8 to r11.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "mov rbx, r12",
            "mov rbp, r13",
            "int 0x80",
            "pop rbp",
            "pop rbx",
            inlateout("rax") number => answer,
            in("r12") args[0], in("rcx") args[1], in("rdx") args[2],
            in("rsi") args[3], in("rdi") args[4], in("r13") args[5],
            lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _,
        );
    }
    // The kernel gives 32 bits.
    #[allow(clippy::cast_possible_truncation)]
    i64::from(answer as i32)
}

/// One system call of the native ABI.
///
/// # Safety
/// The call must be safe with these arguments, or be stopped by a seccomp filter
/// before its body runs.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(super) unsafe fn native(number: u64, args: [u64; 6]) -> i64 {
    let answer: i64;
    // SAFETY: registers as the kernel's aarch64 entry takes and leaves them.
    unsafe {
        std::arch::asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") args[0] => answer,
            in("x1") args[1], in("x2") args[2], in("x3") args[3],
            in("x4") args[4], in("x5") args[5],
        );
    }
    answer
}

/// One system call of the native ABI, or of the compatibility gate where there is one.
///
/// # Safety
/// As [`native`].
#[inline(always)]
pub(super) unsafe fn any(compat: bool, number: u64, args: [u64; 6]) -> i64 {
    // SAFETY: as this function's own.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if compat && super::fast_entry::ready() {
            return super::fast_entry::call(number, &args);
        }
        #[cfg(target_arch = "x86_64")]
        if compat {
            return i386(number, args);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = compat;
        native(number, args)
    }
}

/// Leaves everything that this thread was doing, and runs `run` on a stack of its own.
///
/// # Safety
/// As [`super::exempt::start`]; nothing that was on the old stack may be needed again.
pub(super) unsafe fn jump(stack_top: *mut u8, run: extern "C" fn() -> !) -> ! {
    // SAFETY: as this function's own; `run` never returns.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov rsp, {top}", "xor ebp, ebp", "call {run}", "ud2",
            top = in(reg) stack_top, run = in(reg) run, options(noreturn),
        );
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!(
            "mov sp, {top}", "mov x29, xzr", "blr {run}", "udf #0",
            top = in(reg) stack_top, run = in(reg) run, options(noreturn),
        );
    }
}

/// Waits, without a system call, for what another process does. Who waits for longer than
/// any of them lives was left alone, and ends.
pub(super) fn spin_until(done: impl Fn() -> bool) {
    /// Some seconds: a turn takes tens of nanoseconds.
    const LONGEST: u32 = 200_000_000;
    for _ in 0..LONGEST {
        if done() {
            return;
        }
        std::hint::spin_loop();
    }
    die()
}

/// Ends this process without a system call, which a filter could refuse: by an
/// instruction that no processor knows.
pub(super) fn die() -> ! {
    loop {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: raises SIGILL in this process and nothing else.
        unsafe {
            asm!("ud2");
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: raises SIGILL in this process and nothing else.
        unsafe {
            std::arch::asm!("udf #0");
        }
    }
}
