//! Capabilities that a Pod adds or drops in a spelling that containerd does not heed, and says
//! nothing of.

use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    let pod = |name: &str, words: &str, id: &'static str| {
        row(&format!("ignored_{name}"))
            .flags(Tongue::Cri, words)
            .drifts(id)
    };
    vec![
        pod("drop_prefixed", "drop=CAP_KILL", "capability-ignored"),
        pod("drop_all_prefixed", "drop=CAP_ALL", "capability-ignored"),
        pod("add_unknown", "add=NO_SUCH", "capability-unknown"),
        pod(
            "drop_privileged",
            "privileged unmasked drop=ALL",
            "capability-ignored",
        ),
    ]
}
