//! The probe on an older or newer kernel, under a filter: what differs from kernel to kernel
//! is held against the kernel's own answers to the lab's direct calls.

use std::process::Command;
use std::time::{Duration, Instant};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};
use nix::errno::Errno;
use nix::libc;
use serde_json::{Value, json};

/// How long asking may take.
const LIMIT: Duration = Duration::from_secs(2);
/// A busy machine's emulator may not come to every question in that time.
const ATTEMPTS: u32 = 8;
/// x86_64's `uprobe`.
const UPROBE: libc::c_long = 336;
/// The filter's error for it: that of its own body on some kernels.
const ANSWER: i32 = libc::ENXIO;
/// An error that only the lab's own filter has.
const OWN: i32 = 3001;

/// Calls whose verdicts are held.
const HELD: [&str; 3] = ["acct", "uprobe", "landlock_create_ruleset"];

/// Calls that came after Linux 5.10, and harmless with arguments that are all -1.
const LATER: [(&str, libc::c_long); 10] = [
    ("landlock_add_rule", 445),
    ("process_mrelease", 448),
    ("futex_waitv", 449),
    ("cachestat", 451),
    ("statmount", 457),
    ("listmount", 458),
    ("lsm_get_self_attr", 459),
    ("mseal", 462),
    ("file_getattr", 468),
    ("listns", 470),
];

/// Holds a report that was made under a filter, and what is executed without one.
pub(super) fn prepare() -> Result<(), String> {
    let mut seen = Err("the calls that are held were not asked in time".to_owned());
    for _ in 0..ATTEMPTS {
        let started = Instant::now();
        let unasked = below_a_filter(&["--no-probe", "--format", "json"])?;
        let rest = started.elapsed();
        same(
            "mode",
            &unasked["confinement"]["seccomp"]["mode"]["known"],
            &json!("filter"),
        )?;
        let started = Instant::now();
        let report = below_a_filter(&["--format", "json"])?;
        // An emulator's own slowness is in the rest of a report as well.
        let asking = started.elapsed().saturating_sub(rest);
        if asking > LIMIT {
            seen = Err(format!("asking took {asking:?}"));
            continue;
        }
        if HELD.iter().all(|name| asked(&verdict(&report, name))) {
            println!("below a filter: asked for {} ms", asking.as_millis());
            seen = verdicts(&report);
            break;
        }
    }
    seen?;
    let mut tool = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let output = tool
        .args(["syscalls", "--execute", "--format", "json"])
        .output();
    later(&read(output)?)
}

fn asked(verdict: &Value) -> bool {
    let why = verdict["inconclusive"].as_str();
    !verdict.is_null() && why.is_none_or(|why| !why.contains("time was up"))
}

/// A native verdict.
fn verdict(report: &Value, name: &str) -> Value {
    let abis = report["confinement"]["seccomp"]["abis"].as_array();
    let native = abis.and_then(|abis| abis.first());
    let all = native.and_then(|abi| abi["syscalls"].as_array());
    let mut all = all.into_iter().flatten();
    all.find(|s| s["name"] == name)
        .map_or(Value::Null, |s| s["verdict"].clone())
}

/// The tool's report below a filter of a thread of its own.
fn below_a_filter(words: &[&str]) -> Result<Value, String> {
    let output = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            answer_with(ANSWER);
            let mut tool = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
            tool.args(words).output()
        });
        thread.join().unwrap()
    });
    read(output)
}

fn read(output: std::io::Result<std::process::Output>) -> Result<Value, String> {
    let output = output.map_err(|e| e.to_string())?;
    serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Adds a filter to this thread.
fn answer_with(errno: i32) {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let uprobe = ScmpSyscall::from(i32::try_from(UPROBE).unwrap());
    filter.add_rule(ScmpAction::Errno(errno), uprobe).unwrap();
    let acct = ScmpSyscall::from_name("acct").unwrap();
    filter
        .add_rule(ScmpAction::Errno(libc::EPERM), acct)
        .unwrap();
    filter.load().unwrap();
}

/// The kernel's answer to a direct call.
fn call(number: libc::c_long, arguments: [libc::c_long; 3]) -> Result<i64, Errno> {
    let [a, b, c] = arguments;
    // SAFETY: a guest that is thrown away; no argument is a pointer that the kernel could take.
    let answer = unsafe { libc::syscall(number, a, b, c, -1, -1, -1) };
    Errno::result(answer)
}

fn verdicts(report: &Value) -> Result<(), String> {
    let c = &report["confinement"];
    let method = &c["seccomp"]["method"]["method"];
    same("method", method, &json!("notify"))?;
    let eperm = &verdict(report, "acct")["errno"]["name"];
    same("acct", eperm, &json!("EPERM"))?;
    let uprobe = verdict(report, "uprobe");
    let seen = std::thread::spawn(|| {
        answer_with(OWN);
        // No name goes with this error: its number is asked for.
        call(UPROBE, [0; 3]).is_err() && Errno::last_raw() == OWN
    });
    if seen.join().unwrap() {
        same("uprobe", &uprobe["errno"]["number"], &json!(ANSWER))?;
    } else {
        same("uprobe", &uprobe, &json!("never_filtered"))?;
    }
    let landlock = &c["lsm"]["landlock_abi"];
    match call(libc::SYS_landlock_create_ruleset, [0, 0, 1]) {
        Ok(abi) => same("landlock_abi", &landlock["known"], &json!(abi))?,
        Err(_) => same(
            "landlock_abi",
            &json!(landlock["absent"].is_object()),
            &json!(true),
        )?,
    }
    Ok(())
}

/// What this kernel does not have is said to be missing, and what it has is not.
fn later(matrix: &Value) -> Result<(), String> {
    let mut missing = 0;
    for (name, number) in LATER {
        let mut rows = matrix["syscalls"].as_array().into_iter().flatten();
        let row = rows.find(|row| row["name"] == name).ok_or(name)?;
        let cell = &row["abis"][0];
        let absent = call(number, [-1; 3]) == Err(Errno::ENOSYS);
        missing += u32::from(absent);
        let told = cell["cause"]["layer"] == "not_implemented";
        same(name, &json!(told), &json!(absent))?;
    }
    println!("{missing} of {} later calls are missing here", LATER.len());
    Ok(())
}

fn same(what: &str, reported: &Value, wanted: &Value) -> Result<(), String> {
    if reported == wanted {
        return Ok(());
    }
    Err(format!("{what}: {reported} is not {wanted}"))
}
