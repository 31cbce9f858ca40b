//! What every runtime masks or makes read-only in /proc and /sys is so.
//!
//! Baseline asks for it outside of a user namespace only.

use super::{Found, Verdict, unknown, user_namespace};
use crate::confinement::{Confinement, ProtectedPath, Protection, Reading};

pub(super) fn baseline(confinement: &Confinement) -> Found {
    let found = restricted(confinement);
    if found.0 == Verdict::Keeps {
        return found;
    }
    match user_namespace(confinement) {
        Reading::Known(true) => (Verdict::Keeps, "it is in a user namespace".to_owned()),
        Reading::Known(false) => found,
        other => unknown("the user namespace", &other),
    }
}

pub(super) fn restricted(confinement: &Confinement) -> Found {
    let filesystem = &confinement.filesystem;
    let mut first_unknown = None;
    let mut look = |paths: &[ProtectedPath], expected: &[&str], wanted: &[Protection]| {
        for path in expected {
            let Some(found) = paths.iter().find(|p| p.path == *path) else {
                first_unknown
                    .get_or_insert((Verdict::Unknown, format!("nothing was read of {path}")));
                continue;
            };
            match &found.state {
                Reading::Known(state) if wanted.contains(state) => {}
                Reading::Known(Protection::ReadOnly) => {
                    return Some((Verdict::Fails, format!("{path} can be read")));
                }
                Reading::Known(_) => {
                    return Some((Verdict::Fails, format!("{path} is not protected")));
                }
                // This kernel has no such path: nothing to protect.
                Reading::Absent { .. } => {}
                denied @ Reading::Denied(_) => {
                    first_unknown.get_or_insert_with(|| unknown(path, denied));
                }
            }
        }
        None
    };
    let masked = [Protection::Masked, Protection::MaskedWritable];
    let read_only = [Protection::Masked, Protection::ReadOnly];
    look(&filesystem.masked, &ProtectedPath::MASKED_BY_ALL, &masked)
        .or_else(|| look(&filesystem.readonly, &ProtectedPath::READ_ONLY, &read_only))
        .or(first_unknown)
        .unwrap_or_else(|| {
            let text = "what runtimes mask and make read-only is so";
            (Verdict::Keeps, text.to_owned())
        })
}
