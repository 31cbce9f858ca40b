//! What the runtime was told, and what was declared, held against what is enforced.

use std::collections::BTreeMap;

use crate::compare::{Finding, Kind, compare, compare_stages};
use crate::confinement::{Confinement, Control, Expected, Reading, Stage};
use crate::declared::expect_oci_config_bytes;
use crate::syscalls::Release;

use super::identity::Identified;

/// What `config.json` says, or why it cannot be understood.
pub(super) fn told(
    found: &Identified,
    kernel: Option<Release>,
) -> Option<Result<Expected, String>> {
    let bytes = found.config.as_ref()?;
    let name = found.identity.bundle.known()?.escaped();
    let expected = expect_oci_config_bytes(&name, bytes, kernel);
    expected.map_err(|error| error.to_string()).transpose()
}

/// Each control that differs or could not be observed, over all the stages.
pub(super) fn controls(stages: &[Expected], actual: &Confinement) -> Reading<Vec<Control>> {
    if stages.is_empty() {
        return Reading::absent("no config.json, and no declaration, speaks of it");
    }
    let all: Vec<&Expected> = stages.iter().collect();
    let mut controls = Vec::new();
    let findings = compare_stages(&all, actual);
    let values = match stages {
        // One stage's findings are all that it says.
        [only] => by_stage([(only, findings.clone())]),
        several => by_stage(several.iter().map(|stage| (stage, compare(stage, actual)))),
    };
    for finding in findings {
        if matches!(finding.kind, Kind::Agreement | Kind::NotApplicable) {
            continue;
        }
        let of = |stage: Stage| {
            let found = values.get(&(finding.id, stage))?;
            // Of several by one id, this one's own where it is this stage's.
            let own = &finding.declared.value;
            Some(if found.contains(own) {
                own.clone()
            } else {
                found.join("; ")
            })
        };
        controls.push(Control {
            id: finding.id.to_owned(),
            control: finding.control.to_owned(),
            kind: finding.kind.to_string(),
            severity: finding.severity.to_string(),
            declared: of(Stage::Declared),
            told: of(Stage::Told),
            enforced: finding.actual.value.clone(),
            began: finding.hop.map(|hop| hop.to_string()),
        });
    }
    Reading::Known(controls)
}

/// What each stage says, by finding.
fn by_stage<'a>(
    found: impl IntoIterator<Item = (&'a Expected, Vec<Finding>)>,
) -> BTreeMap<(&'static str, Stage), Vec<String>> {
    let mut values: BTreeMap<(&'static str, Stage), Vec<String>> = BTreeMap::new();
    for (stage, findings) in found {
        // What was admitted is the declaration still.
        let at = match stage.stage {
            Stage::Admitted => Stage::Declared,
            stage => stage,
        };
        for Finding { id, declared, .. } in findings {
            values.entry((id, at)).or_default().push(declared.value);
        }
    }
    values
}
