//! A comparison as text: container by container, what differs first.

use std::fmt::Write as _;

use crate::compare::{Comparison, Finding, Kind, Partnerless};
use crate::confinement::Text;

/// The comparison as text; `all` shows agreement as well.
pub fn findings_text(comparison: &Comparison, all: bool) -> String {
    let mut out = String::new();
    let mut subject = String::new();
    for finding in &comparison.findings {
        if !all && matches!(finding.kind, Kind::Agreement | Kind::NotApplicable) {
            continue;
        }
        let name = finding.subject.to_string();
        if name != subject {
            if !out.is_empty() {
                out.push('\n');
            }
            line(&mut out, &name);
            subject = name;
        }
        one(&mut out, finding);
    }
    partnerless(
        &mut out,
        "declared, not observed:",
        &comparison.not_observed,
    );
    partnerless(
        &mut out,
        "observed, not declared:",
        &comparison.not_declared,
    );
    if !out.is_empty() {
        out.push('\n');
    }
    let accepted = comparison
        .findings
        .iter()
        .filter(|f| f.accepted.is_some())
        .count();
    let counted =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let _ = writeln!(
        out,
        "{} compared: {}, {} unobserved, {}, {accepted} accepted",
        counted(comparison.compared, "container"),
        counted(comparison.count(Kind::Drift), "drift"),
        comparison.count(Kind::Unobserved),
        counted(comparison.count(Kind::Agreement), "agreement"),
    );
    out
}

fn one(out: &mut String, finding: &Finding) {
    let weight = match finding.kind {
        Kind::Drift => format!(" {}", finding.severity),
        _ => String::new(),
    };
    line(
        out,
        &format!(
            "  {}{weight}  {}  {}",
            finding.kind, finding.id, finding.control
        ),
    );
    let declared = &finding.declared;
    line(
        out,
        &format!("    declared  {} ({})", declared.value, declared.because),
    );
    line(out, &format!("              at {}", declared.source));
    line(
        out,
        &format!(
            "    actual    {} ({})",
            finding.actual.value, finding.actual.evidence
        ),
    );
    if let Some(hop) = finding.hop {
        line(out, &format!("    began     {hop}"));
    }
    if finding.kind != Kind::Agreement {
        line(out, &format!("    why       {}", finding.why));
    }
    if matches!(finding.kind, Kind::Drift | Kind::Unobserved) {
        line(out, &format!("    mend      {}", finding.mend));
    }
    if let Some(reason) = &finding.accepted {
        line(out, &format!("    accepted  {reason}"));
    }
}

fn partnerless(out: &mut String, title: &str, list: &[Partnerless]) {
    if list.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    line(out, title);
    for one in list {
        line(
            out,
            &format!("  {} ({}): {}", one.subject, one.source, one.why),
        );
    }
}

/// One line, with what declarations chose escaped; texts that are escaped already stay.
fn line(out: &mut String, text: &str) {
    for c in text.chars() {
        if c == '\\' {
            out.push(c);
        } else {
            out.push_str(&Text::from(c.to_string()).escaped());
        }
    }
    out.push('\n');
}
