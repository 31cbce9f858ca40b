//! A process that looks at the clock every millisecond, and keeps the longest time that
//! it did not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Where it writes to; set in the containers alone.
const VARIABLE: &str = "AMICONFINED_HEARTBEAT";

/// What a container has to run: this very program, with this test alone.
pub(super) fn command(exe: &str, file: &str) -> Vec<String> {
    let name = "sweep::live::heartbeat::beats";
    let script =
        format!("{VARIABLE}={file} exec {exe} --exact {name} --nocapture --test-threads=1");
    ["/bin/sh", "-c", &script].map(str::to_owned).to_vec()
}

/// The beats of one container, seen from outside.
pub(super) struct Heartbeat(pub(super) PathBuf);

impl Heartbeat {
    /// The longest gap since the last time it was asked for.
    pub(super) fn longest(&self) -> Duration {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let micros = text.trim().parse().unwrap_or(0);
        let _ = fs::write(self.0.with_extension("reset"), "");
        Duration::from_micros(micros)
    }
}

/// Waits until a heartbeat has begun.
pub(super) fn wait(file: &Path) {
    for _ in 0..200 {
        if file.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no heartbeat in {}", file.display());
}

/// The process that beats into a file of this name.
pub(super) fn process(name: &str) -> Option<u32> {
    let start = format!("{VARIABLE}=");
    let end = format!("/{name}");
    fs::read_dir("/proc")
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let environ = fs::read(entry.path().join("environ")).ok()?;
            let environ = String::from_utf8_lossy(&environ).into_owned();
            let mut entries = environ.split('\0');
            entries
                .any(|e| e.starts_with(&start) && e.ends_with(&end))
                .then_some(pid)
        })
}

/// Puts a process before all that only wants to compute: what is measured is the sweep,
/// not who else uses the machine.
pub(super) fn favour(pid: u32) {
    real_time(pid);
    let pid = pid.to_string();
    let output = Command::new("chrt")
        .args(["-a", "-f", "-p", "50", &pid])
        .output();
    if !output.is_ok_and(|output| output.status.success()) {
        println!("process {pid} beats without real-time priority");
    }
}

/// Gives its control group under version 1, and those above, a share of real time; without
/// one the kernel refuses the priority.
fn real_time(pid: u32) {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let path = groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        controllers
            .split(',')
            .any(|c| c == "cpu")
            .then(|| path.to_owned())
    });
    let mut group = PathBuf::from("/sys/fs/cgroup/cpu");
    for name in path
        .unwrap_or_default()
        .split('/')
        .filter(|name| !name.is_empty())
    {
        group.push(name);
        let file = group.join("cpu.rt_runtime_us");
        if fs::read_to_string(&file).is_ok_and(|text| text.trim() == "0") {
            let _ = fs::write(file, "80000");
        }
    }
}

#[test]
fn beats() {
    let Some(file) = std::env::var_os(VARIABLE) else {
        return; // not in a container: nothing to do
    };
    let file = PathBuf::from(file);
    let reset = file.with_extension("reset");
    let mut longest = Duration::ZERO;
    fs::write(&file, "0").unwrap();
    let mut last = Instant::now();
    let mut since_look = 0;
    loop {
        std::thread::sleep(Duration::from_millis(1));
        let gap = last.elapsed();
        if gap > longest {
            longest = gap;
            let _ = fs::write(&file, longest.as_micros().to_string());
        }
        since_look += 1;
        if since_look == 20 {
            since_look = 0;
            if fs::remove_file(&reset).is_ok() {
                longest = Duration::ZERO;
                let _ = fs::write(&file, "0");
            }
        }
        // What is written is not counted.
        last = Instant::now();
    }
}
