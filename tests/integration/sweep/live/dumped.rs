//! Filters of containers, dumped from the node: what they decide, how long it took, and
//! that nobody is left otherwise than before.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::arena::{Arena, has, must, until};
use super::engines::{bundle, run};
use super::heartbeat::Machine;

const MILLISECOND: Duration = Duration::from_millis(1);

const TEST: &str =
    "sweep::live::dumped::each_distinct_filter_is_dumped_once_and_decides_as_it_was_told";

fn sweep() -> Vec<Value> {
    super::arena::sweep(&["--seccomp", "dump"])
}

fn of<'a>(lines: &'a [Value], id: &str) -> &'a Value {
    lines
        .iter()
        .find(|line| line["identity"]["id"] == id)
        .unwrap()
}

fn state(pid: &Value) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let state = status
        .lines()
        .find_map(|l| l.strip_prefix("State:\t"))
        .unwrap();
    let tracer = status
        .lines()
        .find_map(|l| l.strip_prefix("TracerPid:\t"))
        .unwrap();
    format!("{} {tracer}", &state[..1])
}

#[test]
fn each_distinct_filter_is_dumped_once_and_decides_as_it_was_told() {
    let Some(arena) = Arena::enter(TEST, &["runc"]) else {
        return;
    };
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let profile = json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": [
            {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 17},
            {"names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS"},
        ],
    });
    let started = |id: &str, filtered: bool| {
        let dir = bundle(&arena, id, &sleep, |config| {
            if filtered {
                config["linux"]["seccomp"] = profile.clone();
            }
        });
        run("runc", &dir, id).unwrap()["pid"].clone()
    };
    let (one, two, none) = (
        started("sweep-one", true),
        started("sweep-two", true),
        started("sweep-none", false),
    );
    let stopped = Pid::from_raw(i32::try_from(two.as_u64().unwrap()).unwrap());
    kill(stopped, Signal::SIGSTOP).unwrap();
    until("stop", || (state(&two) == "T 0").then_some(())).unwrap();

    let lines = sweep();
    let stacks: Vec<&Value> = lines
        .iter()
        .filter(|l| l["schema"] == "amiconfined/filters/v1")
        .collect();
    let [stack] = stacks.as_slice() else {
        panic!("{} stacks", stacks.len());
    };
    for id in ["sweep-one", "sweep-two"] {
        let record = of(&lines, id);
        let seccomp = &record["confinement"]["seccomp"];
        assert_eq!(seccomp["method"]["method"], "dumped", "{seccomp}");
        assert_eq!(seccomp["dumped"], stack["filters"]);
        // The runtime was told the same: verdict by verdict, nothing drifts.
        let controls = record["controls"]["known"].as_array().unwrap();
        assert!(
            controls.iter().all(|c| c["control"] != "seccompProfile"),
            "{controls:?}"
        );
    }
    let plain = &of(&lines, "sweep-none")["confinement"]["seccomp"];
    assert_eq!(plain["method"]["method"], "no_filter");
    assert_eq!(stack["filters"].as_array().unwrap().len(), filters(&one));

    let native = stack["abis"]
        .as_array()
        .unwrap()
        .iter()
        .find(|abi| abi["native"] == true)
        .unwrap();
    let verdict = |name: &str| {
        let all = native["syscalls"].as_array().unwrap();
        all.iter().find(|s| s["name"] == name).unwrap()["verdict"].clone()
    };
    assert_eq!(
        verdict("mkdirat"),
        json!({"errno": {"number": 17, "name": "EEXIST"}})
    );
    assert_eq!(verdict("reboot"), json!({"killed": "process"}));
    assert_eq!(verdict("openat"), json!("allowed"));

    logged(&arena, stack, of(&lines, "sweep-one"));

    // As they were: one sleeps, one is stopped by job control, and nobody traces them.
    assert_eq!([&one, &two, &none].map(state), ["S 0", "T 0", "S 0"]);
    paused();

    // What the runtime was told is changed behind its back: the filter decides otherwise.
    let file = arena.path("bundle-sweep-one/config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    config["linux"]["seccomp"]["syscalls"][0]["names"] = json!(["rmdir"]);
    fs::write(&file, config.to_string()).unwrap();
    let lines = sweep();
    let controls = of(&lines, "sweep-one")["controls"]["known"]
        .as_array()
        .unwrap();
    let drifts: Vec<&Value> = controls
        .iter()
        .filter(|c| c["id"] == "seccomp-verdicts" && c["kind"] == "drift")
        .collect();
    assert!(!drifts.is_empty(), "{controls:?}");
    withheld();
}

/// Each pause is under a millisecond, also where more want to compute than there are
/// processors; of sweeps in which the machine itself was late nothing is concluded.
fn paused() {
    let machine = Machine::start();
    let processors = std::thread::available_parallelism().unwrap().get();
    let mut busy: Vec<Child> = (0..2 * processors)
        .map(|_| Command::new("yes").stdout(Stdio::null()).spawn().unwrap())
        .collect();
    let mut pauses = Vec::new();
    for _ in 0..30 {
        machine.late();
        let lines = sweep();
        // Told by a clock that is more exact than what is held.
        if machine.late() > MILLISECOND / 2 {
            continue;
        }
        for id in ["sweep-one", "sweep-two"] {
            let method = &of(&lines, id)["confinement"]["seccomp"]["method"];
            let Some(pause) = method["pause_us"].as_u64() else {
                // It was not held: no processor brought it to its stop in half a second.
                assert!(
                    method.to_string().contains("did not stop"),
                    "{id}: {method}"
                );
                continue;
            };
            let pause = Duration::from_micros(pause);
            assert!(pause < MILLISECOND, "{id}: {pause:?}");
            pauses.push(pause);
        }
        if pauses.len() >= 20 {
            break;
        }
    }
    for one in &mut busy {
        one.kill().unwrap();
        one.wait().unwrap();
    }
    pauses.sort();
    match pauses.last() {
        Some(longest) => println!(
            "{} pauses: median {:?}, longest {longest:?}",
            pauses.len(),
            pauses[pauses.len() / 2]
        ),
        None => println!("SKIPPED: a machine that is not late by itself"),
    }
}

/// What was logged serves `compare` as it is, verdicts included.
fn logged(arena: &Arena, stack: &Value, record: &Value) {
    let log = arena.path("log.ndjson");
    let gone = json!({"schema": "amiconfined/gone/v1"});
    fs::write(&log, format!("{stack}\n{record}\n{gone}\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    command
        .args(["compare", "--format", "json", "--show", "all", "--actual"])
        .arg(&log);
    command
        .arg("--declared")
        .arg(arena.path("bundle-sweep-one/config.json"));
    let printed = command.output().unwrap();
    let said: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    let verdicts = findings
        .iter()
        .find(|f| f["id"] == "seccomp-verdicts")
        .unwrap();
    assert_eq!(verdicts["kind"], "agreement", "{verdicts}");
}

/// How many filters the kernel counts.
fn filters(pid: &Value) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("Seccomp_filters:\t"));
    line.unwrap().parse().unwrap()
}

/// Two capabilities are what it takes; without one of them it is said what would lift that.
fn withheld() {
    if !has("setpriv") {
        println!("SKIPPED: setpriv");
        return;
    }
    let grants = [
        ("+sys_ptrace,+sys_admin", None),
        ("+sys_ptrace", Some(["EACCES", "CAP_SYS_ADMIN"])),
        ("+sys_admin", Some(["EPERM", "CAP_SYS_PTRACE"])),
    ];
    for (capabilities, refused) in grants {
        let mut command = Command::new("setpriv");
        command
            .arg("--inh-caps=-all")
            .arg(format!("--bounding-set=-all,{capabilities}"));
        command.args(["--", env!("CARGO_BIN_EXE_amiconfined")]);
        command.args(["sweep", "--format", "ndjson", "--seccomp", "dump"]);
        let printed = must(&mut command).unwrap();
        let lines: Vec<Value> = printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let method = &of(&lines, "sweep-one")["confinement"]["seccomp"]["method"];
        let Some(words) = refused else {
            assert_eq!(method["method"], "dumped", "{capabilities}: {method}");
            continue;
        };
        let why = method["why"].as_str().unwrap();
        assert!(words.iter().all(|word| why.contains(word)), "{why}");
    }
}
