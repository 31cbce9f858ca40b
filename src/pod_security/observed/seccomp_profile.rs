//! A seccomp filter is installed.
//!
//! Baseline forbids only to ask for none; that none was asked for leaves the same
//! process behind, so that at baseline nothing can be seen without a filter.

use super::{Found, Verdict, unknown};
use crate::confinement::{Confinement, SeccompMode};

pub(super) fn baseline(confinement: &Confinement) -> Found {
    let found = restricted(confinement);
    if found.0 == Verdict::Fails {
        let text = "no seccomp filter is installed, which baseline allows where none is asked for";
        return (Verdict::NotObservable, text.to_owned());
    }
    found
}

pub(super) fn restricted(confinement: &Confinement) -> Found {
    match confinement.seccomp.mode.known() {
        Some(SeccompMode::Filter) => (Verdict::Keeps, "a seccomp filter is installed".to_owned()),
        Some(SeccompMode::Strict) => (Verdict::Keeps, "seccomp is in strict mode".to_owned()),
        Some(SeccompMode::Disabled) => {
            (Verdict::Fails, "no seccomp filter is installed".to_owned())
        }
        None => unknown("the seccomp mode", &confinement.seccomp.mode),
    }
}
