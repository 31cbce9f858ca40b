//! The default profiles, held against the configurations that real runtimes wrote, and live.

use amiconfined::confinement::{
    AbiVerdicts, CapabilitySet, Manager, SeccompRule, SetRule, Verdict,
};
use amiconfined::declared::{default_verdicts, expect_oci_config, read_documents};

use crate::captures::captures;

/// How many verdicts of two profiles differ, and how many were held against each other.
fn distance(one: &[AbiVerdicts], other: &[AbiVerdicts]) -> (usize, usize, Vec<String>) {
    let settled = |v: &Verdict| !matches!(v, Verdict::Inconclusive(_) | Verdict::NotProbed(_));
    let (mut differ, mut compared, mut names) = (0, 0, Vec::new());
    for abi in one {
        let Some(other) = other.iter().find(|o| o.abi == abi.abi) else {
            continue;
        };
        for (a, b) in abi.syscalls.iter().zip(&other.syscalls) {
            assert_eq!(a.name, b.name);
            let mut pairs = vec![(a.name.clone(), &a.verdict, &b.verdict)];
            for (x, y) in a.arguments.iter().zip(&b.arguments) {
                pairs.push((
                    format!("{}({})", a.name, x.label).into(),
                    &x.verdict,
                    &y.verdict,
                ));
            }
            for (name, a, b) in pairs {
                if settled(a) && settled(b) {
                    compared += 1;
                    if a != b {
                        differ += 1;
                        names.push(format!("{} {name}: {a} {b}", abi.abi));
                    }
                }
            }
        }
    }
    (differ, compared, names)
}

#[test]
fn what_containerd_and_crio_wrote_is_what_one_of_their_releases_writes() {
    let mut held = 0;
    for capture in captures() {
        let Some(text) = capture.read("config.json") else {
            continue;
        };
        // Only where the runtime chose the profile.
        if capture.name.contains("localhost") {
            continue;
        }
        let document = read_documents("config.json", text.as_bytes())
            .unwrap()
            .remove(0);
        let told = expect_oci_config(&document, None).unwrap();
        let Some(SeccompRule::Profile { verdicts, .. }) = told.seccomp.map(|e| e.value) else {
            continue;
        };
        let SetRule::Exactly(bounding) = told.capabilities.unwrap().value.bounding else {
            panic!("{}", capture.name);
        };
        let (manager, release) = match capture.name.split('/').next().unwrap() {
            node if node.contains("crio") => (Manager::Crio, "1.35.1"),
            node if node.contains("1.6.20") => (Manager::Containerd, "1.6.16"),
            _ => (Manager::Containerd, "2.0.0"),
        };
        let known = default_verdicts(manager, bounding, None);
        let of_release = known
            .iter()
            .find(|d| d.releases.iter().any(|r| r == release))
            .unwrap();
        let (differ, compared, names) = distance(&verdicts, &of_release.verdicts);
        assert!(compared > 800, "{}: {compared}", capture.name);
        assert_eq!(differ, 0, "{}: {names:#?}", capture.name);
        // Another release is not taken for it.
        let others: Vec<usize> = known
            .iter()
            .filter(|d| !d.releases.iter().any(|r| r == release))
            .map(|d| distance(&verdicts, &d.verdicts).0)
            .collect();
        assert!(others.iter().any(|differ| *differ > 0), "{}", capture.name);
        held += 1;
    }
    println!("held {held} profiles against the tables");
}

#[test]
fn each_release_is_in_one_group() {
    let all = default_verdicts(Manager::Docker, CapabilitySet::DOCKER_DEFAULT, None);
    if all.is_empty() {
        println!("SKIPPED: a process without a seccomp filter of its own");
        return;
    }
    let mut releases: Vec<&String> = all.iter().flat_map(|d| &d.releases).collect();
    let count = releases.len();
    releases.sort();
    releases.dedup();
    assert_eq!(releases.len(), count, "each release is in one group");
    assert!(default_verdicts(Manager::Lxc, CapabilitySet::EMPTY, None).is_empty());
}
