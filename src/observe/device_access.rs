//! What decides, besides its mode, whether a device node can be opened for writing.

use nix::sys::stat::{FileStat, SFlag, major, minor};

use super::Observer;
use super::access::refused_as;
use crate::confinement::{CAP_SYS_RAWIO, Reading, Writable};

/// `/dev/mem`, Documentation/admin-guide/devices.txt.
const MEM: (u64, u64) = (1, 1);

/// Whether it is one.
pub(super) fn is_device(stat: &FileStat) -> bool {
    let kind = SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits());
    kind == SFlag::S_IFCHR || kind == SFlag::S_IFBLK
}

/// Whether a node opens that its mode lets be written; `asked` where the kernel has said so,
/// which has looked at the control group's device rules then.
pub(super) fn opens(
    o: &Observer<'_>,
    path: &[u8],
    stat: &FileStat,
    asked: bool,
    by_mode: Reading<Writable>,
) -> Reading<Writable> {
    if by_mode.known().is_none_or(|answer| !answer.writable) {
        return by_mode;
    }
    let mount = o.mounts().as_ref().ok().and_then(|mounts| mounts.of(path));
    if mount.is_some_and(|entry| entry.has_option(b"nodev")) {
        return no("mount is nodev");
    }
    if (major(stat.st_rdev), minor(stat.st_rdev)) == MEM
        && let Some(other) = memory(o)
    {
        return other;
    }
    if asked {
        return by_mode;
    }
    Reading::denied(
        "none",
        path,
        None,
        "an inspection by the process itself: its control group's device rules decide too",
    )
}

/// What `/dev/mem` asks for when it is opened (`open_port`, drivers/char/mem.c): a capability
/// in the initial user namespace, and since Linux 5.4 a kernel that is not locked down.
/// Nothing where both are there.
fn memory(o: &Observer<'_>) -> Option<Reading<Writable>> {
    let capabilities = super::capabilities::capabilities(o).effective;
    match capabilities.known() {
        None => return Some(refused_as(&capabilities)),
        Some(set) if !set.contains(CAP_SYS_RAWIO) => {
            return Some(no("CAP_SYS_RAWIO is not effective"));
        }
        Some(_) => {}
    }
    if super::namespaces::own_user_is_initial(o) == Some(false) {
        return Some(no(
            "CAP_SYS_RAWIO in a user namespace that is not the initial one",
        ));
    }
    match super::lsm::lockdown_mode(o) {
        Reading::Known(mode) if mode != *"none" => Some(no(&format!("lockdown is {mode}"))),
        Reading::Known(_) | Reading::Absent { .. } => None,
        Reading::Denied(denial) => Some(Reading::Denied(denial)),
    }
}

fn no(decided_by: &str) -> Reading<Writable> {
    Reading::Known(Writable {
        writable: false,
        decided_by: decided_by.to_owned(),
    })
}
