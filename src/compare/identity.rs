//! `runAsUser`, `runAsGroup`, `runAsNonRoot`: held against the effective ids, as the
//! container's own user namespace counts them.

use super::findings::Findings;
use crate::confinement::{Confinement, Expected, IdMapping, Ids, Reading};

pub(super) fn check(expected: &Expected, actual: &Confinement, findings: &mut Findings<'_>) {
    let uid = inside(&actual.identity.uid, &actual.identity.uid_map);
    if let Some(expectation) = &expected.uid {
        findings.judge(
            "uid",
            expectation,
            expectation.value.to_string(),
            &uid,
            "Uid of /proc/PID/status, by uid_map",
            |want, have| want == have,
            u32::to_string,
        );
    }
    // A declared user other than 0 says more than that it is not 0.
    let named = expected.uid.as_ref().is_some_and(|uid| uid.value != 0);
    if let Some(expectation) = expected.non_root.as_ref().filter(|_| !named) {
        findings.judge(
            "non-root",
            expectation,
            "a user other than 0",
            &uid,
            "Uid of /proc/PID/status, by uid_map",
            |_, have| *have != 0,
            u32::to_string,
        );
    }
    if let Some(expectation) = &expected.gid {
        findings.judge(
            "gid",
            expectation,
            expectation.value.to_string(),
            &inside(&actual.identity.gid, &actual.identity.gid_map),
            "Gid of /proc/PID/status, by gid_map",
            |want, have| want == have,
            u32::to_string,
        );
    }
}

/// The effective id as the process's own user namespace counts it.
///
/// Status shows ids as the reader's namespace does, and so does the outer side of
/// the map: an id that lies in a mapping's outer range is the inner one at the
/// same distance. A process that reads itself sees the map's outer side in its
/// parent's ids and its own ids inside, so an id in no outer range is taken as it is.
pub(super) fn inside(ids: &Reading<Ids>, map: &Reading<Vec<IdMapping>>) -> Reading<u32> {
    ids.clone().map(|ids| {
        let mappings = map.known().map_or(&[][..], Vec::as_slice);
        inner_id(ids.effective, mappings)
    })
}

/// The inner id of an outer one; itself where no mapping has it.
pub(super) fn inner_id(outer: u32, mappings: &[IdMapping]) -> u32 {
    mappings
        .iter()
        .find_map(|mapping| {
            let distance = outer.checked_sub(mapping.outside)?;
            (distance < mapping.count).then(|| mapping.inside.checked_add(distance))?
        })
        .unwrap_or(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_outer_ids_in() {
        let map = [IdMapping {
            inside: 0,
            outside: 2_264_727_552,
            count: 65_536,
        }];
        assert_eq!(inner_id(2_264_727_552, &map), 0);
        assert_eq!(inner_id(2_264_728_552, &map), 1000);
        assert_eq!(inner_id(1000, &map), 1000);
        assert_eq!(inner_id(7, &[IdMapping::IDENTITY]), 7);
    }
}
