//! Docker's default profile, as Debian's package of Docker's source has it, in the form
//! that runc is given.

use serde_json::{Value, json};

/// Where `golang-github-docker-docker-dev` puts it.
pub(crate) const PROFILE: &str =
    "/usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json";

/// The strings of a JSON list.
pub(super) fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

/// The rules that hold for these capabilities on x86_64. Its one `minKernel` is older than
/// any kernel that this tool is for.
pub(crate) fn docker_profile(caps: &[&str]) -> Value {
    let profile: Value = serde_json::from_slice(&std::fs::read(PROFILE).unwrap()).unwrap();
    let arch = |list: &Value| {
        let ours = ["amd64", "x86", "x32"];
        strings(list).iter().any(|arch| ours.contains(arch))
    };
    let mut rules = Vec::new();
    for rule in profile["syscalls"].as_array().unwrap() {
        let (includes, excludes) = (&rule["includes"], &rule["excludes"]);
        let has = |cap: &&str| caps.contains(cap);
        if !strings(&includes["caps"]).iter().all(has)
            || strings(&excludes["caps"]).iter().any(has)
            || !strings(&includes["arches"]).is_empty() && !arch(&includes["arches"])
            || arch(&excludes["arches"])
        {
            continue;
        }
        let mut oci = json!({"names": rule["names"], "action": rule["action"]});
        for key in ["errnoRet", "args"] {
            if !rule[key].is_null() && rule[key] != json!([]) {
                oci[key] = rule[key].clone();
            }
        }
        rules.push(oci);
    }
    json!({
        "defaultAction": profile["defaultAction"],
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": rules,
    })
}
