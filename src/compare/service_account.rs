//! `automountServiceAccountToken`: held against the tokens found in the file tree.

use super::findings::Findings;
use super::{Kind, Severity};
use crate::confinement::{Confinement, Expected};

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
        |want, have| *want != have.is_empty(),
        |have| String::from(word(!have.is_empty())),
    );
    if finding.kind == Kind::Drift && expectation.value {
        finding.severity = Severity::Low;
        finding.why = String::from("stricter than declared: the work may not reach the API server");
        finding.mend = String::from("declare automountServiceAccountToken: false, as it is");
    }
}
