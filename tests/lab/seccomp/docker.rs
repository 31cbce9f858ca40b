//! Docker's default profile, in the form that runtimes are given.

use serde_json::{Value, json};

use super::ABIS;

/// Where Debian's `golang-github-docker-docker-dev` has it.
pub(crate) const PROFILE: &str =
    "usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json";

/// The rules that hold on this machine for a container with these capabilities. The one
/// `minKernel` in it is older than any kernel here.
pub(crate) fn default_profile(capabilities: &[&str]) -> Value {
    let bytes = std::fs::read(format!("/{PROFILE}")).unwrap();
    let profile: Value = serde_json::from_slice(&bytes).unwrap();
    let holds = |rule: &&Value| {
        let (includes, excludes) = (&rule["includes"], &rule["excludes"]);
        let has = |word: &&str| capabilities.contains(word);
        let here = |word: &&str| ABIS.iter().any(|abi| abi.docker == *word);
        let arches = words(&includes["arches"]);
        words(&includes["caps"]).iter().all(has)
            && !words(&excludes["caps"]).iter().any(has)
            && (arches.is_empty() || arches.iter().any(here))
            && !words(&excludes["arches"]).iter().any(here)
    };
    let rules = profile["syscalls"].as_array().unwrap().iter().filter(holds);
    let rules = rules.map(|rule| {
        let mut told = json!({"names": rule["names"], "action": rule["action"]});
        for key in ["errnoRet", "args"] {
            if !rule[key].is_null() && rule[key] != json!([]) {
                told[key] = rule[key].clone();
            }
        }
        told
    });
    json!({
        "defaultAction": profile["defaultAction"],
        "architectures": ABIS.map(|abi| abi.oci),
        "syscalls": rules.collect::<Vec<_>>(),
    })
}

fn words(list: &Value) -> Vec<&str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}
