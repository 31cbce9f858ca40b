//! The process is not root, or root in a user namespace only.

use super::{Found, Verdict, unknown, user_namespace};
use crate::confinement::{Confinement, Reading};

pub(super) fn judge(confinement: &Confinement) -> Found {
    let Some(uid) = confinement.identity.uid.known() else {
        return unknown("the user id", &confinement.identity.uid);
    };
    if ![uid.real, uid.effective, uid.saved, uid.filesystem].contains(&0) {
        return (Verdict::Keeps, format!("user id is {}", uid.effective));
    }
    match user_namespace(confinement) {
        Reading::Known(true) => (
            Verdict::Keeps,
            "user id is 0 in a user namespace only".to_owned(),
        ),
        Reading::Known(false) => (Verdict::Fails, "user id is 0".to_owned()),
        other => unknown("the user namespace", &other),
    }
}
