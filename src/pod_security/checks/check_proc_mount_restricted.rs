//! What the runtime masks in /proc must stay masked, in a user namespace too.
//!
//! Restricted fields, of every container:
//! - `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.procMount`
//!
//! Allowed values: undefined, `Default`.
//!
//! Since v1.35, when the baseline check was relaxed; before, that one says the same.

use super::check_proc_mount::unconditional;
use crate::pod_security::Level;
use crate::pod_security::registry::{Check, Revision};

pub(super) const CHECK: Check = Check {
    id: "procMount_restricted",
    level: Level::Restricted,
    revisions: &[Revision {
        since: 35,
        check: unconditional,
        overrides: &["procMount"],
    }],
};
