//! Seccomp profiles: what they decide, syscall by syscall, against the profiles that runtimes
//! wrote for captured containers, read here by plain rules.

use amiconfined::confinement::{AbiVerdicts, CapabilitySet, SeccompRule, Verdict};
use amiconfined::declared::{expect_oci_config, profile_verdicts, read_documents};
use amiconfined::syscalls::Release;

use crate::captures::captures;

fn read(profile: &str, capabilities: CapabilitySet, kernel: Option<Release>) -> Vec<AbiVerdicts> {
    let document = read_documents("profile.json", profile.as_bytes())
        .unwrap()
        .remove(0);
    profile_verdicts(&document, capabilities, kernel).unwrap()
}

fn verdict(abis: &[AbiVerdicts], name: &str) -> String {
    abis[0].by_name(name).unwrap().verdict.to_string()
}

/// Whether this very process may compile profiles: not under a filter.
fn unfiltered() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let free = status.lines().any(|line| line == "Seccomp:\t0");
    if !free {
        println!("SKIPPED: no seccomp filter on this process, for libseccomp to be called");
    }
    free
}

/// The first rule without conditions that names it decides; else the default does.
/// `None` where conditions do.
fn plain(profile: &serde_json::Value, name: &str) -> Option<String> {
    let action =
        |rule: &serde_json::Value, key: &str, errno: &str| match rule[key].as_str().unwrap() {
            "SCMP_ACT_ALLOW" => "allowed".to_owned(),
            "SCMP_ACT_ERRNO" => match rule[errno].as_u64().unwrap_or(1) {
                1 => "errno(EPERM)".to_owned(),
                22 => "errno(EINVAL)".to_owned(),
                38 => "errno(ENOSYS)".to_owned(),
                other => panic!("errno {other}"),
            },
            other => panic!("{other}"),
        };
    let rules: Vec<&serde_json::Value> = profile["syscalls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["names"].as_array().unwrap().iter().any(|n| n == name))
        .collect();
    if rules.iter().any(|rule| {
        rule.get("args")
            .is_some_and(|a| !a.as_array().unwrap().is_empty())
    }) {
        return None;
    }
    Some(match rules.first() {
        Some(rule) => action(rule, "action", "errnoRet"),
        None => action(profile, "defaultAction", "defaultErrnoRet"),
    })
}

#[test]
fn captured_profiles_decide_as_their_rules_say() {
    if !unfiltered() {
        return;
    }
    let mut asked = 0;
    for capture in captures() {
        let Some(text) = capture.read("config.json") else {
            continue;
        };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let profile = &json["linux"]["seccomp"];
        if profile.is_null() {
            continue;
        }
        let document = read_documents("config.json", text.as_bytes())
            .unwrap()
            .remove(0);
        let expected = expect_oci_config(&document, None).unwrap();
        let Some(SeccompRule::Profile { verdicts, .. }) = expected.seccomp.map(|s| s.value) else {
            panic!("{}", capture.name);
        };
        for row in &verdicts[0].syscalls {
            let (Some(wanted), false) = (
                plain(profile, &row.name),
                matches!(row.verdict, Verdict::Inconclusive(_)),
            ) else {
                continue;
            };
            asked += 1;
            assert_eq!(
                row.verdict.to_string(),
                wanted,
                "{}: {}",
                capture.name,
                row.name
            );
        }
    }
    println!("compared {asked} verdicts");
}

#[test]
fn arguments_decide_where_a_rule_has_conditions() {
    if !unfiltered() {
        return;
    }
    let abis = read(
        r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
            {"names": ["read", "exit_group", "mseal"], "action": "SCMP_ACT_ALLOW"},
            {"names": ["socket"], "action": "SCMP_ACT_ALLOW",
             "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]}]}"#,
        CapabilitySet::EMPTY,
        None,
    );
    let socket = abis[0].by_name("socket").unwrap();
    let of = |label: &str| {
        let found = socket.arguments.iter().find(|a| a.label == label);
        found
            .unwrap_or_else(|| panic!("no vector {label}"))
            .verdict
            .to_string()
    };
    assert_eq!(of("AF_VSOCK"), "errno(EPERM)");
    assert_eq!(of("AF_ALG"), "allowed");
    assert_eq!(verdict(&abis, "read"), "allowed");
    assert_eq!(verdict(&abis, "keyctl"), "errno(EPERM)");
}

#[test]
fn includes_and_excludes_choose_by_capability_architecture_and_kernel() {
    if !unfiltered() {
        return;
    }
    let profile = r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [
        {"names": ["mseal"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
        {"names": ["kexec_load"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["vax"]}}]}"#;
    let old = Some(Release::new(4, 4, 0));
    let admin = CapabilitySet::EMPTY.with(21);
    let plain = read(profile, CapabilitySet::EMPTY, old);
    assert_eq!(verdict(&plain, "mount"), "errno(EPERM)");
    assert_eq!(verdict(&plain, "ptrace"), "errno(ENOSYS)");
    assert_eq!(verdict(&plain, "kexec_load"), "errno(ENOSYS)");
    let rich = read(profile, admin, Some(Release::new(6, 1, 0)));
    assert_eq!(verdict(&rich, "mount"), "allowed");
    assert_eq!(verdict(&rich, "ptrace"), "allowed");
}

#[test]
fn the_operators_seccomp_profile_is_read_too() {
    if !unfiltered() {
        return;
    }
    let abis = read(
        "apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\n\
         metadata: {name: p}\nspec:\n  defaultAction: SCMP_ACT_ALLOW\n  syscalls:\n  \
         - action: SCMP_ACT_KILL_PROCESS\n    names: [keyctl]\n",
        CapabilitySet::EMPTY,
        None,
    );
    assert_eq!(verdict(&abis, "keyctl"), "killed(process)");
    assert_eq!(verdict(&abis, "read"), "allowed");
}
