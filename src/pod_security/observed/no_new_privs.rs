//! No program that the process starts may gain privileges: `no_new_privs` is set.

use super::{Found, Verdict, unknown};
use crate::confinement::Confinement;

pub(super) fn judge(confinement: &Confinement) -> Found {
    match confinement.identity.no_new_privs.known() {
        Some(true) => (Verdict::Keeps, "no_new_privs is 1".to_owned()),
        Some(false) => (Verdict::Fails, "no_new_privs is 0".to_owned()),
        None => unknown("no_new_privs", &confinement.identity.no_new_privs),
    }
}
