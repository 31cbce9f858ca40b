//! One processor for the child that asks and the thread that answers it: where each answer has
//! to wake another processor, it takes ten times as long.

use nix::libc;

use super::exempt;

/// Bytes of a set of processors: more than any kernel has.
const PROCESSORS: usize = 1024;

/// Moves the calling child and its supervising thread to the one of the processors that they may
/// use. What fails leaves both where they are.
pub(super) fn share(supervisor: i32, processor: u32) {
    let mut set = [0u8; PROCESSORS];
    let supervisor = u64::from(supervisor.cast_unsigned());
    let size = PROCESSORS as u64;
    let address = set.as_mut_ptr().expose_provenance() as u64;
    let args = [supervisor, size, address, 0, 0];
    // SAFETY: the kernel writes at most as many bytes as the set has.
    if unsafe { exempt::call(libc::SYS_sched_getaffinity, args) } <= 0 {
        return;
    }
    let count: u32 = set.iter().map(|byte| byte.count_ones()).sum();
    let Some(chosen) = processor.checked_rem(count) else {
        return;
    };
    let mut before = 0;
    for byte in &mut set {
        for bit in (0..8).map(|bit| 1u8 << bit) {
            if *byte & bit != 0 {
                if before != chosen {
                    *byte &= !bit;
                }
                before += 1;
            }
        }
    }
    for who in [supervisor, 0] {
        // SAFETY: the set outlives the call; only this child and the thread that
        // supervises it, which ends with it, are moved.
        unsafe { exempt::call(libc::SYS_sched_setaffinity, [who, size, address, 0, 0]) };
    }
}
