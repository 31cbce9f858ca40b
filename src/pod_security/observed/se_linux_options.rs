//! SELinux, where the kernel has it, holds the process in a container's type.

use super::{Found, Verdict, unknown};
use crate::confinement::{Confinement, Reading};

const TYPES: [&str; 4] = [
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

pub(super) fn judge(confinement: &Confinement) -> Found {
    match &confinement.lsm.selinux {
        Reading::Known(label) => {
            let verdict = if TYPES.contains(&label.kind.to_lossy().as_ref()) {
                Verdict::Keeps
            } else {
                Verdict::Fails
            };
            (verdict, format!("SELinux type is {}", label.kind))
        }
        Reading::Absent { why } => (Verdict::Keeps, format!("no SELinux here: {why}")),
        denied @ Reading::Denied(_) => unknown("the SELinux label", denied),
    }
}
