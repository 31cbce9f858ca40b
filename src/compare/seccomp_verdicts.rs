//! A declared seccomp profile held against what the filters in force decide, syscall by syscall.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Actual;
use super::Kind;
use super::findings::{Findings, declared};
use crate::confinement::{
    AbiVerdicts, Confinement, Expectation, LetThrough, SeccompMethod, SeccompRule, SyscallVerdict,
    Text, Verdict,
};

/// How many syscalls a finding names before it only counts.
const NAMED: usize = 12;

/// What would tell verdicts that are not known.
const MEND: &str =
    "inspect from inside the container, or with CAP_SYS_ADMIN on the node, which can dump filters";

/// What was found syscall by syscall.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// Verdicts that agree or differ.
    pub(super) compared: usize,
    /// Verdicts of which one side is not known.
    pub(super) unknown: usize,
    /// Those among them that were asked and could not be told, and why one could not.
    untold: usize,
    why: Option<String>,
    // By what differs: one profile swapped for another is a few findings, not three hundred.
    by_kind: BTreeMap<(String, bool, String, String), Vec<String>>,
}

impl Differences {
    /// Adds one syscall, or one of its argument vectors, that is decided otherwise.
    pub(super) fn add(
        &mut self,
        abi: &str,
        want: Option<&Verdict>,
        have: &Verdict,
        label: Cow<'static, str>,
    ) {
        self.compared += 1;
        let weaker = have.stopped() == Some(false);
        let want = want.map(ToString::to_string).unwrap_or_default();
        let key = (abi.to_owned(), weaker, want, have.to_string());
        self.by_kind
            .entry(key)
            .or_default()
            .push(label.into_owned());
    }

    /// Adds one of which it is not known whether it is decided so.
    pub(super) fn add_unknown(&mut self, have: &Verdict) {
        self.unknown += 1;
        if let Verdict::Inconclusive(why) = have {
            self.add_untold(why);
        }
    }

    fn add_untold(&mut self, why: &str) {
        self.untold += 1;
        self.why.get_or_insert_with(|| why.to_owned());
    }

    /// Makes the findings: one for each kind of difference, and one of what agrees, or of what
    /// could not be told. `name` is the profile's, `remark` what else there is to say of an
    /// agreement.
    pub(super) fn report(
        self,
        expectation: &Expectation<SeccompRule>,
        name: &str,
        remark: &str,
        findings: &mut Findings<'_>,
    ) {
        let (compared, unknown) = (self.compared, self.unknown);
        let verdicts = |value: String| Actual {
            value,
            evidence: String::from("the filters' own verdicts"),
        };
        if compared == 0 {
            let finding = findings.add(
                "seccomp-verdicts",
                Kind::Unobserved,
                declared(expectation, name),
                verdicts(String::from("the report holds no verdicts")),
            );
            finding.mend = String::from(MEND);
            return;
        }
        if let Some(why) = self.why {
            let untold = self.untold;
            let finding = findings.add(
                "seccomp-verdicts",
                Kind::Unobserved,
                declared(expectation, name),
                verdicts(format!("{untold} verdicts could not be told, as {why}")),
            );
            finding.mend = String::from(MEND);
        } else if self.by_kind.is_empty() {
            let mut value =
                format!("{compared} verdicts agree, {unknown} could not be held against it");
            if !remark.is_empty() {
                value = format!("{value}; {remark}");
            }
            findings.add(
                "seccomp-verdicts",
                Kind::Agreement,
                declared(expectation, name),
                verdicts(value),
            );
        }
        for ((abi, weaker, want, have), syscalls) in self.by_kind {
            let finding = findings.add(
                "seccomp-verdicts",
                Kind::Drift,
                declared(expectation, format!("{abi}: {want}: {}", listed(&syscalls))),
                verdicts(format!("{abi}: {have}")),
            );
            finding.why = if weaker {
                format!("the profile has it {want}, the kernel lets it through")
            } else {
                finding.severity = super::Severity::Low;
                format!("the profile has it {want}, the kernel blocks it: {have}")
            };
        }
    }
}

fn listed(syscalls: &[String]) -> String {
    let first: Vec<&str> = syscalls.iter().take(NAMED).map(String::as_str).collect();
    match syscalls.len().saturating_sub(NAMED) {
        0 => first.join(" "),
        more => format!("{} and {more} more", first.join(" ")),
    }
}

/// Holds a profile whose verdicts are known against those in force.
pub(super) fn check(
    expectation: &Expectation<SeccompRule>,
    name: &Text,
    wanted: &[AbiVerdicts],
    actual: &Confinement,
    findings: &mut Findings<'_>,
) {
    let mut differences = Differences::default();
    for abi in wanted {
        let Some(have) = actual.seccomp.abis.iter().find(|a| a.abi == abi.abi) else {
            continue;
        };
        for want in &abi.syscalls {
            let Some(have) = have.by_name(&want.name) else {
                continue;
            };
            for (label, want, have) in pairs(want, have) {
                if settled(want) && same(want, have) {
                    differences.compared += 1;
                } else if looks_alike(want, have, &actual.seccomp.method) {
                    differences.add_untold("a call that is let through looks the same");
                } else if settled(want) && !have.may_be(want) {
                    differences.add(&abi.abi, Some(want), have, label);
                } else {
                    differences.add_unknown(have);
                }
            }
        }
    }
    differences.report(expectation, &format!("profile {name}"), "", findings);
}

/// The verdicts of one syscall that can be held against each other, with their labels:
/// the one for zero arguments, and one for each argument vector that both sides name.
pub(super) fn pairs<'a>(
    want: &'a SyscallVerdict,
    have: &'a SyscallVerdict,
) -> Vec<(Cow<'static, str>, &'a Verdict, &'a Verdict)> {
    let mut out = vec![(want.name.clone(), &want.verdict, &have.verdict)];
    for argument in &want.arguments {
        if let Some(other) = have.arguments.iter().find(|o| o.label == argument.label) {
            let label = format!("{}({})", want.name, argument.label);
            out.push((label.into(), &argument.verdict, &other.verdict));
        }
    }
    out
}

/// Whether a verdict is one answer.
pub(super) fn settled(verdict: &Verdict) -> bool {
    !matches!(
        verdict,
        Verdict::Depends | Verdict::Inconclusive(_) | Verdict::NotProbed(_)
    )
}

/// Whether a probe takes what a profile has logged or traced for what is let through.
fn looks_alike(want: &Verdict, have: &Verdict, method: &SeccompMethod) -> bool {
    let kind = match want {
        Verdict::Logged => LetThrough::Logged,
        Verdict::Traced(_) => LetThrough::Traced,
        _ => return false,
    };
    let (SeccompMethod::Notify { allowed_may_be, .. }
    | SeccompMethod::Traced { allowed_may_be, .. }) = method
    else {
        return false;
    };
    *have == Verdict::Allowed && allowed_may_be.contains(&kind)
}

/// Whether the kernel does what a profile says.
pub(super) fn same(want: &Verdict, have: &Verdict) -> bool {
    // What this kernel never filters no profile can stop.
    want == have || *have == Verdict::NeverFiltered
}
