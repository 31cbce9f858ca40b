//! Each check of the Pod Security Standards at each version, on Pods that pass and that fail.
//!
//! A fixture's annotations say at which versions the check that the file is named
//! after fails it, and with which detail.

use std::path::Path;
use std::sync::Arc;

use amiconfined::declared::{Object, Workload, objects, read_documents};
use amiconfined::pod_security::{
    Judgement, Level, LevelVersion, Pod, Registry, Version, with_api_defaults,
};

pub(crate) fn workloads(source: &str, text: &str) -> Vec<Workload> {
    read_documents(source, text.as_bytes())
        .unwrap()
        .into_iter()
        .flat_map(|document| objects(&Arc::new(document)).unwrap())
        .map(|object| match object {
            Object::Workload(workload) => *workload,
            other => panic!("{source}: {other:?}"),
        })
        .collect()
}

pub(crate) fn judge(workload: &Workload, level: Level, version: Version) -> Judgement {
    let spec = with_api_defaults(workload.spec.clone(), true);
    let pod = Pod {
        annotations: &workload.pod_annotations,
        spec: &spec,
    };
    Registry::standard().judge(LevelVersion { level, version }, pod)
}

/// Whether `1.minor` is in a range such as `8-24`, `8-` or `never`.
fn is_in(range: &str, minor: u64) -> bool {
    let Some((from, to)) = range.split_once('-') else {
        assert_eq!(range, "never");
        return false;
    };
    minor >= from.parse().unwrap() && (to.is_empty() || minor <= to.parse().unwrap())
}

#[test]
fn each_check_passes_and_fails_at_each_version_as_its_fixtures_say() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pod_security");
    let mut compared = 0;
    for check in Registry::standard().checks() {
        let file = directory.join(format!("{}.yaml", check.id));
        let text = std::fs::read_to_string(&file).unwrap();
        let workloads = workloads(check.id, &text);
        let ranges: Vec<&str> = workloads
            .iter()
            .map(|w| w.pod_annotations["expect/fails"].as_str())
            .collect();
        assert!(ranges.contains(&"never"), "{}: no Pod passes", check.id);
        for revision in check.revisions {
            let step = |range: &&&str| {
                let changes = |minor: u64| is_in(range, minor) != is_in(range, minor + 1);
                revision.since == 0 && is_in(range, 0)
                    || revision.since > 0 && changes(revision.since - 1)
            };
            let shown = ranges.iter().find(step);
            assert!(
                shown.is_some(),
                "{} 1.{}: no Pod shows it",
                check.id,
                revision.since
            );
        }
        for workload in &workloads {
            for minor in 0..=40 {
                let judgement = judge(workload, check.level, Version::Minor(minor));
                let found = judgement.violations.iter().find(|v| v.check == check.id);
                let fails = is_in(&workload.pod_annotations["expect/fails"], minor);
                let expected = fails.then(|| workload.pod_annotations["expect/detail"].as_str());
                let name = format!("{} {} v1.{minor}", check.id, workload.name);
                assert_eq!(found.map(|v| v.detail.as_str()), expected, "{name}");
                compared += 1;
            }
        }
    }
    println!("{compared} judgements compared");
}
