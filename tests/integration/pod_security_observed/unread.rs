//! What could not be read is neither kept nor failed.

use amiconfined::pod_security::{Level, Verdict, judge_observed};

use super::Change;
use super::fixture::{denied, restricted};

#[test]
fn what_could_not_be_read_is_never_kept_and_never_failed() {
    let changes: [(Change, Level, &[&str]); 9] = [
        (
            |c| c.identity.no_new_privs = denied(),
            Level::Baseline,
            &["allowPrivilegeEscalation"],
        ),
        (
            |c| c.identity.uid = denied(),
            Level::Baseline,
            &["runAsNonRoot"],
        ),
        (
            |c| c.seccomp.mode = denied(),
            Level::Privileged,
            &["seccompProfile_baseline", "seccompProfile_restricted"],
        ),
        (
            |c| c.capabilities.ambient = denied(),
            Level::Privileged,
            &["capabilities_baseline", "capabilities_restricted"],
        ),
        (
            |c| c.lsm.apparmor = denied(),
            Level::Privileged,
            &["appArmorProfile"],
        ),
        (
            |c| c.lsm.selinux = denied(),
            Level::Privileged,
            &["seLinuxOptions"],
        ),
        (
            |c| c.namespaces.namespaces.clear(),
            Level::Privileged,
            &["hostNamespaces"],
        ),
        (
            |c| c.filesystem.host_paths = denied(),
            Level::Privileged,
            &["hostPathVolumes", "restrictedVolumes"],
        ),
        (
            |c| c.filesystem.masked[0].state = denied(),
            Level::Privileged,
            &["procMount", "procMount_restricted"],
        ),
    ];
    for (change, keeps, unknown) in changes {
        let mut confinement = restricted();
        change(&mut confinement);
        let judgement = judge_observed(&confinement);
        let found: Vec<_> = judgement
            .unknown(Level::Restricted)
            .map(|c| c.control)
            .collect();
        assert_eq!(found, unknown);
        assert_eq!(
            (judgement.keeps, judgement.may_keep),
            (keeps, Level::Restricted)
        );
        let told = judgement
            .controls
            .iter()
            .filter(|c| c.verdict == Verdict::Unknown);
        assert!(told.into_iter().all(|c| !c.evidence.is_empty()));
    }
}
