//! An AppArmor profile confines the process, where the kernel has AppArmor.

use super::{Found, Verdict, unknown};
use crate::confinement::{AppArmorMode, Confinement, Reading};

pub(super) fn judge(confinement: &Confinement) -> Found {
    match &confinement.lsm.apparmor {
        Reading::Known(label) => {
            let confines =
                |mode: &AppArmorMode| matches!(mode, AppArmorMode::Enforce | AppArmorMode::Kill);
            let text = format!("AppArmor label is {}", label.label);
            if label.profiles.iter().any(|p| confines(&p.mode)) {
                (Verdict::Keeps, text)
            } else if label.profiles.iter().any(|p| is_unclear(&p.mode)) {
                (Verdict::Unknown, text)
            } else {
                (Verdict::Fails, text)
            }
        }
        Reading::Absent { why } => (Verdict::Keeps, format!("no AppArmor here: {why}")),
        denied @ Reading::Denied(_) => unknown("the AppArmor label", denied),
    }
}

/// Whether a mode does not say by itself that something is refused.
fn is_unclear(mode: &AppArmorMode) -> bool {
    matches!(
        mode,
        AppArmorMode::Mixed | AppArmorMode::Prompt | AppArmorMode::Other(_)
    )
}
