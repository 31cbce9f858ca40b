//! Declarations with bytes changed, taken out, put in and repeated, by the thousand: whatever
//! comes of one is an error of one line, or is judged; nothing panics, and none takes long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use amiconfined::confinement::CapabilitySet;
use amiconfined::declared::{
    Document, Object, RuntimeName, compile_profile, expect_inspect, expect_oci_config,
    expect_workload, is_inspect, is_kubernetes, is_oci_config, is_seccomp_profile, objects,
    read_documents,
};
use amiconfined::pod_security::{LevelVersion, Pod, Registry, with_api_defaults};

/// How many changed inputs are read of each declaration.
const CHANGED: u64 = 1_500;
/// How long one may take, unoptimised and beside other tests.
const TIME: Duration = Duration::from_secs(10);

const SEEDS: [&str; 6] = [
    include_str!("../data/book/profiles.yaml"),
    include_str!("../data/book/namespace.yaml"),
    // Every form of YAML that a manifest may be written in.
    "apiVersion: v1\nkind: List\nitems:\n- &pod\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: \"ä\\n\", labels: {a: 'b'}}\n  spec: &spec\n    hostPID: yes\n    initContainers: [{name: i, resources: {limits: {cpu: 1.5e3, memory: 64Mi}}}]\n    containers:\n    - name: c\n      args:\n      - |\n        echo\n      securityContext: {runAsUser: 0644, capabilities: {drop: [ALL]}}\n    volumes: [{name: v, hostPath: {path: /}}]\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\n  spec: {template: {spec: {<<: *spec, hostIPC: on}}}\n- *pod\n",
    r#"{"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0,"additionalGids":[1]},"args":["sh"],"cwd":"/","capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"]},"noNewPrivileges":true,"rlimits":[{"type":"RLIMIT_NOFILE","hard":9,"soft":8}]},"root":{"path":"r","readonly":true},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],"linux":{"namespaces":[{"type":"pid"},{"type":"mount"}],"maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"],"uidMappings":[{"containerID":0,"hostID":1,"size":2}],"resources":{"memory":{"limit":1},"cpu":{"quota":1,"period":2}},"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["keyctl"],"action":"SCMP_ACT_ERRNO"}]}}}"#,
    r#"[{"Id":"0123","Name":"/c","State":{"Pid":1},"AppArmorProfile":"","Config":{"User":"1:2","Image":"i"},"HostConfig":{"Privileged":false,"CapAdd":["SYS_ADMIN"],"CapDrop":null,"SecurityOpt":["no-new-privileges","seccomp=unconfined"],"ReadonlyRootfs":true,"PidMode":"host","Memory":64,"Ulimits":[{"Name":"nofile","Hard":2,"Soft":1}]},"Mounts":[{"Type":"bind","Source":"/","Destination":"/host","RW":true}]}]"#,
    r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}],"syscalls":[{"names":["read","personality"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":8,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}],"includes":{"caps":["CAP_SYS_ADMIN"],"minKernel":"4.8"},"excludes":{"arches":["s390x"]}}]}"#,
];

/// What is put in: marks of YAML and JSON, and values that end a type's range.
const PIECES: [&str; 28] = [
    "&a ",
    "*a",
    "<<: *spec",
    "? ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\t",
    "\n",
    "\n---\n",
    "|",
    ">-",
    "!!binary ",
    "!!str ",
    "%YAML 1.1\n",
    "null",
    "9223372036854775808",
    "-1",
    "1e400",
    ".nan",
    "\u{0}",
    "\u{feff}",
    "\\ud800",
];

/// Numbers that are the same in every run (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// A text with one to four things changed.
fn changed(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let end = bytes.len().min(at + numbers.below(40));
        match numbers.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].repeat(1 + numbers.below(50));
                bytes.splice(at..at, part);
            }
            3 => {
                let from = numbers.below(seed.len());
                let part = seed[from..seed.len().min(from + numbers.below(60))].to_vec();
                bytes.splice(at..end, part);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())].as_bytes();
                bytes.splice(at..at, piece.repeat(1 + numbers.below(3)));
            }
        }
    }
    bytes
}

/// All that is made of an input: how many things were understood, and each error.
fn read(bytes: &[u8], registry: &Registry) -> (usize, Vec<String>) {
    let documents = match read_documents("in", bytes) {
        Ok(documents) => documents,
        Err(error) => return (0, vec![error.to_string()]),
    };
    let (mut understood, mut errors) = (0, Vec::new());
    for document in documents.into_iter().map(Arc::new) {
        let mut note = |result: Result<usize, String>| match result {
            Ok(count) => understood += count,
            Err(error) => errors.push(error),
        };
        if is_oci_config(&document) {
            note(
                expect_oci_config(&document, None)
                    .map(|_| 1)
                    .map_err(|e| e.to_string()),
            );
        } else if is_inspect(&document) {
            note(
                expect_inspect(&document)
                    .map(|all| all.len())
                    .map_err(|e| e.to_string()),
            );
        } else if is_seccomp_profile(&document) {
            let compiled = compile_profile(&document, CapabilitySet::EMPTY, None);
            note(compiled.map(|_| 1).map_err(|e| e.to_string()));
        } else if is_kubernetes(&document) {
            note(judged(&document, registry));
        }
    }
    (understood, errors)
}

/// How many Pods of an object are judged by every level, and what is expected of them.
fn judged(document: &Arc<Document>, registry: &Registry) -> Result<usize, String> {
    let mut understood = 0;
    for object in objects(document).map_err(|e| e.to_string())? {
        match object {
            Object::Workload(workload) => {
                let spec = with_api_defaults(workload.spec.clone(), true);
                let annotations = &workload.pod_annotations;
                for level in ["baseline", "restricted"] {
                    let asked = LevelVersion {
                        level: level.parse().unwrap(),
                        version: "latest".parse().unwrap(),
                    };
                    registry.judge(
                        asked,
                        Pod {
                            annotations,
                            spec: &spec,
                        },
                    );
                }
                for runtime in [None, Some(RuntimeName::Containerd), Some(RuntimeName::Crio)] {
                    expect_workload(&workload, runtime).map_err(|e| e.to_string())?;
                }
                understood += 1;
            }
            Object::Other(error) => return Err(error.to_string()),
            Object::Namespace(_) | Object::Podless => {}
        }
    }
    Ok(understood)
}

#[test]
fn thousands_of_changed_declarations_panic_nothing_and_take_no_time() {
    let registry = Registry::standard();
    let mut numbers = Numbers(1);
    let (mut inputs, mut understood, mut refused) = (0, 0, 0);
    for seed in SEEDS {
        let (plain, errors) = read(seed.as_bytes(), &registry);
        assert!(errors.is_empty(), "{errors:?}: {seed}");
        assert!(plain > 0 || seed.contains("Namespace"), "{seed}");
        for _ in 0..CHANGED {
            let bytes = changed(seed.as_bytes(), &mut numbers);
            let started = Instant::now();
            let (good, errors) = read(&bytes, &registry);
            let shown = || String::from_utf8_lossy(&bytes).into_owned();
            assert!(
                started.elapsed() < TIME,
                "{:?}: {}",
                started.elapsed(),
                shown()
            );
            for error in &errors {
                assert!(
                    error.starts_with("in:") && error.len() < 2_000,
                    "{error}: {}",
                    shown()
                );
                assert!(!error.contains('\n'), "{error}: {}", shown());
            }
            inputs += 1;
            understood += usize::from(good > 0);
            refused += usize::from(!errors.is_empty());
        }
    }
    println!("{inputs} changed inputs: {understood} understood, {refused} refused");
    // The changes are neither all fatal nor all without effect.
    assert!(understood > inputs / 20 && refused > inputs / 20);
}
