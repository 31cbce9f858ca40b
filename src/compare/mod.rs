//! Floor 2: expected against actual, giving findings.
//!
//! One check per file. A check looks at one control of an [`Expected`] and at
//! what the kernel said of it in a [`Confinement`], and gives findings: a drift,
//! an agreement, or that it could not be observed, which is never agreement.

mod accepted;
mod apparmor;
mod capabilities;
mod capability_sets;
mod comparison;
mod devices;
mod filter_change;
mod filter_changes;
mod filter_side;
mod finding;
mod findings;
mod groups;
mod identity;
mod join;
mod limits;
mod mounts;
mod namespaces;
mod no_new_privs;
mod paths;
mod privileged;
mod root_filesystem;
mod rule;
mod seccomp;
mod seccomp_defaults;
mod seccomp_verdicts;
mod selinux;
mod service_account;
mod shared_pids;
mod stages;
mod sysctls;

use crate::confinement::{Confinement, Expected};

pub use accepted::{Acceptance, Accepted, AcceptedError};
pub use comparison::{COMPARISON_SCHEMA, Comparison, Partnerless};
pub use filter_change::{FILTER_CHANGES_SCHEMA, FilterChange, FilterChanges, NotCompared, Turn};
pub use filter_changes::filter_changes;
pub use filter_side::{FilterSide, Unsure};
pub use finding::{Actual, Declared, Finding, Hop, Kind, Severity};
pub use join::{Joined, Pair, join};
pub use rule::{RULES, Rule};
pub use shared_pids::{settle_shared_pids, share_pids};
pub use stages::compare_stages;

use findings::Findings;

/// The signature of a check.
type Check = fn(&Expected, &Confinement, &mut Findings<'_>);

/// Every check, in the order that findings are given.
const CHECKS: [Check; 17] = [
    identity::check,
    groups::check,
    no_new_privs::check,
    capabilities::check,
    privileged::check,
    namespaces::check,
    shared_pids::check,
    seccomp::check,
    apparmor::check,
    selinux::check,
    root_filesystem::check,
    paths::check,
    mounts::check,
    devices::check,
    service_account::check,
    limits::check,
    sysctls::check,
];

/// Holds one declaration of a container against what is enforced.
///
/// Gives a finding for every control that the declaration speaks of: drifts,
/// agreements and what could not be observed.
pub fn compare(expected: &Expected, actual: &Confinement) -> Vec<Finding> {
    let mut findings = Findings::new(expected);
    for check in CHECKS {
        check(expected, actual, &mut findings);
    }
    for remark in &expected.remarks {
        findings.remark(remark, &actual.runtime);
    }
    findings.into_vec()
}
