//! The way by which 32-bit programs enter the kernel: the 32-bit vDSO's `sysenter` or
//! `syscall`, whichever this processor has.
//!
//! `int 0x80` asks the filters the same, but since Linux 6.7 the kernel reads the local APIC
//! at each one (`int80_is_external`, arch/x86/entry/common.c), which in a virtual machine
//! may leave the machine: that takes forty times as long. The 32-bit vDSO can be had in place
//! of one's own (`ARCH_MAP_VDSO_32`, arch/x86/kernel/process_64.c, since Linux 4.9, with
//! `CONFIG_CHECKPOINT_RESTORE`). The asking child alone does that, in its own memory; where
//! it cannot, or what comes of it is not as expected, it asks by `int 0x80`.

use std::arch::global_asm;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use nix::libc;

use super::exempt;
use super::own_vdso::{OwnVdso, ROOM};

/// `ARCH_MAP_VDSO_32`, arch/x86/include/uapi/asm/prctl.h.
const ARCH_MAP_VDSO_32: u64 = 0x2002;
const PAGE: u64 = 4096;
/// Bytes of the stack below 4 GiB. A signal's frame may hold all of the processor's registers.
const STACK: u64 = 128 << 10;

/// Where the 32-bit vDSO is entered; 0 where it is not.
static ENTRY: AtomicU64 = AtomicU64::new(0);
/// Where the stack ends that it is entered on.
static STACK_END: AtomicU64 = AtomicU64::new(0);
/// Where the routine has been moved that enters it.
static WAY: AtomicU64 = AtomicU64::new(0);

/// Puts the 32-bit vDSO in the place of this process's own. For the asking child, which
/// never uses its own: without the C library's clock. Gives whether there is a fast entry now.
pub(super) fn prepare(own: OwnVdso) -> bool {
    let way = (amiconfined_i386 as *const ()).expose_provenance() as u64;
    let low = PAGE + STACK;
    let access = (libc::PROT_READ | libc::PROT_WRITE) as u64;
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT) as u64;
    let moves = (libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED) as u64;
    // SAFETY: new memory of this process's own, below 4 GiB. The page that is moved there holds
    // the routine that is called there and nothing else; what is unmapped is the upper end of
    // the new memory, and the vDSO with its data, which nothing here uses.
    let mapped = unsafe {
        let base = exempt::call(libc::SYS_mmap, [0, low + ROOM, access, flags, 0]);
        let Some(base) = u64::try_from(base)
            .ok()
            .filter(|base| base + low + ROOM < 1 << 32)
        else {
            return false;
        };
        let room = base + low;
        let done = exempt::call(libc::SYS_munmap, [room, ROOM, 0, 0, 0]) == 0
            && exempt::call(libc::SYS_mremap, [way, PAGE, PAGE, moves, base]) == base.cast_signed()
            && exempt::call(libc::SYS_munmap, [own.data, own.end - own.data, 0, 0, 0]) == 0
            && exempt::call(libc::SYS_arch_prctl, [ARCH_MAP_VDSO_32, room, 0, 0, 0]) > 0;
        done.then_some((base, room))
    };
    let Some((base, room)) = mapped else {
        return false;
    };
    // Both images have the same data before them.
    let image = room + (own.code - own.data);
    let header = std::ptr::with_exposed_provenance::<Header>(usize::try_from(image).unwrap_or(0));
    // SAFETY: the kernel has just mapped it there, or this child ends: its supervisor then
    // starts another, which does without.
    let header = unsafe { header.read() };
    if header.ident.starts_with(b"\x7fELF\x01") {
        STACK_END.store(room, SeqCst);
        WAY.store(base, SeqCst);
        ENTRY.store(image + u64::from(header.entry), SeqCst);
    }
    ready()
}

/// The beginning of a 32-bit ELF file.
#[repr(C)]
struct Header {
    ident: [u8; 16],
    of: [u16; 2],
    version: u32,
    /// From the file's beginning: `__kernel_vsyscall` (arch/x86/entry/vdso/vdso32/vdso32.lds.S).
    entry: u32,
}

/// Whether there is a fast entry.
#[inline(always)]
pub(super) fn ready() -> bool {
    ENTRY.load(SeqCst) != 0
}

/// Has what is asked from now on go the slow way. Gives whether it did not yet.
pub(super) fn forget() -> bool {
    ENTRY.swap(0, SeqCst) != 0
}

/// One system call of the i386 ABI. Arguments are cut to 32 bits.
///
/// # Safety
/// As [`super::raw::native`]; there must be a fast entry, and no other thread may use it.
#[inline(always)]
pub(super) unsafe fn call(number: u64, args: &[u64; 6]) -> i64 {
    let way = usize::try_from(WAY.load(SeqCst)).unwrap_or(0);
    // SAFETY: the routine has been moved there.
    let way =
        unsafe { std::mem::transmute::<*const (), Way>(std::ptr::with_exposed_provenance(way)) };
    // SAFETY: as this function's own; the routine keeps to the C calling convention.
    let answer = unsafe { way(args, number, STACK_END.load(SeqCst), ENTRY.load(SeqCst)) };
    // The kernel gives 32 bits.
    #[allow(clippy::cast_possible_truncation)]
    i64::from(answer as i32)
}

type Way = unsafe extern "C" fn(args: &[u64; 6], number: u64, stack_end: u64, entry: u64) -> u64;

// On a page of its own, to be moved below 4 GiB: 32-bit code has no way back to what lies
// above. The kernel clears r8 to r15 on its way back.
global_asm!(
    ".pushsection .text.amiconfined_i386,\"ax\",@progbits",
    ".p2align 12",
    ".globl amiconfined_i386",
    ".hidden amiconfined_i386",
    "amiconfined_i386:",
    "push rbx",
    "push rbp",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "mov r8, rsp",
    "mov rsp, rdx",
    "push r8",
    "mov rax, rsi",
    "lea r9, [rip + 3f]",
    "lea r10, [rip + 2f]",
    "mov r11, rcx",
    // What 32-bit code finds on its stack: where the vDSO returns to, and where that does.
    "sub rsp, 16",
    "mov dword ptr [rsp], r10d",
    "mov dword ptr [rsp + 4], r9d",
    "mov dword ptr [rsp + 8], 0x33", // __USER_CS
    "mov rbx, [rdi]",
    "mov rcx, [rdi + 8]",
    "mov rdx, [rdi + 16]",
    "mov rsi, [rdi + 24]",
    "mov rbp, [rdi + 40]",
    "mov rdi, [rdi + 32]",
    "push 0x23", // __USER32_CS
    "push r11",
    "retfq",
    ".code32",
    "2: retf",
    ".code64",
    "3: add rsp, 4",
    "pop rsp",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbp",
    "pop rbx",
    "ret",
    ".p2align 12",
    ".popsection",
);

unsafe extern "C" {
    fn amiconfined_i386();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process is told its own id by each gate, with the registers that a caller keeps.
    #[test]
    fn both_gates_answer_alike() {
        let own = OwnVdso::get().expect("a vDSO, with its data below it");
        // SAFETY: fork(2); the child makes system calls alone, and ends by one.
        let child = unsafe { exempt::call(libc::SYS_fork, [0; 5]) };
        if child == 0 {
            const GETPID: u64 = 20;
            let code = if !prepare(own) {
                2
            } else {
                // SAFETY: getpid takes nothing and changes nothing.
                let answers = unsafe {
                    [
                        call(GETPID, &[0; 6]),
                        call(GETPID, &[u64::MAX; 6]),
                        super::super::raw::i386(GETPID, [0; 6]),
                        exempt::call(libc::SYS_getpid, [0; 5]),
                    ]
                };
                u64::from(answers.iter().any(|answer| *answer != answers[0]))
            };
            // SAFETY: ends this child alone.
            unsafe { exempt::call(libc::SYS_exit_group, [code, 0, 0, 0, 0]) };
        }
        let child = nix::unistd::Pid::from_raw(i32::try_from(child).unwrap());
        let ended = nix::sys::wait::waitpid(child, None).unwrap();
        if ended == nix::sys::wait::WaitStatus::Exited(child, 2) {
            println!("SKIPPED: a kernel that gives a process the 32-bit vDSO");
            return;
        }
        assert_eq!(ended, nix::sys::wait::WaitStatus::Exited(child, 0));
    }
}
