//! The built binary in real containers: every verdict against the profile's own words,
//! and the settings against the bundle's config.json.
//!
//! The oracle reads the profile as its documentation does, rule by rule with all
//! arguments zero, and shares no code with the tool.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use amiconfined::confinement::{CapabilitySet, Errno, Report, SeccompMode, Verdict};
use serde_json::{Value, json};

use super::package::release_binary;

const PROFILE: &str = "/usr/share/containers/seccomp.json";

/// Docker's default fourteen.
const FOURTEEN: [&str; 14] = [
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

fn missing() -> Option<&'static str> {
    if !nix::unistd::geteuid().is_root() {
        return Some("root");
    }
    if !cfg!(target_arch = "x86_64") {
        return Some("an x86_64 machine");
    }
    [
        (PROFILE, "golang-github-containers-common"),
        ("/usr/sbin/runc", "runc"),
    ]
    .into_iter()
    .find_map(|(path, what)| (!Path::new(path).exists()).then_some(what))
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The profile's rules that hold for these capabilities on x86_64, in OCI form.
fn oci_profile(caps: &[&str]) -> Value {
    let profile: Value = serde_json::from_slice(&std::fs::read(PROFILE).unwrap()).unwrap();
    let arch = |list: &Value| {
        strings(list)
            .iter()
            .any(|a| ["amd64", "x86", "x32"].contains(a))
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
        "defaultErrnoRet": profile["defaultErrnoRet"],
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": rules,
    })
}

fn action(rule: &Value, errno: &Value) -> Verdict {
    match rule.as_str().unwrap() {
        "SCMP_ACT_ALLOW" => Verdict::Allowed,
        "SCMP_ACT_ERRNO" => {
            let errno = errno.as_i64().unwrap_or(1);
            Verdict::Errno(Errno(i32::try_from(errno).unwrap()))
        }
        other => panic!("an action that this oracle does not know: {other}"),
    }
}

/// Whether an argument rule holds for zero.
fn holds_for_zero(arg: &Value) -> bool {
    let value = arg["value"].as_u64().unwrap();
    let second = arg["valueTwo"].as_u64().unwrap_or(0);
    match arg["op"].as_str().unwrap() {
        "SCMP_CMP_EQ" => value == 0,
        "SCMP_CMP_NE" | "SCMP_CMP_LT" => value != 0,
        "SCMP_CMP_LE" => true,
        "SCMP_CMP_GE" => value == 0,
        "SCMP_CMP_GT" => false,
        "SCMP_CMP_MASKED_EQ" => second == 0,
        other => panic!("a comparison that this oracle does not know: {other}"),
    }
}

/// What the profile says of each name with all arguments zero, and its default.
///
/// Where a name stands in several rules, one without arguments goes before those with,
/// and the first goes before the later: libseccomp keeps what it has. (The profile allows
/// setns in one rule and refuses it in a later one; a program that calls it in such a
/// container gets EBADF, the kernel's own answer.)
fn oracle(seccomp: &Value) -> (BTreeMap<String, Verdict>, Verdict) {
    let mut verdicts = BTreeMap::new();
    for with_arguments in [false, true] {
        for rule in seccomp["syscalls"].as_array().unwrap() {
            let args = rule["args"].as_array().cloned().unwrap_or_default();
            if args.is_empty() == with_arguments || !args.iter().all(holds_for_zero) {
                continue;
            }
            let verdict = action(&rule["action"], &rule["errnoRet"]);
            for name in strings(&rule["names"]) {
                verdicts.entry(name.to_owned()).or_insert(verdict.clone());
            }
        }
    }
    let default = action(&seccomp["defaultAction"], &seccomp["defaultErrnoRet"]);
    (verdicts, default)
}

/// Runs the release binary in a container with this process section; its rootfs holds
/// nothing else.
fn run(name: &str, process: &Value, seccomp: Option<&Value>) -> Report {
    let bundle = tempfile::tempdir().unwrap();
    let rootfs = bundle.path().join("rootfs");
    for folder in ["proc", "dev", "sys"] {
        std::fs::create_dir_all(rootfs.join(folder)).unwrap();
    }
    std::fs::copy(release_binary(), rootfs.join("amiconfined")).unwrap();
    let runc = |args: &[&str]| {
        Command::new("runc")
            .args(args)
            .current_dir(bundle.path())
            .output()
            .unwrap()
    };
    assert!(runc(&["spec"]).status.success());
    let file = bundle.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for (key, value) in process.as_object().unwrap() {
        config["process"][key] = value.clone();
    }
    config["process"]["terminal"] = json!(false);
    config["process"]["rlimits"] = json!([]);
    config["process"]["args"] = json!(["/amiconfined", "--format", "json"]);
    config["root"]["readonly"] = json!(true);
    if let Some(seccomp) = seccomp {
        config["linux"]["seccomp"] = seccomp.clone();
    }
    std::fs::write(&file, serde_json::to_vec(&config).unwrap()).unwrap();
    let id = format!("amiconfined-test-{name}-{}", std::process::id());
    let output = runc(&["run", &id]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name}: {stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn mask(names: &[&str]) -> CapabilitySet {
    names.iter().fold(CapabilitySet::EMPTY, |set, name| {
        set.with(amiconfined::confinement::capability_number(name).unwrap())
    })
}

/// Holds the report against the process section.
fn held_against(report: &Report, process: &Value) {
    let c = &report.confinement;
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let uid = c.identity.uid.known().unwrap();
    assert_eq!(uid.effective, number(&process["user"]["uid"]));
    assert_eq!(uid.real, uid.effective);
    let gid = c.identity.gid.known().unwrap();
    assert_eq!(gid.filesystem, number(&process["user"]["gid"]));
    assert!(
        c.identity
            .no_new_privs
            .is(&(process["noNewPrivileges"] == json!(true)))
    );
    for (name, set) in c.capabilities.sets() {
        let wanted = mask(&strings(&process["capabilities"][name]));
        assert!(set.is(&wanted), "{name}: {set:?} is not {wanted}");
    }
    let root = c.filesystem.root.known().unwrap();
    assert!(root.read_only, "{root:?}");
    for kind in ["pid", "net", "ipc", "uts", "mnt"] {
        let entry = c
            .namespaces
            .namespaces
            .iter()
            .find(|n| n.kind.name() == kind);
        let initial = entry.unwrap().initial.known();
        assert!(initial.is_some_and(|i| !i.initial), "{kind}: {initial:?}");
    }
}

/// Holds every verdict of 0 to 1023 against the profile, and tells how many there were.
fn verdicts_against(report: &Report, seccomp: &Value) -> usize {
    let (named, default) = oracle(seccomp);
    let native = &report.confinement.seccomp.abis[0];
    assert_eq!(native.abi, "x86_64");
    let mut differences = Vec::new();
    let mut asked = 0;
    for syscall in &native.syscalls {
        asked += 1;
        // The kernel answers these before any filter runs.
        if syscall.verdict == Verdict::NeverFiltered {
            assert!(["uretprobe", "uprobe"].contains(&syscall.name.as_str()));
            continue;
        }
        let wanted = named.get(&syscall.name).unwrap_or(&default);
        if syscall.verdict != *wanted {
            differences.push(format!(
                "{}: {} is not {wanted}",
                syscall.name, syscall.verdict
            ));
        }
    }
    for range in &native.unnamed {
        asked += usize::try_from(range.last - range.first + 1).unwrap();
        if range.verdict != default {
            differences.push(format!(
                "{} to {}: {}",
                range.first, range.last, range.verdict
            ));
        }
    }
    assert_eq!(asked, 1024);
    assert!(differences.is_empty(), "{differences:#?}");
    asked
}

#[test]
fn a_container_s_root_with_the_default_profile() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let process = json!({
        "user": {"uid": 0, "gid": 0},
        "noNewPrivileges": false,
        "capabilities": {"effective": FOURTEEN, "permitted": FOURTEEN, "bounding": FOURTEEN},
    });
    let seccomp = oci_profile(&FOURTEEN);
    let report = run("root", &process, Some(&seccomp));
    held_against(&report, &process);
    let asked = verdicts_against(&report, &seccomp);
    println!("{asked} verdicts, no difference");
}

#[test]
fn a_user_without_capabilities_under_the_default_profile() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let process = json!({
        "user": {"uid": 1000, "gid": 1000},
        "noNewPrivileges": true,
        "capabilities": {},
    });
    let seccomp = oci_profile(&[]);
    let report = run("user", &process, Some(&seccomp));
    held_against(&report, &process);
    verdicts_against(&report, &seccomp);
}

#[test]
fn without_a_profile_nothing_is_stopped() {
    if let Some(what) = missing() {
        println!("SKIPPED: {what}");
        return;
    }
    let own = caps_of_this_process();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let process = json!({
        "user": {"uid": 0, "gid": 0},
        "noNewPrivileges": false,
        "capabilities": {"effective": own, "permitted": own, "bounding": own},
    });
    let report = run("privileged", &process, None);
    held_against(&report, &process);
    let seccomp = &report.confinement.seccomp;
    assert!(seccomp.mode.is(&SeccompMode::Disabled));
    for abi in &seccomp.abis {
        assert!(abi.syscalls.iter().all(|s| s.verdict == Verdict::Allowed));
    }
}

/// What this process may hand on: the most that a privileged container gets here.
fn caps_of_this_process() -> Vec<String> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("CapEff:")).unwrap();
    let raw = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
    CapabilitySet(raw).names()
}
