//! `supplementalGroups`, `fsGroup`, `supplementalGroupsPolicy`, OCI `additionalGids`:
//! held against `Groups:` of status.

use super::findings::Findings;
use super::identity::inner_id;
use crate::confinement::{Confinement, Expected};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let Some(expectation) = &expected.groups else {
        return;
    };
    let map = actual.identity.gid_map.known();
    let groups = actual.identity.groups.clone().map(|groups| {
        let mut inside: Vec<u32> = groups
            .iter()
            .map(|group| inner_id(*group, map.map_or(&[][..], Vec::as_slice)))
            .collect();
        inside.sort_unstable();
        inside.dedup();
        inside
    });
    let rule = &expectation.value;
    let shown = if rule.exactly {
        format!("exactly {}", list(&rule.includes))
    } else {
        format!("at least {}", list(&rule.includes))
    };
    // The primary group may stand among the supplementary ones or not: it gives no more rights.
    let primary = super::identity::inside(&actual.identity.gid, &actual.identity.gid_map);
    findings.judge(
        "groups",
        expectation,
        shown,
        &groups,
        "Groups of /proc/PID/status, by gid_map",
        |rule, have| {
            let held = |group: &u32| have.contains(group) || primary.is(group);
            rule.includes.iter().all(held)
                && (!rule.exactly
                    || have
                        .iter()
                        .all(|group| rule.includes.contains(group) || primary.is(group)))
        },
        |have| list(have),
    );
}

fn list(groups: &[u32]) -> String {
    if groups.is_empty() {
        return String::from("none");
    }
    groups
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}
