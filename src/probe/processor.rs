//! One processor for the child that asks and the thread that answers it: where each answer has
//! to wake another processor, it takes ten times as long.

use nix::libc;

use super::exempt;

/// Bytes of a set of processors: more than any kernel has.
const PROCESSORS: usize = 1024;

/// Moves the calling child and its supervising thread to the first processor from that one on
/// which they may use, or to the first of all. What fails leaves both where they are.
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
    let may = |at: &usize| {
        set.get(at / 8)
            .is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    };
    let from = usize::try_from(processor).unwrap_or(0);
    let Some(chosen) = (from..8 * PROCESSORS).chain(0..from).find(may) else {
        return;
    };
    set = [0; PROCESSORS];
    if let Some(byte) = set.get_mut(chosen / 8) {
        *byte = 1 << (chosen % 8);
    }
    for who in [supervisor, 0] {
        // SAFETY: the set outlives the call; only this child and the thread that
        // supervises it, which ends with it, are moved.
        unsafe { exempt::call(libc::SYS_sched_setaffinity, [who, size, address, 0, 0]) };
    }
}
