//! The own filter: what it answers to the calls that no inherited filter stops.

use nix::libc;

use crate::syscalls::Abi;

use super::exempt;

/// The error that stopped calls are answered with; no verdict rests on its number.
pub(super) const SENTINEL: i32 = 3333;
/// What [`Own::Errno`] answers: no other own filter does, so that it is known to be there.
pub(super) const OUTRANKING: i32 = 3335;
/// What [`Own::Errno`] answers to a call that the kernel shows to filters as another
/// architecture's than this program's.
pub(super) const FOREIGN: i32 = 3334;

/// How the own filter answers what no inherited one stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// `SECCOMP_RET_USER_NOTIF`: it waits at the listener.
    Notify,
    /// `SECCOMP_RET_TRACE` without a tracer: ENOSYS.
    Trace,
    /// `SECCOMP_RET_ERRNO` with [`OUTRANKING`] or [`FOREIGN`]: the newest filter's error outranks
    /// any other's, so that each other error is the call's own body's.
    Errno,
    /// `SECCOMP_RET_TRACE` with a tracer, which skips the body.
    Traced,
    /// An action that the kernel does not know, between TRACE and LOG: it kills, so that
    /// nothing comes back but what an inherited TRACE hands to the tracer.
    Between,
}

/// An action of a rank below `SECCOMP_RET_TRACE` and above `SECCOMP_RET_LOG`; the kernel
/// kills the process for an action that it does not know (`__seccomp_filter`,
/// kernel/seccomp.c).
const BETWEEN: u32 = 0x7ff8_0000;

/// From how many places calls are let through: from [`exempt::call`], and from the program
/// that asks for 32-bit ARM.
const PLACES: u8 = if cfg!(target_arch = "aarch64") { 2 } else { 1 };

/// How many instructions the filter has.
const LENGTH: u16 = 4 * PLACES as u16 + REST as u16;

/// How many of them come after the places.
const REST: u8 = 5;

impl Own {
    /// Whether a tracer has to be there.
    pub(super) fn is_traced(self) -> bool {
        matches!(self, Self::Traced | Self::Between)
    }

    /// The flags of seccomp(2).
    fn flags(self) -> u64 {
        match self {
            Self::Notify => libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            _ => 0,
        }
    }

    /// What a call returns that came to the own filter.
    pub(super) fn answers(self) -> i64 {
        match self {
            Self::Trace => -i64::from(libc::ENOSYS),
            Self::Errno => -i64::from(OUTRANKING),
            _ => -i64::from(SENTINEL),
        }
    }

    /// Adds the filter to the calling process, by `call` with the arguments of seccomp(2). Gives
    /// what that gives.
    pub(super) fn add(self, call: impl FnOnce([u64; 5]) -> i64) -> i64 {
        let mut program = self.program();
        let program = libc::sock_fprog {
            len: LENGTH,
            filter: program.as_mut_ptr(),
        };
        let mode = u64::from(libc::SECCOMP_SET_MODE_FILTER);
        let program = (&raw const program).expose_provenance() as u64;
        call([mode, self.flags(), program, 0, 0])
    }

    /// The program: its answer to every call but those from the places that are let through.
    fn program(self) -> [libc::sock_filter; LENGTH as usize] {
        let both = |action| [action; 2];
        let errno = |errno: i32| libc::SECCOMP_RET_ERRNO | errno.cast_unsigned();
        let [native, foreign] = match self {
            Self::Notify => both(libc::SECCOMP_RET_USER_NOTIF),
            Self::Trace | Self::Traced => both(libc::SECCOMP_RET_TRACE),
            Self::Errno => [OUTRANKING, FOREIGN].map(errno),
            Self::Between => both(BETWEEN),
        };
        let gives = |action| statement(libc::BPF_RET | libc::BPF_K, action);
        let mut program = [gives(libc::SECCOMP_RET_ALLOW); LENGTH as usize];
        let places: [u64; PLACES as usize] = [
            exempt::address(),
            #[cfg(target_arch = "aarch64")]
            super::arm::EXEMPT_RETURN,
        ];
        for ((place, part), after) in places.iter().zip(program.chunks_mut(4)).zip(1..) {
            let [a, b, c, d, e, f, g, h] = place.to_ne_bytes();
            let to_end = 4 * (PLACES - after) + REST - 1;
            // `instruction_pointer` lies at byte 8 of struct seccomp_data.
            part.copy_from_slice(&[
                statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 8),
                equal([a, b, c, d], 0, 2),
                statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 12),
                equal([e, f, g, h], to_end, 0),
            ]);
        }
        let rest = program.iter_mut().skip(4 * usize::from(PLACES));
        let arch = Abi::native().audit_arch().to_ne_bytes();
        // `arch` lies at byte 4. The last instruction is there already.
        let answers = [
            statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 4),
            equal(arch, 0, 1),
            gives(native),
            gives(foreign),
        ];
        for (instruction, answer) in rest.zip(answers) {
            *instruction = answer;
        }
        program
    }
}

fn statement(code: u32, k: u32) -> libc::sock_filter {
    let code = u16::try_from(code).unwrap_or(u16::MAX);
    let (jt, jf) = (0, 0);
    libc::sock_filter { code, jt, jf, k }
}

/// Leaps over `then` instructions where the value is that of these bytes, and over
/// `otherwise` where not.
fn equal(bytes: [u8; 4], then: u8, otherwise: u8) -> libc::sock_filter {
    libc::sock_filter {
        jt: then,
        jf: otherwise,
        ..statement(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            u32::from_ne_bytes(bytes),
        )
    }
}
