//! What is said of a Pod, in the API server's own words, and what a namespace's labels ask for.

use std::collections::BTreeMap;

use amiconfined::pod_security::{Level, Mode, NamespacePolicy, Registry, Version, VersionError};

use crate::pod_security_checks::{judge, workloads};

/// The Pod of kuard's own documentation: no security context at all.
const KUARD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kuard\nspec:\n  containers:\n    - image: gcr.io/kuar-demo/kuard-amd64:blue\n      name: kuard\n      ports: [{containerPort: 8080, name: http, protocol: TCP}]\n";

#[test]
fn kuard_is_warned_of_as_the_api_server_does() {
    let judgement = judge(
        &workloads("kuard.yaml", KUARD)[0],
        Level::Restricted,
        Version::Minor(22),
    );
    assert_eq!(
        judgement.warning(),
        "would violate PodSecurity \"restricted:v1.22\": allowPrivilegeEscalation != false (container \"kuard\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"kuard\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"kuard\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"kuard\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
    );
    assert_eq!(
        judgement.reasons(),
        "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile"
    );
    let judgement = judge(
        &workloads("kuard.yaml", KUARD)[0],
        Level::Restricted,
        Version::Minor(7),
    );
    assert_eq!(
        judgement.forbidden("kuard"),
        "pods \"kuard\" is forbidden: violates PodSecurity \"restricted:v1.7\": runAsNonRoot != true (pod or container \"kuard\" must set securityContext.runAsNonRoot=true)"
    );
    assert!(
        judge(
            &workloads("kuard.yaml", KUARD)[0],
            Level::Baseline,
            Version::Latest
        )
        .allowed()
    );
}

/// A restricted check stands in for the baseline check of the same matter from its own version on.
#[test]
fn overridden_checks_are_not_made_twice() {
    let registry = Registry::standard();
    let ids = |level, minor| -> Vec<_> {
        let version = Version::Minor(minor);
        registry
            .in_force(amiconfined::pod_security::LevelVersion { level, version })
            .into_iter()
            .map(|(check, _)| check.id)
            .collect()
    };
    let baseline = [
        "appArmorProfile",
        "capabilities_baseline",
        "hostNamespaces",
        "hostPathVolumes",
        "hostPorts",
        "privileged",
        "procMount",
        "seLinuxOptions",
        "seccompProfile_baseline",
        "sysctls",
        "windowsHostProcess",
    ];
    assert_eq!(ids(Level::Baseline, 0), baseline);
    assert_eq!(ids(Level::Baseline, 33), baseline);
    assert_eq!(
        ids(Level::Restricted, 0),
        [
            "appArmorProfile",
            "capabilities_baseline",
            "hostNamespaces",
            "hostPorts",
            "privileged",
            "procMount",
            "seLinuxOptions",
            "seccompProfile_baseline",
            "sysctls",
            "windowsHostProcess",
            "restrictedVolumes",
            "runAsNonRoot",
        ]
    );
    assert_eq!(
        ids(Level::Restricted, 99),
        [
            "appArmorProfile",
            "hostNamespaces",
            "hostPorts",
            "hostProbesAndHostLifecycle",
            "privileged",
            "seLinuxOptions",
            "sysctls",
            "windowsHostProcess",
            "allowPrivilegeEscalation",
            "capabilities_restricted",
            "procMount_restricted",
            "restrictedVolumes",
            "runAsNonRoot",
            "runAsUser",
            "seccompProfile_restricted",
        ]
    );
    assert!(ids(Level::Privileged, 37).is_empty());
}

#[test]
fn versions_are_read_as_the_api_server_does() {
    for (text, version) in [
        ("latest", Version::Latest),
        ("v1.0", Version::Minor(0)),
        ("v1.22", Version::Minor(22)),
        (
            "v1.9223372036854775807",
            Version::Minor(9_223_372_036_854_775_807),
        ),
    ] {
        assert_eq!(text.parse(), Ok(version));
        assert_eq!(version.to_string(), text);
    }
    for text in [
        "",
        "Latest",
        "1.22",
        "v1",
        "v1.",
        "v1.01",
        "v1.00",
        "v1.+1",
        "v1.-1",
        "v1.1 ",
        "v2.0",
        "v1.9223372036854775808",
        "v1.٣",
    ] {
        assert_eq!(text.parse::<Version>(), Err(VersionError), "{text:?}");
    }
    assert!(Version::Minor(1000) < Version::Latest);
}

fn policy(labels: &[(&str, &str)]) -> (String, Vec<String>) {
    let labels: BTreeMap<String, String> = labels
        .iter()
        .map(|(k, v)| (format!("pod-security.kubernetes.io/{k}"), (*v).to_owned()))
        .collect();
    let (policy, errors) = NamespacePolicy::from_labels(&labels);
    let modes = [Mode::Enforce, Mode::Audit, Mode::Warn];
    (
        modes.map(|m| format!("{m}={}", policy.of(m))).join(" "),
        errors.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn labels_are_read_as_the_api_server_does() {
    for (labels, expected) in [
        (
            &[][..],
            "enforce=privileged:latest audit=privileged:latest warn=privileged:latest",
        ),
        (
            &[
                ("enforce", "baseline"),
                ("warn", "restricted"),
                ("warn-version", "v1.22"),
            ],
            "enforce=baseline:latest audit=privileged:latest warn=restricted:v1.22",
        ),
        (
            &[("enforce", "baseline"), ("enforce-version", "v1.20")],
            "enforce=baseline:v1.20 audit=privileged:latest warn=baseline:v1.20",
        ),
        (
            &[
                ("enforce", "baseline"),
                ("enforce-version", "v1.20"),
                ("warn-version", "v1.30"),
            ],
            "enforce=baseline:v1.20 audit=privileged:latest warn=baseline:v1.30",
        ),
        (
            &[
                ("enforce", "restricted"),
                ("warn", "privileged"),
                ("audit", "baseline"),
            ],
            "enforce=restricted:latest audit=baseline:latest warn=privileged:latest",
        ),
    ] {
        assert_eq!(policy(labels), (expected.to_owned(), vec![]));
    }
}

#[test]
fn labels_that_cannot_be_read_fail_closed_for_enforce_alone() {
    let (policy, errors) = policy(&[
        ("enforce", "strict\n"),
        ("enforce-version", "v1.022"),
        ("audit", ""),
        ("warn", "Baseline"),
        ("warn-version", "1.22"),
    ]);
    assert_eq!(
        policy,
        "enforce=restricted:latest audit=privileged:latest warn=privileged:latest"
    );
    assert_eq!(
        errors,
        [
            "metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\\n\": must be one of privileged, baseline, restricted",
            "metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: \"v1.022\": must be \"latest\" or \"v1.x\"",
            "metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: \"\": must be one of privileged, baseline, restricted",
            "metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: \"Baseline\": must be one of privileged, baseline, restricted",
            "metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.22\": must be \"latest\" or \"v1.x\"",
        ]
    );
}
