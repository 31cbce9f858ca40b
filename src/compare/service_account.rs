//! `automountServiceAccountToken`: held against the tokens found where it mounts one. Those
//! that a Pod has projected to other places are no word on it.

use super::findings::Findings;
use super::{Kind, Severity};
use crate::confinement::{Confinement, Expected, ServiceAccountToken};

/// Where the kubelet mounts it: `/var/run` is `/run` in most images.
const AUTOMOUNTED: &[u8] = b"/run/secrets/kubernetes.io/serviceaccount";

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.service_account_token else {
        return;
    };
    let word = |mounted: bool| if mounted { "a token" } else { "no token" };
    let finding = findings.judge(
        "service-account-token",
        expectation,
        word(expectation.value),
        &actual.credentials.service_account_tokens,
        "files below /run/secrets and /var/run/secrets",
        |want, have| *want == have.iter().any(is_automounted),
        |have| String::from(word(have.iter().any(is_automounted))),
    );
    if finding.kind == Kind::Drift && expectation.value {
        finding.severity = Severity::Low;
        finding.why = String::from("stricter than declared: the work may not reach the API server");
        finding.mend = String::from("declare automountServiceAccountToken: false, as it is");
    }
}

fn is_automounted(token: &ServiceAccountToken) -> bool {
    let path = token.path.as_bytes();
    path.strip_prefix(b"/var")
        .unwrap_or(path)
        .starts_with(AUTOMOUNTED)
}
