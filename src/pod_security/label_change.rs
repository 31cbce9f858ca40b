//! What the API server answers to a change of a namespace's enforced level.

use std::collections::BTreeMap;

use super::{Judgement, LevelVersion, wording};

/// The warnings of a server-side dry run of the label: Pods with the same reasons are
/// named together, by the first of their names.
///
/// `pods` are the namespace's Pods by name, each judged by `enforce`.
#[must_use]
pub fn label_warnings(
    namespace: &str,
    enforce: LevelVersion,
    pods: &[(String, Judgement)],
) -> Vec<String> {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, judgement) in pods {
        if !judgement.allowed() {
            alike.entry(judgement.reasons()).or_default().push(name);
        }
    }
    if alike.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = alike
        .into_iter()
        .map(|(reasons, names)| {
            let first = names.iter().min().copied().unwrap_or_default();
            match names.len() {
                1 => format!("{first}: {reasons}"),
                2 => format!("{first} (and 1 other pod): {reasons}"),
                more => format!("{first} (and {} other pods): {reasons}", more - 1),
            }
        })
        .collect();
    lines.sort();
    lines.insert(
        0,
        format!(
            "existing pods in namespace {} violate the new PodSecurity enforce level {}",
            wording::go_quoted(namespace),
            wording::go_quoted(&enforce.to_string())
        ),
    );
    lines
}
