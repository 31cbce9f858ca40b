//! Real containers of many runtimes at once, every row held against what the runtime and
//! the kernel themselves say.

mod arena;
mod drivers;
mod dumped;
mod engines;
mod entered;
mod grants;
mod groups;
mod heartbeat;
mod hostile;
mod hostile_rows;
mod managed;
mod members;
mod nested;
mod pods;
mod privileges;
mod reused;
mod rootless;
mod services;
mod three_way;
mod traced;
mod undisturbed;
mod unmanaged;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use arena::{Arena, sweep};
use engines::Told;
use hostile::Hostile;

#[test]
fn every_row_is_as_the_runtime_says() {
    let Some(arena) = Arena::enter("sweep::live::every_row_is_as_the_runtime_says", &[]) else {
        return;
    };
    let mut told = Vec::new();
    for (programs, start) in engines::ALL {
        told.extend(engines::start(&arena, programs, start));
    }
    // gVisor's processes are in a kernel of its own, which beats are not seen from; a Pod's
    // sandbox runs what its image says.
    let beating = |one: &&Told| !["runsc", "sandbox"].contains(&one.runtime);
    let hearts = told.iter().filter(beating).filter(|one| {
        heartbeat::wait(&arena.path("beat").join(one.runtime));
        heartbeat::favour(heartbeat::process(one.runtime).unwrap())
    });
    let hearts: Vec<&Told> = hearts.collect();
    let hostile = Hostile::start(&arena);
    let records = sweep(&[]);
    all_held(&records, &told, &hostile);
    // Each is there once, and nothing else is but the process that keeps a user's
    // namespaces between podman's commands.
    let pauses = records.iter().filter(|record| {
        let pid = &record["confinement"]["process"]["pid"];
        let args = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        args.starts_with("podman")
    });
    let rootless = told.iter().any(|one| one.runtime == "rootless");
    assert_eq!(
        pauses.count(),
        usize::from(rootless),
        "{:#?}",
        ids(&records)
    );
    let expected = told.len() + usize::from(rootless) + Hostile::ROWS;
    assert_eq!(records.len(), expected, "{:#?}", ids(&records));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| hostile_rows::dying(&arena, &over));
        let held = || {
            undisturbed::held(&arena, &hearts, &|more| {
                let mut lines = sweep(more);
                lines.retain(|line| line["schema"] == "amiconfined/container/v1");
                all_held(&lines, &told, &hostile);
            });
        };
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(held));
        over.store(true, Ordering::Relaxed);
        if let Err(why) = held {
            std::panic::resume_unwind(why);
        }
    });
    hostile.over();
}

fn all_held(records: &[Value], told: &[Told], hostile: &Hostile) {
    for one in told {
        held(one, records);
    }
    hostile.held(records);
}

fn ids(records: &[Value]) -> Vec<String> {
    records
        .iter()
        .map(|r| {
            format!(
                "{} pid {}",
                r["identity"]["id"], r["confinement"]["process"]["pid"]
            )
        })
        .collect()
}

/// The record of a container: of its first process, or of the pid namespace of one.
fn record<'a>(told: &Told, records: &'a [Value]) -> &'a Value {
    let link = fs::read_link(format!("/proc/{}/ns/pid", told.pid)).unwrap();
    let inode = link
        .to_string_lossy()
        .trim_start_matches("pid:[")
        .trim_end_matches(']')
        .parse::<u64>()
        .unwrap();
    let found: Vec<&Value> = records
        .iter()
        .filter(|r| match told.id {
            Some(_) => r["confinement"]["process"]["pid"] == told.pid,
            None => namespace(r, "pid") == Some(inode),
        })
        .collect();
    assert_eq!(found.len(), 1, "{told:?}: {:#?}", ids(records));
    found[0]
}

fn namespace(record: &Value, kind: &str) -> Option<u64> {
    let all = record["confinement"]["namespaces"]["namespaces"]
        .as_array()
        .unwrap();
    all.iter().find(|n| n["kind"] == kind)?["inode"]["known"].as_u64()
}

/// Holds a record against its runtime's words and the kernel's.
fn held(told: &Told, records: &[Value]) {
    let record = record(told, records);
    let identity = &record["identity"];
    let known = |reading: &Value| reading["known"].as_str().map(str::to_owned);
    let pid = record["confinement"]["process"]["pid"].as_u64().unwrap();
    if let Some(id) = &told.id {
        assert_eq!(identity["id"], id.as_str(), "{told:?}");
        assert_eq!(pid, u64::from(told.pid), "{told:?}");
    }
    assert_eq!(known(&identity["container_name"]), told.name, "{told:?}");
    assert_eq!(known(&identity["image"]), told.image, "{told:?}");
    for (at, field) in ["pod_namespace", "pod_name", "pod_uid"].iter().enumerate() {
        let wanted = told.pod.map(|pod| pod[at].to_owned());
        assert_eq!(known(&identity[field]), wanted, "{told:?}: {field}");
    }
    assert_eq!(identity["manager"].as_str(), told.manager, "{told:?}");
    // Of gVisor's own kernel nothing can be seen from the node, and that is said.
    let half = record["half_seen"].as_array().unwrap();
    let gvisor = told.runtime == "runsc";
    assert_eq!(half.len(), usize::from(gvisor), "{told:?}: {half:?}");
    if gvisor {
        assert_eq!(
            record["confinement"]["runtime"]["sandbox"]["value"],
            "gvisor"
        );
        assert!(!record["guests"].as_array().unwrap().is_empty(), "no gofer");
    } else {
        settings_agree(told, &record["confinement"]);
        members::agree(told, record);
    }
    kernel_agrees(record, pid);
}

/// Holds what is seen of a container against what its runtime was told.
fn settings_agree(told: &Told, seen: &Value) {
    if let Some(read_only) = told.read_only {
        let root = &seen["filesystem"]["root"]["known"];
        assert_eq!(root["read_only"], read_only, "{told:?}: {root}");
    }
    if let Some(bounding) = &told.bounding {
        let names = &seen["capabilities"]["bounding"]["known"]["names"];
        assert_eq!(engines::sorted(names).as_ref(), Some(bounding), "{told:?}");
    }
}

/// Holds a record against the kernel's files of its first process, read by this test.
fn kernel_agrees(record: &Value, pid: u64) {
    let line = |name: &str| members::line(pid, name);
    let c = &record["confinement"];
    let capabilities = [
        ("CapEff", "effective"),
        ("CapPrm", "permitted"),
        ("CapInh", "inheritable"),
        ("CapBnd", "bounding"),
        ("CapAmb", "ambient"),
    ];
    for (field, name) in capabilities {
        assert_eq!(
            c["capabilities"][name]["known"]["raw"],
            line(field).as_str(),
            "{pid} {name}"
        );
    }
    let nnp = c["identity"]["no_new_privs"]["known"].as_bool().unwrap();
    assert_eq!(u8::from(nnp).to_string(), line("NoNewPrivs"));
    let mode = ["disabled", "strict", "filter"][line("Seccomp").parse::<usize>().unwrap()];
    assert_eq!(c["seccomp"]["mode"]["known"], mode, "{pid}");
    for kind in ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"] {
        let link = fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap();
        let inode = namespace(record, kind).unwrap();
        assert_eq!(link.to_string_lossy(), format!("{kind}:[{inode}]"));
    }
}
